"""The statement of a review, drafted from what was found; the reviewer edits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from appeals.states import Mark, Point, Result
from core import money
from disputes.states import Party


def draft(
    sides: Sequence[str],
    marks: Mapping[str, tuple[str, str]],
    result: str,
    compensation: Mapping[str, Decimal],
    currency: str,
) -> str:
    """Words for both parties, without names, in the active language. `sides` are those that complained."""
    who = (
        _("Both parties")
        if len(sides) > 1
        else _("The buyer")
        if Party.BUYER in sides
        else _("The seller")
    )
    parts = [
        _("%(who)s complained about the decision. We read the whole case and the complaint again.") % {"who": who}
    ]  # fmt: skip
    in_order = [str(Point(p).label) for p, (mark, _note) in marks.items() if mark == Mark.IN_ORDER]
    if in_order:
        parts.append(_("We find in order: %(points)s.") % {"points": "; ".join(in_order)})
    for point, (mark, note) in marks.items():
        if mark == Mark.MISTAKE:
            facts = {"point": Point(point).label, "note": note.rstrip(".")}
            parts.append(_("We find a mistake. %(point)s: %(note)s.") % facts)
    if result == Result.CORRECT:
        parts.append(_("The decision was correct."))
    elif result == Result.WRONG:
        parts.append(_("The decision was wrong. We are sorry."))
        for party, amount in compensation.items():
            facts = {"amount": money.format_amount(amount, currency)}
            words = (
                _("The buyer gets %(amount)s as compensation, in coupons.")
                if party == Party.BUYER
                else _("The seller gets %(amount)s as compensation, in coupons.")
            )
            parts.append(words % facts)
        parts.append(_("The money that was decided stays as it is."))
    return "\n".join(parts)
