"""Errands for the kernel's tests."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.models import Storefront
from tests.toy.models import ANSWER, Errand

ALICE = Actor.person(7, why="owner")


def errands(count: int = 1, hours: float = 48, **fields: Any) -> list[Errand]:
    store = Storefront.default()
    User.objects.get_or_create(pk=7, defaults={"email": "alice@kernel.test", "name": "Alice"})
    rows = []
    with Batch() as batch:
        for _number in range(count):
            errand = Errand(storefront=store, owner_id=7, **fields)
            batch.open_case(errand, SYSTEM)
            batch.schedule(
                errand,
                ANSWER,
                due=batch.now + timedelta(hours=hours),
                rule="answer",
                steps=[{"kind": "add_days", "days": hours / 24}],
            )
            rows.append(errand)
    return rows
