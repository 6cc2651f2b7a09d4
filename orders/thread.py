"""The thread of an order in words: who wrote what, and what to be careful of. Loaded rows only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.words import HINT_LABELS
from orders.models import Order, OrderMessage
from orders.states import Side


def messages(
    order: Order, rows: Sequence[OrderMessage], reader_id: int | None
) -> list[dict[str, Any]]:
    """The thread as `ui/messages.html` takes it; a hint at a deal outside carries its caution, to both sides."""
    names = {Side.BUYER: order.buyer.name or _("The buyer"), Side.SELLER: order.store.name}
    return [
        {
            "author": _("You") if row.author_id == reader_id else names[Side(row.side)],
            "from": "you" if row.author_id == reader_id else row.side, "at": row.sent_at, "text": row.body,
            "language": row.language, "caution": caution(row.caution, row.author_id == reader_id),
        }
        for row in rows
    ]  # fmt: skip


def caution(codes: Sequence[str], mine: bool) -> str:
    """What the portal warns of beside a message, from the hints that were found in it."""
    if not codes:
        return ""
    found = ", ".join(str(HINT_LABELS[code]) for code in codes if code in HINT_LABELS)
    told = _("We saw: %(hints)s.") % {"hints": found}
    if "confirm_first" in codes or "withdraw" in codes:
        after = _("Once you confirm receipt or withdraw, we can no longer hold the money for you.")
    else:
        after = _("Never take or send money outside: nobody can get it back for you.")
    mine_too = _("The other side sees this warning too.") if mine else ""
    return " ".join(filter(None, (told, after, mine_too)))
