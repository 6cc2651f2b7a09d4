"""Addresses: each app's own under one word; what only development or the demo shows is not there otherwise."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health

MOUNTS = {
    "orders/": "orders",
    "disputes/": "disputes",
    "coupons/": "coupons",
    "evidence/": "evidence",
    "notices/": "notifications",
    "desk/disputes/": "disputes.desk",
    "help/": "help",
    "complaints/": "appeals",
    "desk/complaints/": "appeals.desk",
    "desk/": "desk",
    "account/": "accounts",
    "": "portal",
    "demo/": "demo",
}

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
handler500 = "config.errors.failed"
urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health.health, name="health"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    *(
        path(mount, include(f"{app}.urls"))
        for mount, app in MOUNTS.items()
        if app.split(".")[0] in settings.OUR_APPS
    ),
    path("account/", include("allauth.urls")),
]
if settings.LOCAL:
    from core import styleguide

    urlpatterns.append(path("styleguide/", styleguide.page, name="styleguide"))
