"""What evidence helps most for each reason, in the order of its worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.states import Reason

Item = tuple[Any, Any]

_TRACKING: Item = (_("The tracking page"), _("A screenshot with the number and the last entry"))
_TALK: Item = (_("What the seller wrote to you"), _("Screenshots of messages that bear on it"))
_LISTING: Item = (_("The product page"), _("A screenshot of what was promised, with the price"))
_WHOLE: Item = (_("The whole thing"), _("So that one sees at once what it is"))
_BOX: Item = (_("The box and its label"), _("Shows that it happened on the way"))
_UNPACKING: Item = (_("A video of the unpacking"), _("The strongest proof, if you have one"))

_DESCRIBED: tuple[Item, ...] = (
    _LISTING,
    (_("The thing beside a ruler, label or number"), _("So near that the difference can be read")),
    _WHOLE,
)
CHECKLISTS: Mapping[str, tuple[Item, ...]] = {
    Reason.NO_TRACKING: (_TRACKING, _TALK),
    Reason.WRONG_ADDRESS: (
        _TRACKING,
        (_("Your address as you gave it"), _("A screenshot of the order confirmation")),
        (_("The carrier’s answer"), _("If you asked where they left it")),
    ),
    Reason.LATE: (_TRACKING, (_("The promised date"), _("A screenshot of the order with the date"))),
    Reason.CUSTOMS: (
        (_("The letter of the customs office"), _("A photo or PDF; it says what is missing")),
        _TRACKING,
    ),
    Reason.SENT_BACK: (_TRACKING, (_("A notice of the carrier"), _("If one was left with you"))),
    Reason.SPECIFICATION: _DESCRIBED,
    Reason.SIZE: (_LISTING, (_("The thing beside a ruler or tape"), _("So near that the figures can be read")), _WHOLE),
    Reason.COLOUR: (_LISTING, (_("The thing in daylight"), _("Beside something white, without a filter"))),
    Reason.STYLE: _DESCRIBED,
    Reason.QUANTITY: (
        (_("Everything that came, in one photo"), _("Laid out so that it can be counted")),
        (_("The box and its label"), _("The weight on the label often decides")),
        _LISTING,
    ),
    Reason.DAMAGED: (
        (_("The damage, close up"), _("So near that it fills the picture")),
        _BOX,
        _UNPACKING,
    ),
    Reason.DEFECTIVE: (
        (_("A video of it not working"), _("Plug in, switch on, show what happens")),
        _WHOLE,
        (_("The model or serial number"), _("On the label of the thing")),
    ),
    Reason.COUNTERFEIT: (
        (_("Logo, seams, labels and print, close up"), _("The places that give a copy away")),
        _LISTING,
        (_("A word from the maker or a shop"), _("If you asked one")),
    ),
    Reason.PARTS_MISSING: (
        (_("Everything that came, in one photo"), _("Beside the list of what should be there")),
        _BOX,
        _UNPACKING,
    ),
}  # fmt: skip

TITLES: Mapping[str, Any] = {
    Reason.DAMAGED: _("Show us the damage"),
    Reason.DEFECTIVE: _("Show us that it does not work"),
    Reason.PARTS_MISSING: _("Show us what is missing"),
    Reason.QUANTITY: _("Show us what came"),
    Reason.COUNTERFEIT: _("Show us what looks wrong"),
    Reason.NO_TRACKING: _("Show us the tracking"),
    Reason.LATE: _("Show us the tracking"),
    Reason.WRONG_ADDRESS: _("Show us where it went"),
    Reason.SENT_BACK: _("Show us the tracking"),
    Reason.CUSTOMS: _("Show us the letter of the customs"),
}


def checklist(reason: str) -> list[dict[str, Any]]:
    """What helps most, the strongest first."""
    return [{"title": title, "text": text} for title, text in CHECKLISTS.get(reason, _DESCRIBED)]


def title(reason: str) -> Any:
    """The question of the evidence page, in the words of the reason."""
    return TITLES.get(reason, _("Show us the difference"))
