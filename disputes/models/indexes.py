"""What lists of disputes are read out of: each has the order of one list, so that none is sorted."""

from django.db import models
from django.db.models import Q

from disputes import states

INDEXES = (
    models.Index(
        fields=("storefront", "state", "overdue_at", "next_due_at", "id"),
        name="dispute_due",
    ),
    models.Index(
        fields=("storefront", "overdue_at", "next_due_at", "id"),
        name="dispute_open",
        condition=Q(ended_at__isnull=True),
    ),
    models.Index(
        fields=("storefront", "-ended_at", "-decided_at", "-id"),
        name="dispute_judged",
        condition=Q(state__in=states.JUDGED),
    ),
    models.Index(
        fields=("seller", "next_due_at", "id"),
        name="dispute_selling",
        condition=Q(ended_at__isnull=True),
    ),
    models.Index(
        fields=("seller", "-ended_at", "-id"),
        name="dispute_sold",
        condition=Q(ended_at__isnull=False),
    ),
    models.Index(fields=("buyer", "-opened_at"), name="dispute_buyer"),
    models.Index(fields=("mediator", "state", "next_due_at"), name="dispute_mediator"),
)
