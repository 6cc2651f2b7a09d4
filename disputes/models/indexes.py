"""What lists of disputes are read out of: each has the order of one list, so that none is sorted."""

from django.db import models
from django.db.models import Q

from disputes import states


def _lists_of(side: str) -> tuple[models.Index, ...]:
    """The tabs of one party's list: what awaits them, what is open and does not, what has ended.

    The first has the state beside it: whose time is up is left out without a look at the table.
    """
    return (
        models.Index(
            fields=(side, "next_due_at", "id"),
            name=f"dispute_{side}_mine",
            condition=Q(**{f"awaits_{side}": True}, ended_at__isnull=True),
            include=("state",),
        ),
        models.Index(
            fields=(side, "next_due_at", "id"),
            name=f"dispute_{side}_others",
            condition=Q(**{f"awaits_{side}": False}, ended_at__isnull=True),
        ),
        models.Index(
            fields=(side, "-ended_at", "-id"),
            name=f"dispute_{side}_ended",
            condition=Q(ended_at__isnull=False),
        ),
    )


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
    *_lists_of("seller"),
    *_lists_of("buyer"),
    models.Index(
        fields=("seller",),
        name="dispute_seller_won",
        condition=Q(outcome__in=states.FOR_THE_SELLER),
    ),
    models.Index(fields=("mediator", "state", "next_due_at"), name="dispute_mediator"),
)
