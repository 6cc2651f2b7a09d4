"""Sentences about what was offered, decided and done, for the history of a dispute."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from core import money


def amount(data: Any, currency: str) -> str:
    """The amount of an event or a row in words."""
    value = data.get("amount") if isinstance(data, dict) else data.amount
    return money.format_amount(Decimal(str(value or 0)), currency)


def terms(data: Any, currency: str, *, received: bool = True) -> str:
    """Terms of an offer, decision or event in words: amount, what happens to the goods, postage.

    Goods that were not `received` are nobody's to keep.
    """
    read = (
        data.get
        if isinstance(data, dict)
        else lambda name, default=None: getattr(data, name, default)
    )
    parts = [money.format_amount(Decimal(str(read("amount") or 0)), currency)]
    if read("replacement"):
        parts.append(say("the seller sends a replacement"))
    if read("return") or read("return_required"):
        parts.append(say("the buyer sends the order back"))
        payer = read("postage_payer")
        parts += [
            say("the seller pays the postage")
            if payer == "seller"
            else say("the buyer pays the postage")
        ]
    elif received and not read("replacement"):
        parts.append(say("the buyer keeps the order"))
    return ", ".join(parts)
