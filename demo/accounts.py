"""The people of the demo who can be slipped into, and what the start prints about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

PASSWORD = "open-the-parcel"  # noqa: S105 - printed at every start; the demo holds nothing real
HOST = "recourse.example"


@dataclass(frozen=True)
class Face:
    """One person of the bar's role switcher. `homes` are names of addresses, the first that exists is taken."""

    key: str
    name: str
    role: Any
    does: Any
    language: str
    zone: str
    country: str
    homes: tuple[str, ...]
    staff: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.key}@{HOST}"

    @property
    def short(self) -> str:
        return self.name.split(" ")[0]


BUYER_HOMES = ("portal:home",)
SELLER_HOMES = ("disputes:inbox", "portal:home")
DESK_HOMES = ("desk:home", "portal:home")

FACES = (
    Face("alice", "Alice Moreau", _("buyer"), _("buys"), "en", "Europe/Amsterdam", "NL", BUYER_HOMES),
    Face("bob", "Bob Lindqvist", _("seller"), _("sells"), "en", "Europe/Stockholm", "SE", SELLER_HOMES),
    Face("carol", "Carol Ferreira", _("mediator"), _("mediates"), "en", "Europe/Lisbon", "PT", DESK_HOMES,
         ("mediator",)),
    Face("dan", "Dan Novák", _("reviewer"), _("reviews decisions"), "en", "Europe/Prague", "CZ", DESK_HOMES,
         ("reviewer",)),
    Face("root", "Root Admin", _("administrator"), _("edits the policy"), "en", "UTC", "NL",
         DESK_HOMES, ("admin",)),
)  # fmt: skip
BY_KEY = {face.key: face for face in FACES}


def lines() -> list[str]:
    """What the start prints: who can sign in."""
    width = max(len(face.email) for face in FACES)
    told = [f"  {face.email:<{width}}  {face.name}, {face.role}" for face in FACES]
    return [
        f"Sign in with the password {PASSWORD} as",
        *told,
        "or change roles in the bar on top of each page; the same bar moves the clock.",
    ]
