"""Django's entry for the demo."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    name = "demo"
    verbose_name = _("Demo")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if not settings.DEMO:
            raise ImproperlyConfigured("The app demo may be installed only where DEMO is on.")
