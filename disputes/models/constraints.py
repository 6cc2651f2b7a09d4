"""What the database refuses about a dispute, whoever writes it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from disputes import states
from disputes.states import DisputeState as S
from disputes.states import Outcome, Party, Reason, Wanted

CONSTRAINTS: tuple[models.CheckConstraint, ...] = (
    models.CheckConstraint(
        condition=Q(state__in=sorted(states.OPEN | states.TERMINAL)), name="dispute_state"
    ),
    models.CheckConstraint(
        condition=Q(
            state__in=sorted(states.TERMINAL),
            ended_at__isnull=False,
            next_due_at__isnull=True,
        )
        | Q(state__in=sorted(states.OPEN), ended_at__isnull=True),
        name="dispute_ends_without_clock",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=sorted(states.TERMINAL | {S.DECIDED, S.UNDER_COMPLAINT}))
        | ~Q(outcome=""),
        name="dispute_outcome",
    ),
    models.CheckConstraint(condition=Q(reason__in=Reason.values), name="dispute_reason"),
    models.CheckConstraint(condition=Q(wanted__in=Wanted.values), name="dispute_wanted"),
    models.CheckConstraint(
        condition=Q(outcome__in=["", *Outcome.values]), name="dispute_outcome_known"
    ),
    models.CheckConstraint(
        condition=Q(spoke_last__in=[Party.BUYER, Party.SELLER]), name="dispute_spoke_last"
    ),
    models.CheckConstraint(condition=Q(amount_asked__gt=0), name="dispute_amount_asked"),
    models.CheckConstraint(
        condition=Q(final_amount__isnull=True) | Q(final_amount__gte=0),
        name="dispute_final_amount",
    ),
    models.CheckConstraint(condition=Q(refund_requested__gte=0), name="dispute_refund_requested"),
    models.CheckConstraint(condition=~Q(buyer=F("seller")), name="dispute_two_parties"),
    models.CheckConstraint(
        condition=Q(mediator__isnull=True) | (~Q(mediator=F("buyer")) & ~Q(mediator=F("seller"))),
        name="dispute_mediator_apart",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=[S.IN_MEDIATION, S.DECIDED, S.UNDER_COMPLAINT])
        | Q(mediator__isnull=False),
        name="dispute_mediated",
    ),
)
