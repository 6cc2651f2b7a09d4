"""Addresses of what shows several nouns at once."""

from django.urls import path

from portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("rules/", views.rules, name="rules"),
    path("my-data/", views.my_data, name="my_data"),
]
