"""What is written in the database about a dispute, exactly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.models import Event
from disputes.models import Dispute
from notifications.models import Notice
from orders.models import Refund

Clock = tuple[str, str, datetime]


def events(dispute: Dispute) -> list[tuple[str, str, str]]:
    """Every event of the dispute: name, state before, state after."""
    rows = Event.objects.filter(subject=dispute.reference).order_by("seq")
    return [(e.name, e.from_state, e.to_state) for e in rows]


def last(dispute: Dispute) -> Event:
    return Event.objects.filter(subject=dispute.reference).order_by("-seq")[0]


def told(dispute: Dispute, event: Event | None = None) -> list[tuple[str, str]]:
    """Who was told of the last event (or of that one), and in which words."""
    rows = Notice.objects.filter(event=event or last(dispute)).order_by("pk")
    return [(row.recipient.name, row.kind) for row in rows.select_related("recipient")]


def clocks(dispute: Dispute) -> list[Clock]:
    """Every clock that the dispute ever had: kind, state, due."""
    return sorted((d.kind, str(d.state), d.due_at) for d in dispute.deadlines.all())


def running(dispute: Dispute) -> list[tuple[str, datetime]]:
    return sorted((d.kind, d.due_at) for d in dispute.deadlines.filter(state="pending"))


def offers(dispute: Dispute) -> list[tuple[str, Any, str]]:
    return [(o.party, o.amount, o.state) for o in dispute.offers.order_by("pk")]


def refunds(dispute: Dispute) -> list[tuple[Any, str, str]]:
    return [
        (r.amount, r.means, r.cause)
        for r in Refund.objects.filter(order_id=dispute.order_id).order_by("pk")
    ]
