"""Numbers of parcels: which of them a carrier could have given. Pure functions, no look-up anywhere.

A number that passes may still be made up; one that fails was never given by the carrier that it imitates. Only
forms with a check digit are known here: a slip of the finger does not pass, nor does a word or an invoice number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
"""UPU standard S10, section 5.3: the weights of the eight digits of the serial number."""


def s10_check_digit(serial: str) -> int:
    """The ninth digit of a postal number for its first eight, by UPU S10: weights, modulo 11.

    Raises ValueError for anything but eight digits.
    """
    if not re.fullmatch(r"[0-9]{8}", serial):
        raise ValueError(serial)
    rest = 11 - _weighted(serial, S10_WEIGHTS) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def is_s10(number: str) -> bool:
    """Two letters of service, eight digits, their check digit, two letters of the country: RR123456785DE."""
    return bool(re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", number)) and int(
        number[10]
    ) == s10_check_digit(number[2:10])


def is_ups(number: str) -> bool:
    """1Z, fifteen letters or digits, and a digit that makes every second one count twice."""
    if not re.fullmatch(r"1Z[0-9A-Z]{15}[0-9]", number):
        return False
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in number[2:17]]
    return -(sum(values) + sum(values[1::2])) % 10 == int(number[17])


def is_fedex(number: str) -> bool:
    """Twelve digits, the last by the weights 3, 1, 7 modulo 11."""
    return bool(re.fullmatch(r"[0-9]{12}", number)) and _weighted(
        number[:11], (3, 1, 7) * 4
    ) % 11 % 10 == int(number[11])


def is_dhl_express(number: str) -> bool:
    """Ten digits, the last is what the nine before it leave modulo 7."""
    return bool(re.fullmatch(r"[0-9]{10}", number)) and int(number[:9]) % 7 == int(number[9])


def is_usps(number: str) -> bool:
    """The 22 digits of a domestic parcel (9…), the last by the weights 3 and 1 modulo 10."""
    return bool(re.fullmatch(r"9[0-9]{21}", number)) and -_weighted(
        number[:21], (3, 1) * 11
    ) % 10 == int(number[21])


FORMS: dict[str, Callable[[str], bool]] = {
    "s10": is_s10, "ups": is_ups, "fedex": is_fedex, "dhl_express": is_dhl_express, "usps": is_usps,
}  # fmt: skip
"""Every form that is known, by name."""


def normal(text: str) -> str:
    """A number as typed or printed, without the blanks and hyphens that only help the eye."""
    plain = unicodedata.normalize("NFKC", text[:200]).upper()
    return re.sub(r"[\s.\-]+", "", plain)


def tidy(text: str) -> str:
    """A number in capitals without its blanks, and otherwise as its carrier prints it."""
    return "".join(unicodedata.normalize("NFKC", text[:200]).upper().split())


def is_mistyped(text: str) -> bool:
    """Whether it has the shape of a postal number (UPU S10) whose check digit says that a figure is wrong.

    Of any other shape nothing is known, so nothing is held against it.
    """
    number = normal(text)
    return bool(re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", number)) and not is_s10(number)


CARRIERS = (
    "DHL", "DHL Express", "UPS", "FedEx", "USPS", "DPD", "GLS", "TNT", "Hermes", "Evri", "InPost", "PostNL", "Bpost",
    "PostNord", "Royal Mail", "Deutsche Post", "La Poste", "Chronopost", "Colissimo", "Mondial Relay", "Correos",
    "SEUR", "MRW", "CTT", "Correios", "Swiss Post", "Poste Italiane", "An Post", "Nova Poshta", "CDEK", "EMS",
    "SF Express",
)  # fmt: skip
"""How the carriers that people name most write themselves."""
_SPELLED = {name.casefold().replace(" ", ""): name for name in CARRIERS}


def carrier(text: str) -> str:
    """A carrier's name in its own spelling where it is known, else as it was typed, with single blanks."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    return _SPELLED.get(re.sub(r"[\s.\-]+", "", name).casefold(), name)


def form_of(text: str) -> str:
    """The name of the form that this number has, check digit included; empty where it has none.

    A number of fewer than four different digits (all zeros, say) is one that somebody made up.
    """
    number = normal(text)
    if len(set(re.findall(r"[0-9]", number))) < 4:
        return ""
    return next((name for name, fits in FORMS.items() if fits(number)), "")


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
