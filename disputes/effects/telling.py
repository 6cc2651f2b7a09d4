"""Who is told of what: every change goes to both parties, missed targets to the admins."""

from __future__ import annotations

from typing import Any

from core.batch import Batch
from core.models import Event
from disputes.effects import people
from disputes.models import Dispute
from notifications import effects as notifications


def tell(
    batch: Batch, dispute: Dispute, event: Event, kind: str, *to: int | None, **params: Any
) -> None:
    """Write one notice to each person; its words are rendered for the reader when it is sent.

    `params` are facts: amounts in the dispute's currency (`amount`, `*_amount`), instants (`*_at`).
    """
    facts: dict[str, Any] = {"currency": dispute.currency}
    if dispute.next_due_at is not None:
        facts["due_at"] = dispute.next_due_at.isoformat()
    facts |= {name: _plain(value) for name, value in params.items()}
    notifications.notify(batch, event, kind=kind, to=to, params=facts)


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, bool | int | list) or value is None else str(value)


def both(batch: Batch, dispute: Dispute, event: Event, kind: str, **params: Any) -> None:
    """Tell buyer and seller, each in the words meant for their side."""
    tell(batch, dispute, event, f"{kind}_buyer", dispute.buyer_id, **params)
    tell(batch, dispute, event, f"{kind}_seller", dispute.seller_id, **params)


def others(batch: Batch, dispute: Dispute, event: Event, kind: str, **params: Any) -> None:
    """Tell everybody in the case but the one who acted."""
    everybody = (dispute.buyer_id, dispute.seller_id, dispute.mediator_id)
    tell(batch, dispute, event, kind, *(p for p in everybody if p != event.actor_id), **params)


def admins(
    batch: Batch, dispute: Dispute, event: Event, kind: str, *also: int | None, **params: Any
) -> None:
    """Tell the storefront's admins (and whoever is named) that the platform missed its own target."""
    tell(batch, dispute, event, kind, *people.admins(batch, dispute.storefront_id), *also, **params)
