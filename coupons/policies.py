"""Who may move a coupon. No database here: loaded rows only."""

from __future__ import annotations

from typing import Any

from core.actors import Actor, ActorKind, StaffRole


def is_owner(coupon: Any, actor: Actor) -> bool:
    """The person to whom it was promised."""
    return actor.kind == ActorKind.PERSON and actor.user_id == coupon.owner_id


def is_clock(_coupon: Any, actor: Actor) -> bool:
    """Nobody but the clock."""
    return actor.is_system


def is_shop(_coupon: Any, actor: Actor) -> bool:
    """The shop where it is spent, through its API key or an operator's command; never a person at a page."""
    return actor.kind in {ActorKind.API_KEY, ActorKind.SYSTEM}


def is_admin(coupon: Any, actor: Actor) -> bool:
    """An administrator of the storefront whose own coupon it is not."""
    return actor.is_staff(StaffRole.ADMIN) and actor.user_id != coupon.owner_id
