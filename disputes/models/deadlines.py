"""The clocks of disputes."""

from django.db import models

from core.models import Deadline


class DisputeDeadline(Deadline):
    """One clock of one dispute; its kinds are `states.Kind`."""

    case = models.ForeignKey("disputes.Dispute", on_delete=models.CASCADE, related_name="deadlines")
