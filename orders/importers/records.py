"""What an import file says about one order, in our words: the same record from every format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class Person:
    """Somebody in a file: the key makes the address `<key>@import.invalid`."""

    key: str
    name: str
    email: str = ""

    @property
    def address(self) -> str:
        return self.email or f"{self.key}@import.invalid"


@dataclass(slots=True)
class Shop:
    """A store in a file; its owner is a person of the same key unless an address is given."""

    key: str
    name: str
    country: str
    owner: Person


@dataclass(slots=True)
class Item:
    title: str
    quantity: int
    unit_price: Decimal


@dataclass(slots=True)
class Parcel:
    """A shipment with its carrier's reports: (time, city, text)."""

    shipped_at: datetime
    delivered_at: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""
    reports: list[tuple[datetime, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """One order as a file tells it. Times are aware; amounts are in `currency`.

    `ended` is `cancelled` or `closed` where the file says that the order came to nothing. `paid_at`,
    `shipped_at` and `delivered_at` are what happened, and nothing where it did not. `note` says what
    the file left open and how it was read.
    """

    file: str
    line: int
    number: str
    purchase_number: str
    buyer: Person
    shop: Shop
    currency: str
    placed_at: datetime
    promised_at: datetime
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    confirmed_at: datetime | None = None
    ended: str = ""
    ended_at: datetime | None = None
    status: str = ""
    country: str = ""
    city: str = ""
    card_last4: str = ""
    card_country: str = ""
    items: list[Item] = field(default_factory=list)
    payments: dict[str, Decimal] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    note: str = ""

    def digest(self) -> str:
        """A fingerprint of what the file says, so that a second import finds what changed."""
        facts = repr(
            [getattr(self, f.name) for f in fields(self) if f.name not in ("file", "line")]
        )
        return hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class Review:
    """What the buyer wrote about an order: 1 to 5 stars, when, and in which language if that is known."""

    score: int
    title: str
    text: str
    at: datetime
    language: str = ""


def word_of(reviews: Sequence[Review], now: datetime) -> Review | None:
    """Which of several reviews of one order counts at `now`: the newest with words, else the newest.

    A later word takes an earlier one back: whoever was content in the end would have opened no dispute.
    None where all of them lie in the future.
    """
    said = [r for r in reviews if r.at <= now]
    return max(said, key=lambda r: (bool((r.text or r.title).strip()), r.at), default=None)
