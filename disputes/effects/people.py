"""The staff of a storefront, for queues and alerts."""

from __future__ import annotations

from accounts.models import RoleGrant
from core.actors import StaffRole
from core.batch import Batch


def holders(batch: Batch, storefront_id: int, role: str) -> list[int]:
    """Keys of the active users who hold a role on a storefront, oldest grant first; read once a batch."""
    known: dict[tuple[int, str], list[int]] = batch.__dict__.setdefault("_holders", {})
    if (storefront_id, role) not in known:
        grants = RoleGrant.objects.filter(
            storefront_id=storefront_id, role=role, user__is_active=True
        )
        known[storefront_id, role] = list(grants.order_by("pk").values_list("user_id", flat=True))
    return known[storefront_id, role]


def admins(batch: Batch, storefront_id: int) -> list[int]:
    return holders(batch, storefront_id, StaffRole.ADMIN)


def mediators(batch: Batch, storefront_id: int) -> list[int]:
    return holders(batch, storefront_id, StaffRole.MEDIATOR)


def still_mediator(batch: Batch, storefront_id: int, person_id: int | None) -> int | None:
    """The mediator, where still one: nobody else is told of a case that they may see no more."""
    if person_id is None:
        return None
    return person_id if person_id in mediators(batch, storefront_id) else None
