"""Import of orders from files, and the plug for what apps above make of the reviews that come with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orders.importers.records import Review
from orders.models import Order


@dataclass(slots=True)
class Disputes:
    """What became of reviews: disputes `opened`, `refused` by which rule, `passed` over and why.

    The three together are the reviews that were read.
    """

    opened: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    def take(self, other: Disputes) -> None:
        self.opened += other.opened
        self.refused += other.refused
        self.passed += other.passed

    @property
    def reviews(self) -> int:
        return self.opened + self.refused.total() + self.passed.total()


Plug = Callable[[Sequence[Order], Mapping[int, Review]], Disputes]
_plugs: list[Plug] = []


def after_import(plug: Plug) -> Plug:
    """Register `plug(orders, reviews by order key) -> Disputes`.

    It is called for each thousand with the orders that have a review, new and known ones, inside the
    import's transaction and after its orders were written; it opens its own `Batch`. A second import
    of the same files calls it again: what is there already is passed over.
    """
    if plug not in _plugs:
        _plugs.append(plug)
    return plug


def plugs() -> Sequence[Plug]:
    return tuple(_plugs)
