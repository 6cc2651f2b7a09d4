"""What apps above add to the pages of orders: actions ("Open dispute") and marks ("In dispute").

An app registers one function for many orders at once, so that a list costs the same with 1 and with 30.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from orders.models import Order


@dataclass(frozen=True, slots=True)
class Action:
    """A way to go on from an order: what it is for, in a line, and the button. `kind` as of a button."""

    label: Any
    url: str
    title: Any = ""
    text: Any = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign on an order: words and a tone (`act`, `caution`, `overdue`, `money-in`, or none)."""

    label: Any
    tone: str = "caution"
    url: str = ""


@dataclass(slots=True)
class Panel:
    """What one order gets. `needs_me`: the reader is the one who must act."""

    actions: list[Action] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    needs_me: bool = False

    def take(self, other: Panel) -> None:
        self.actions += other.actions
        self.marks += other.marks
        self.needs_me |= other.needs_me


Provider = Callable[[Any, Sequence[Order]], dict[int, Panel]]
_providers: list[Provider] = []


def provides(provider: Provider) -> Provider:
    """Register `provider(user, orders) -> {order key: Panel}`. Orders have their clocks and the time."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def panels(user: Any, orders: Sequence[Order]) -> dict[int, Panel]:
    """Everything that apps above say about these orders to this person; a panel for each order."""
    whole = {order.pk: Panel() for order in orders}
    for provider in _providers if orders else ():
        for key, panel in provider(user, orders).items():
            whole[key].take(panel)
    return whole
