"""Addresses of the desk, below /desk/."""

from django.urls import path

from desk import views
from desk.views import coupons, help, log, outages, policy, roles, settlements, storefront, stuck

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("policy/", policy.policy, name="policy"),
    path("policy/closing-day/", policy.closing_day, name="closing-day"),
    path("outages/", outages.outages, name="outages"),
    path("log/", log.log, name="log"),
    path("policy/closing-day/<int:pk>/", policy.change_closing_day, name="change-closing-day"),
    path("storefront/", storefront.storefront, name="storefront"),
    path("roles/", roles.roles, name="roles"),
    path("roles/grant/", roles.grant, name="grant-role"),
    path("roles/<int:pk>/revoke/", roles.revoke, name="revoke-role"),
    path("settlements/", settlements.settlements, name="settlements"),
    path("corrections/<str:reference>/", settlements.move_correction, name="move-correction"),
    path("coupons/", coupons.coupons, name="coupons"),
    path("coupons/<str:reference>/revoke/", coupons.revoke, name="revoke-coupon"),
    path("help/", help.answers, name="help"),
    path("stuck/", stuck.stuck, name="stuck"),
    path("stuck/clocks/<str:table>/<int:pk>/retry/", stuck.retry_clock, name="retry-clock"),
    path("stuck/mail/again/", stuck.send_again, name="send-again"),
]
