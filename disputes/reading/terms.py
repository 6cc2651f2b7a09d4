"""Money, goods and offers as each side reads them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import money
from core.words import isolate
from disputes.models import Dispute, Offer
from disputes.states import Party, PostagePayer, Reason, Wanted
from orders import reading

IN_SHORT: Mapping[str, Any] = {
    Reason.NO_TRACKING: gettext_lazy("tracking shows nothing"),
    Reason.WRONG_ADDRESS: gettext_lazy("delivered somewhere else"),
    Reason.LATE: gettext_lazy("did not come in time"),
    Reason.CUSTOMS: gettext_lazy("held by customs"),
    Reason.SENT_BACK: gettext_lazy("sent back to the seller"),
    Reason.SPECIFICATION: gettext_lazy("not as described"),
    Reason.SIZE: gettext_lazy("not the size described"),
    Reason.COLOUR: gettext_lazy("not the colour described"),
    Reason.STYLE: gettext_lazy("not the style or material described"),
    Reason.QUANTITY: gettext_lazy("not the quantity described"),
    Reason.DAMAGED: gettext_lazy("arrived damaged"),
    Reason.DEFECTIVE: gettext_lazy("does not work"),
    Reason.COUNTERFEIT: gettext_lazy("looks counterfeit"),
    Reason.PARTS_MISSING: gettext_lazy("parts are missing"),
}
"""The reason as it follows the name of the goods: "Reading lamp: arrived damaged"."""


def goods(order: Any) -> str:
    """What the order is, in a few words, fit to stand in a sentence of any direction."""
    return isolate(reading.goods(order))


def heading(dispute: Dispute) -> str:
    """ "Reading lamp: arrived damaged"."""
    return _("%(goods)s: %(reason)s") % {
        "goods": goods(dispute.order), "reason": IN_SHORT[dispute.reason],
    }  # fmt: skip


def other(side: str) -> Party:
    return Party.SELLER if side == Party.BUYER else Party.BUYER


def party(dispute: Dispute, side: str) -> str:
    """The other side as this reader calls it: the store's name for the buyer, "the buyer" for the seller."""
    return isolate(dispute.order.store.name) if side == Party.BUYER else _("the buyer")


def amount(dispute: Dispute, value: Decimal | str | None) -> str:
    """An amount in the dispute's currency."""
    return money.format_amount(Decimal(value or 0), dispute.currency)


def offer_of(dispute: Dispute, side: str) -> Offer | None:
    """The standing offer of a party."""
    return next((o for o in dispute.hand.offers if o.party == side), None)


def after_return(dispute: Dispute) -> str:
    """What the buyer gets once the return is complete: money, a replacement, or both."""
    value = amount(dispute, dispute.final_amount)
    if not dispute.replacement:
        return value
    if not dispute.final_amount:
        return _("the replacement")
    return _("%(amount)s and the replacement") % {"amount": value}


def in_short(dispute: Dispute, terms: Any, side: str) -> str:
    """ "€55.00, and you keep the goods": terms in one breath, for the reader's side.

    `terms` is an offer, a decision or the dispute with its binding terms.
    """
    value = getattr(terms, "amount", None)
    value = getattr(terms, "final_amount", Decimal(0)) if value is None else value
    buyer = side == Party.BUYER
    if getattr(terms, "replacement", False):
        if terms.return_required:
            facts = {"amount": amount(dispute, value)}
            if buyer:
                return (
                    _("%(amount)s and a replacement once you have sent it back") % facts
                    if value
                    else _("a replacement once you have sent it back")
                )
            return (
                _("%(amount)s and a replacement once it is back") % facts
                if value
                else _("a replacement once it is back")
            )
        if not value:
            return _("a replacement, no money back")
        return _("%(amount)s and a replacement") % {"amount": amount(dispute, value)}
    if terms.return_required:
        words = (
            _("%(amount)s once it is back with the seller")
            if side == Party.PLATFORM
            else _("%(amount)s once you have sent it back")
            if buyer
            else _("%(amount)s once it is back with you")
        )
    elif not value:
        return _("no money back")
    elif not dispute.received:  # nobody keeps what never came
        words = _("%(amount)s back") if buyer else _("%(amount)s back to the buyer")
    else:
        words = (
            _("%(amount)s, and you keep it") if buyer else _("%(amount)s, and the buyer keeps it")
        )
    return words % {"amount": amount(dispute, value)}


def rows(dispute: Dispute, terms: Any, side: str) -> list[dict[str, str]]:
    """The terms of an offer line by line, in the same order for both sides.

    Of goods that never came only the replacement is a question.
    """
    buyer, replaced = side == Party.BUYER, getattr(terms, "replacement", False)
    if terms.return_required:
        stays = _("You send them back") if buyer else _("The buyer sends them back")
    else:
        stays = _("You keep them") if buyer else _("The buyer keeps them")
    postage = _("None")
    if terms.return_required:
        pays = (
            _("The buyer pays")
            if terms.postage_payer == PostagePayer.BUYER
            else _("The seller pays")
        )
        postage = _("You pay") if terms.postage_payer == side else pays
    again = _("No")
    if replaced:
        again = _("You send a new one") if side == Party.SELLER else _("The seller sends a new one")
    note = getattr(terms, "note", "")
    back = [
        {"label": _("The goods"), "value": stays},
        {"label": _("Postage back"), "value": postage},
    ]
    return [
        *(back if dispute.received or terms.return_required else []),
        {"label": _("Replacement"), "value": again},
        {"label": _("Note"), "value": f"“{note}”" if note else _("None")},
    ]


def wanted(dispute: Dispute, side: str) -> str:
    """What the buyer asked for at the start."""
    if dispute.wanted == Wanted.REPLACEMENT:
        return _("a replacement, or %(amount)s") % {"amount": amount(dispute, dispute.amount_asked)}
    offer = offer_of(dispute, Party.BUYER)
    if offer is not None and offer.made_at == dispute.opened_at:
        return in_short(dispute, offer, side)
    return amount(dispute, dispute.amount_asked)


def apart(first: Offer, second: Offer, dispute: Dispute) -> str:
    """How far two offers are apart."""
    return amount(dispute, abs(first.amount - second.amount))
