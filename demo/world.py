"""Who and what there is in the demo, for all of its histories."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from accounts.actors import actor_for
from accounts.models import User
from core.actors import Actor
from demo.people import BUYERS, SHOPS, Person
from orders.models import Checkpoint, Shipment, Store

ALICE = Person("Alice Moreau", "alice@recourse.example", "en", "Europe/Amsterdam", "NL", "Haarlem")
PEOPLE = {person.email.split("@")[0]: person for person in (*BUYERS, ALICE)}
STORES = {shop.email.split("@")[0]: shop for shop in SHOPS}


@dataclass
class World:
    """Who and what there is. `chance` is seeded: two loads of one size tell the same histories."""

    now: datetime
    users: dict[str, User]
    stores: dict[str, Store]
    chance: Random
    pictures: bool = True
    drawing: Executor = field(default_factory=lambda: ThreadPoolExecutor(1))
    made: int = 0
    reports: list[tuple[int, datetime, str, str]] = field(default_factory=list)

    def ago(self, days: float, hour: int | None = None) -> datetime:
        """So many days before now, exactly, or on that day at about this hour (UTC)."""
        at = self.now - timedelta(days=days)
        if hour is None:
            return at
        return at.replace(
            hour=hour, minute=self.chance.randrange(60), second=self.chance.randrange(60)
        )

    def write_reports(self) -> None:
        """The carriers' reports of all parcels."""
        parcels = dict(Shipment.objects.values_list("order_id", "pk"))
        Checkpoint.objects.bulk_create(
            Checkpoint(shipment_id=parcels[order], at=at, city=city, text=text)
            for order, at, city, text in self.reports
        )

    def staff(self, key: str) -> Actor:
        return actor_for(
            self.users[f"{key}@recourse.example"], next(iter(self.stores.values())).storefront_id
        )
