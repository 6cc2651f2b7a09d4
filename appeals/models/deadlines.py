"""The clocks of complaints."""

from django.db import models

from core.models import Deadline


class ComplaintDeadline(Deadline):
    """One clock of one complaint; its kinds are `states.Kind`."""

    case = models.ForeignKey(
        "appeals.Complaint", on_delete=models.CASCADE, related_name="deadlines"
    )
