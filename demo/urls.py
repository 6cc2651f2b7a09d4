"""Addresses of the demo; they exist only where DEMO is on."""

from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("role/", views.role, name="role"),
    path("clock/", views.clock, name="clock"),
    path("goods/<slug:kind>-<int:hue>.jpg", views.goods, name="goods"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<int:pk>/", views.mail, name="mail"),
    path("mailbox/<int:pk>/html/", views.mail_html, name="mail_html"),
]
