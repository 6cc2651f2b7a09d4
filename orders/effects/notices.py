"""Who is told of what about an order: one place, so that no change goes untold."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from django.contrib.auth import get_user_model

from core.actors import StaffRole
from core.batch import Batch
from core.models import Event
from notifications import effects as notifications
from orders.models import Order, Refund


def tell(batch: Batch, event: Event, kind: str, order: Order, *people: int, **params: Any) -> None:
    """Write a notice about an order to each person once; what it says is rendered when it is sent."""
    facts = {"order": order.number, "reference": order.reference, "currency": order.currency}
    notifications.notify(
        batch, event, kind=kind, to=list(dict.fromkeys(people)), params=facts | params
    )


def tell_both(batch: Batch, event: Event, kind: str, order: Order, **params: Any) -> None:
    """Write the same notice to the buyer and to the seller."""
    tell(batch, event, kind, order, order.buyer_id, order.seller_id, **params)


def tell_of_refund(
    batch: Batch, event: Event, kind: str, refund: Refund, *people: int, **params: Any
) -> None:
    """Write a notice about a refund; amounts travel as text, in the order's currency."""
    facts = {
        "refund": refund.reference, "amount": str(refund.amount), "means": str(refund.means),
        "expected_at": refund.expected_last_moment.isoformat(), "cause": refund.cause,
    }  # fmt: skip
    tell(batch, event, kind, refund.order, *people, **(facts | params))


def tell_staff(batch: Batch, event: Event, kind: str, refund: Refund, **params: Any) -> None:
    """Write a notice about a refund to the administrators of its storefront."""
    tell_of_refund(batch, event, kind, refund, *admins_of(batch, refund.storefront_id), **params)


def tell_admins(batch: Batch, event: Event, kind: str, order: Order, **params: Any) -> None:
    """Write a notice about an order to the administrators of its storefront who are no party of it."""
    parties = {order.buyer_id, order.seller_id}
    admins = [pk for pk in admins_of(batch, order.storefront_id) if pk not in parties]
    tell(batch, event, kind, order, *admins, **params)


_known: WeakKeyDictionary[Batch, dict[int, list[int]]] = WeakKeyDictionary()


def admins_of(batch: Batch, storefront_id: int) -> list[int]:
    """The administrators of a storefront, asked for once a batch."""
    by_storefront = _known.setdefault(batch, {})
    if storefront_id not in by_storefront:
        people = get_user_model()._default_manager.filter(
            is_active=True,
            staff_roles__role=StaffRole.ADMIN,
            staff_roles__storefront_id=storefront_id,
        )
        by_storefront[storefront_id] = sorted(set(people.values_list("pk", flat=True)))
    return by_storefront[storefront_id]
