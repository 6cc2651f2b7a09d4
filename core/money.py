"""Money: amounts are `Decimal` with an ISO 4217 currency and that currency's own decimal places.

A person may type `1,234.50`, `1.234,50`, `1 234,50` or `R$ 12,5`. What can be read in two ways
(`1.234`: one and a bit, or a thousand and more?) is refused with a sentence, never guessed.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache

from django.utils import formats, numberformat, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import Refused

# ISO 4217, list one: every currency that has not two places (fund and metal codes left out).
_NO_PLACES = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
_THREE_PLACES = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_PLACES = dict.fromkeys(_NO_PLACES, 0) | dict.fromkeys(_THREE_PLACES, 3) | {"CLF": 4, "UYW": 4}
SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "CNY": "¥",
    "BRL": "R$",
    "RUB": "₽",
    "INR": "₹",
    "KRW": "₩",
    "VND": "₫",
    "ILS": "₪",
    "UAH": "₴",
    "TRY": "₺",
    "NGN": "₦",
    "PHP": "₱",
    "KZT": "₸",
    "PLN": "zł",
    "CZK": "Kč",
    "MXN": "MX$",
    "CAD": "CA$",
    "AUD": "A$",
    "NZD": "NZ$",
    "HKD": "HK$",
    "SGD": "S$",
    "TWD": "NT$",
    "ARS": "AR$",
}
_BESIDE = {"R$"}
_SUFFIX_LANGUAGES = ("es", "ru", "pl", "de", "fr", "it", "uk", "tr", "cs")
LARGEST = Decimal(10) ** 10
MAX_TYPED = 60
NBSP = "\N{NO-BREAK SPACE}"
_GROUPS = " '’\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"


def places(currency: str) -> int:
    """How many decimal places the currency has: JPY 0, most 2, KWD 3."""
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Refused(_("The currency is not a three-letter ISO code."), "currency")
    return _PLACES.get(currency, 2)


@cache
def quantum(currency: str) -> Decimal:
    """The smallest amount of the currency: 0.01 for EUR."""
    return Decimal(1).scaleb(-places(currency))


def is_whole(amount: Decimal, currency: str) -> bool:
    """Whether the amount is made of whole smallest units of its currency."""
    return abs(amount) < LARGEST and not amount % quantum(currency)


def quantize(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole smallest units, halves to even; 4-place columns come back clean."""
    with localcontext(prec=40):
        return amount.quantize(quantum(currency), ROUND_HALF_EVEN)


def parse_amount(text: str, currency: str) -> Decimal:
    """What a person typed, as an amount of `currency` that is at least 0; the caller has a minimum.

    Raises Refused with one sentence for what is no number, negative, too large, finer than the
    currency, or readable in two ways. Zeros beyond the currency's places are harmless ("12.5000").
    """
    exact = places(currency)
    if len(text) > MAX_TYPED:
        raise _not_a_number()
    plain = unicodedata.normalize("NFKC", text).strip()
    symbol = unicodedata.normalize("NFKC", SYMBOLS.get(currency, currency))
    for mark in (currency, currency.lower(), symbol):
        plain = plain.removeprefix(mark).removesuffix(mark).strip()
    if not plain:
        raise Refused(_("Enter an amount."), "empty")
    if plain[0] in "-−–" and any(c.isdigit() for c in plain):
        raise Refused(_("The amount cannot be negative."), "negative")
    plain = "".join(_ascii(c) for c in plain.removeprefix("+"))
    whole, fraction = _parts(plain, exact)
    if len(whole.lstrip("0")) > 10:
        raise Refused(_("The amount is too large."), "too_large")
    if len(fraction.rstrip("0")) > exact:
        raise _too_fine(currency, exact)
    return quantize(Decimal(f"{whole or '0'}.{fraction or '0'}"), currency)


def _ascii(c: str) -> str:
    value = unicodedata.decimal(c, None)
    if value is not None:
        return str(value)
    return {"٫": ".", "٬": "'", "，": ",", "．": "."}.get(c, c)


