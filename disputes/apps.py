from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    name = "disputes"
    verbose_name = _("Disputes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from disputes import (  # noqa: F401 (they register themselves)
            access,
            effects,
            importing,
            measures,
            notices,
            panels,
        )
