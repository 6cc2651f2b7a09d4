"""Into which coupons a value can be split: what is offered, and what an owner wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import money
from core.errors import Refused

Parts = tuple[Decimal, ...]
OFFERED = 4
_BETWEEN = re.compile(r"[+;\n\r]+")


def offers(value: Decimal, currency: str, *, most: int, least: int) -> list[Parts]:
    """Splits that people would make: equal parts, whole ones before those with cents; 20 as 2 × 10 and 4 × 5.

    Where no equal parts exist (19.99), parts that differ by the smallest unit. Each sums to the value exactly.
    """
    counts = [n for n in range(2, most + 1) if value / n >= least]
    unit = money.quantum(currency)
    equal = [n for n in counts if not value % (n * unit)]
    round_ones = [n for n in equal if not value % n]
    rest = [n for n in equal if n not in round_ones]
    chosen = sorted([*round_ones, *rest][:OFFERED]) or counts[:OFFERED]
    return [tuple(money.split(value, [1] * n, currency)) for n in chosen]


def read(text: str, currency: str) -> Parts:
    """The amounts as typed, with a plus, a semicolon or a new line between them. Raises `Refused` for what is none."""
    typed = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    if not typed:
        raise Refused(_("Write the amounts, such as 10 + 5 + 5."), "empty")
    if len(typed) > 100:
        raise Refused(_("These are too many coupons."), "too_many")
    return tuple(money.parse_amount(part, currency) for part in typed)


def check(
    parts: Sequence[Decimal], value: Decimal, currency: str, *, most: int, least: int
) -> None:
    """Refuse parts that are not allowed. The whole value in one coupon always is."""
    if list(parts) == [value]:
        return
    if len(parts) > most:
        words = ngettext("At most %(n)d coupon.", "At most %(n)d coupons.", most)
        raise Refused(words % {"n": most}, "too_many")
    if any(not part.is_finite() or not money.is_whole(part, currency) for part in parts):
        raise Refused(_("The amount is finer than the currency."), "too_fine")
    if any(part < least for part in parts):
        shown = money.format_amount(Decimal(least), currency)
        raise Refused(_("No coupon is smaller than %(least)s.") % {"least": shown}, "too_small")
    if (total := sum(parts, Decimal(0))) != value:
        facts = {
            "sum": money.format_amount(total, currency),
            "value": money.format_amount(value, currency),
        }
        raise Refused(_("These sum to %(sum)s, not to %(value)s.") % facts, "sum")


def words(parts: Sequence[Decimal], currency: str) -> str:
    """ "4 × €5.00", "€10.00 + €5.00 + €5.00", "one coupon of €20.00"."""
    if len(parts) == 1:
        return _("one coupon of %(value)s") % {"value": money.format_amount(parts[0], currency)}
    if len(set(parts)) == 1:
        return f"{len(parts)} × {money.format_amount(parts[0], currency)}"
    return " + ".join(money.format_amount(part, currency) for part in parts)
