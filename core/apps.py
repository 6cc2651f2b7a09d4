"""Django's entry for the kernel."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Kernel")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import lookups  # noqa: F401 (registers itself)
        from core.instants import quicken

        connection_created.connect(quicken, dispatch_uid="core.instants")
