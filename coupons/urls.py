"""Addresses of coupons: references of compensations, never keys, and never a code."""

from django.urls import path

from coupons.views import pages

app_name = "coupons"
urlpatterns = [
    path("", pages.mine, name="list"),
    path("<str:reference>/", pages.choose, name="choose"),
]
