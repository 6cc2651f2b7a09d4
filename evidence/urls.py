"""Addresses of files: unguessable handles, never keys or names."""

from django.urls import path

from evidence import views

app_name = "evidence"
urlpatterns = [
    path("<str:handle>/", views.original, name="original"),
    path("<str:handle>/thumb", views.thumb, name="thumb"),
    path("<str:handle>/poster", views.poster, name="poster"),
]
