"""Addresses of the help pages: words, never numbers."""

from django.urls import path

from help import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.page, name="page"),
    path("<slug:slug>/answer/", views.answer, name="answer"),
]
