"""From a signed-in person to an actor."""

from __future__ import annotations

from typing import Any

from accounts.models import RoleGrant
from core.actors import Actor


def actor_for(user: Any, storefront_id: int, why: str = "signed in") -> Actor:
    """The person as an actor on one storefront, with the staff roles held there (kept on the user)."""
    known: dict[int, frozenset[str]] = user.__dict__.setdefault("_roles", {})
    if storefront_id not in known:
        known[storefront_id] = RoleGrant.of(user.pk, storefront_id)
    return Actor.person(user.pk, known[storefront_id], why)
