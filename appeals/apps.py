from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    name = "appeals"
    verbose_name = _("Complaints about decisions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from appeals import (  # noqa: F401 (they register themselves)
            effects,
            measures,
            notices,
            panels,
        )
