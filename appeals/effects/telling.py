"""Who is told of what: both parties of every step, reviewers of what waits, leads and admins of what is late."""

from __future__ import annotations

from typing import Any

from appeals.models import Complaint
from appeals.states import Outside
from core.actors import StaffRole
from core.batch import Batch
from core.models import Event
from disputes.effects import people
from disputes.effects.telling import plain
from disputes.states import Party
from notifications import effects as notifications


def tell(
    batch: Batch, complaint: Complaint, event: Event, kind: str, *to: int | None, **params: Any
) -> None:
    """Write one notice to each person. `params` are facts: amounts, instants (`*_at`), words."""
    facts: dict[str, Any] = {
        "currency": complaint.dispute.currency, "dispute": complaint.dispute.reference,
    }  # fmt: skip
    facts |= {name: plain(value) for name, value in params.items()}
    notifications.notify(batch, event, kind=kind, to=to, params=facts)


def outside(batch: Batch, complaint: Complaint) -> str:
    """For letters about the end: whether the results name bodies outside the portal; read once a batch."""
    known: dict[int, str] = batch.__dict__.setdefault("_outside", {})
    if complaint.storefront_id not in known:
        named = complaint.storefront.outside_bodies
        known[complaint.storefront_id] = Outside.NAMED.value if named else ""
    return known[complaint.storefront_id]


def both(batch: Batch, complaint: Complaint, event: Event, kind: str, **params: Any) -> None:
    """Tell buyer and seller, each in the words meant for their side."""
    for party in (Party.BUYER, Party.SELLER):
        tell(batch, complaint, event, f"{kind}_{party}", complaint.person(party), **params)


def staff(
    batch: Batch, complaint: Complaint, event: Event, kind: str, *roles: str, **params: Any
) -> int:
    """Tell the holders of these roles who are no party of the case; returns how many there are."""
    apart = {complaint.buyer_id, complaint.seller_id, complaint.decided_by_id}
    known = [p for role in roles for p in people.holders(batch, complaint.storefront_id, role)]
    to = [person for person in dict.fromkeys(known) if person not in apart]
    tell(batch, complaint, event, kind, *to, **params)
    return len(to)


def reviewers(batch: Batch, complaint: Complaint, event: Event, kind: str, **params: Any) -> None:
    """Tell those who could draw it."""
    staff(batch, complaint, event, kind, StaffRole.REVIEWER, **params)
