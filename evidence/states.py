"""The life of a file: nobody sees it before it is clean, and nobody after it was erased."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileState(models.TextChoices):
    QUARANTINED = "quarantined", _("Being checked")
    CLEAN = "clean", _("Checked")
    REFUSED = "refused", _("Not taken")
    ERASED = "erased", _("Erased")


#: States in which a worker still has something to do.
OPEN = frozenset({FileState.QUARANTINED})
TERMINAL = frozenset({FileState.ERASED})