def _parts(plain: str, exact: int) -> tuple[str, str]:
    """Splits into whole and fractional digits, or refuses."""
    if not re.fullmatch(rf"[\d.,{re.escape(_GROUPS)}]*\d[.,]?", plain, re.ASCII):
        raise _not_a_number()
    marks = [c for c in plain if c in ".,"]
    split_at = max(plain.rfind("."), plain.rfind(","))
    if not marks:
        whole, fraction = plain, ""
    elif len(marks) == 1:
        whole, fraction = plain[:split_at], plain[split_at + 1 :]
        thousands = len(fraction) == 3 and re.fullmatch(r"[1-9]\d{0,2}", whole) is not None
        if thousands and exact == 0:
            whole, fraction = whole + fraction, ""
        elif thousands and not (exact >= 3 and marks[0] == "."):
            raise Refused(
                _("“%(typed)s” can be read in two ways: write it without a thousands separator.")
                % {"typed": plain},
                "ambiguous",
            )
    elif len(set(marks)) == 1:
        whole, fraction = plain, ""
    elif marks.count(plain[split_at]) == 1:
        whole, fraction = plain[:split_at], plain[split_at + 1 :]
    else:
        raise _not_a_number()
    return _ungrouped(whole), fraction


def _ungrouped(whole: str) -> str:
    seen = {c for c in whole if not c.isdigit()}
    if not seen:
        return whole
    mark = re.escape(seen.pop())
    if seen or not re.fullmatch(rf"\d{{1,3}}(?:{mark}\d{{3}})+", whole):
        raise _not_a_number()
    return re.sub(r"\D", "", whole)


def _not_a_number() -> Refused:
    return Refused(_("Write the amount in digits, such as 12.50."), "not_a_number")


def _too_fine(currency: str, exact: int) -> Refused:
    if exact == 0:
        return Refused(_("%(currency)s has no decimals.") % {"currency": currency}, "too_fine")
    text = ngettext(
        "%(currency)s has at most %(places)d decimal place.",
        "%(currency)s has at most %(places)d decimal places.",
        exact,
    )
    return Refused(text % {"currency": currency, "places": exact}, "too_fine")


def format_amount(amount: Decimal, currency: str) -> str:
    """The amount with its currency sign, always, as the active language writes it.

    `€55.00` in English, `55,00 €` in Spanish, `R$ 12,50` in Portuguese. The sign never stands on a
    line of its own; a minus comes first.
    """
    language = (translation.get_language() or "en").lower()
    exact = quantize(amount, currency)
    number = numberformat.format(
        abs(exact),
        formats.get_format("DECIMAL_SEPARATOR"),
        places(currency),
        grouping=3,  # of money, in every language of ours (Django groups Chinese by four)
        thousand_sep=formats.get_format("THOUSAND_SEPARATOR") or ",",
        force_grouping=True,
    )
    sign = SYMBOLS.get(currency, currency)
    if currency == "USD" and not language.startswith("en"):
        sign = "US$"
    minus = "−" if exact < 0 else ""
    if language.startswith(_SUFFIX_LANGUAGES):
        return f"{minus}{number}{NBSP}{sign}"
    apart = NBSP if sign in _BESIDE or sign[-1].isalpha() or language.startswith("pt") else ""
    return f"{minus}{sign}{apart}{number}"


def split(amount: Decimal, weights: Sequence[Decimal | int], currency: str) -> list[Decimal]:
    """Divides an amount in proportion, in whole smallest units, so that the parts sum to it.

    The units left over by rounding down go to the largest remainders, the first of equals first.
    Raises ValueError where no weight is positive, one is negative or the amount is too fine.
    """
    unit = quantum(currency)
    if any(w < 0 for w in weights) or not any(weights):
        raise ValueError("Weights are not negative, and one of them is positive.")
    if amount < 0 or amount != quantize(amount, currency):
        raise ValueError("The amount is whole smallest units of its currency, and not negative.")
    with localcontext(prec=60):
        units, total = int(amount / unit), sum(Decimal(w) for w in weights)
        exact = [units * Decimal(w) / total for w in weights]
        parts = [int(part) for part in exact]
        rest = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
        for i in rest[: units - sum(parts)]:
            parts[i] += 1
        return [part * unit for part in parts]
