"""Who is told of what: every change goes to both parties, missed targets to the admins."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from core.batch import Batch
from core.models import Deadline, DeadlineState, Event
from disputes import states
from disputes.effects import people
from disputes.models import Dispute
from notifications import effects as notifications


def tell(
    batch: Batch, dispute: Dispute, event: Event, kind: str, *to: int | None, **params: Any
) -> None:
    """Write one notice to each person; its words are rendered for the reader when it is sent.

    `params` are facts: amounts in the dispute's currency (`amount`, `*_amount`), instants (`*_at`).
    `due_at` is the end of the state's own clock unless it is given: never that of a proposal beside it.
    """
    facts: dict[str, Any] = {"currency": dispute.currency}
    if (clock := _own_clock(dispute)) is not None:
        facts["due_at"] = clock.due_at.isoformat()
    facts |= {name: plain(value) for name, value in params.items()}
    notifications.notify(batch, event, kind=kind, to=to, params=facts)


def _own_clock(dispute: Dispute) -> Deadline | None:
    """The running clock that ends the present state."""
    clocks = (dispute.deadline(kind) for kind in states.CLOCKS.get(dispute.state, ()))
    return next((c for c in clocks if c is not None and c.state != DeadlineState.PAUSED), None)


def plain(value: Any) -> Any:
    """A fact as JSON keeps it."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, bool | int | list) or value is None else str(value)


def both(batch: Batch, dispute: Dispute, event: Event, kind: str, **params: Any) -> None:
    """Tell buyer and seller, each in the words meant for their side."""
    tell(batch, dispute, event, f"{kind}_buyer", dispute.buyer_id, **params)
    tell(batch, dispute, event, f"{kind}_seller", dispute.seller_id, **params)


def others(batch: Batch, dispute: Dispute, event: Event, kind: str, **params: Any) -> None:
    """Tell everybody in the case but the one who acted."""
    parties = (dispute.buyer_id, dispute.seller_id)
    tell(batch, dispute, event, kind, *(p for p in parties if p != event.actor_id), **params)
    mediator(batch, dispute, event, kind, **params)


def mediator(batch: Batch, dispute: Dispute, event: Event, kind: str, **params: Any) -> None:
    """Tell the mediator of the case, while still one and unless it was they who acted.

    Their letter leads to the desk: the page of the parties is not theirs to open.
    """
    whose = people.still_mediator(batch, dispute.storefront_id, dispute.mediator_id)
    if whose != event.actor_id:
        desk = reverse("mediation:case", args=[dispute.reference])
        tell(batch, dispute, event, kind, whose, path=desk, **params)


def admins(
    batch: Batch, dispute: Dispute, event: Event, kind: str, *also: int | None, **params: Any
) -> None:
    """Tell the storefront's admins (and whoever is named) that the platform missed its own target."""
    tell(batch, dispute, event, kind, *people.admins(batch, dispute.storefront_id), *also, **params)
