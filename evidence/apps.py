"""Django's entry for evidence."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = _("Evidence")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The services wake a task by its name: it must be known in the web process too."""
        from evidence import measures, tasks  # noqa: F401 (measures register themselves)

        assert tasks.inspect.name == "evidence.tasks.inspect"
