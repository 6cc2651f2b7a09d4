"""From a signed-in person to an actor."""

from __future__ import annotations

from typing import Any

from accounts.models import RoleGrant
from core.actors import Actor


def roles_by_storefront(user: Any) -> dict[int, frozenset[str]]:
    """The staff roles of a person on each storefront; read once a request, and kept on the user."""
    known: dict[int, frozenset[str]] | None = user.__dict__.get("_roles")
    if known is None:
        held: dict[int, set[str]] = {}
        grants = RoleGrant.objects.filter(user_id=user.pk).order_by()
        for storefront_id, role in grants.values_list("storefront_id", "role"):
            held.setdefault(storefront_id, set()).add(role)
        known = user.__dict__["_roles"] = {key: frozenset(roles) for key, roles in held.items()}
    return known


def actor_for(user: Any, storefront_id: int, why: str = "signed in") -> Actor:
    """The person as an actor on one storefront, with the staff roles held there."""
    return Actor.person(user.pk, roles_by_storefront(user).get(storefront_id, frozenset()), why)
