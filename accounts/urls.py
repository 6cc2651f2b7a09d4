"""Addresses of one's own account; signing in and out, mail addresses and factors are allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("theme/", views.theme, name="theme"),
    path("language/", views.language, name="language"),
]
