"""Where refunds go: a small interface, and the gateways that are built in.

A gateway is called outside any transaction and may be called again with the same key: it pays a key once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Protocol


class GatewayDown(Exception):
    """The gateway cannot be reached now; nothing was sent, and the same refunds are tried again later."""


class Outcome(Enum):
    """What a gateway says at once."""

    TAKEN = "taken"
    COMPLETED = "completed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody knows whether it was taken: it is sent again under the same key."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a gateway needs to know of a refund. `key` makes a second sending harmless."""

    pk: int
    reference: str
    order_number: str
    amount: Decimal
    currency: str
    means: str
    card_last4: str
    key: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """A gateway's word on one refund: taken or completed under its own reference, or failed with a message."""

    pk: int
    outcome: Outcome
    provider_reference: str = ""
    message: str = ""


class Gateway(Protocol):
    """Somebody who carries money back. `instant`: the buyer has it as soon as it is taken."""

    name: str
    instant: bool

    def submit(self, refunds: Sequence[Snapshot]) -> list[Result]:
        """Take refunds; one result for each that it came to, at least one. Raises `GatewayDown` where none could
        be sent. Those without a result are free for the next call at once.
        """


_gateways: dict[str, Gateway] = {}


def register(gateway: Gateway) -> Gateway:
    """Make a gateway known under its name; an app above may replace one."""
    _gateways[gateway.name] = gateway
    return gateway


def get(name: str) -> Gateway:
    """The gateway of this name. Raises KeyError for one that is not there."""
    return _gateways[name]


def names() -> list[str]:
    return sorted(_gateways)
