"""Tracking numbers: what a carrier could have given, by its check digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import tracking

GENUINE = {
    "s10": ["RR123456785DE", "RR473124829FI", "RB123456785GB", "EE 12345678 5 CN", "ra-123-456-785-us"],
    "ups": ["1Z5R89390357567127", "1Z879E930346834440", "1z 999 AA1 01 2345 6784"],
    "fedex": ["986578788855", "477179081230", "9865 7878 8855"],
    "dhl_express": ["3318810025", "8487135506", "33 1881 0025"],
    "usps": ["9400111202555842332669", "9261292700768711948021"],
}  # fmt: skip


@pytest.mark.parametrize(("form", "number"), [(f, n) for f, ns in GENUINE.items() for n in ns])
def test_numbers_that_carriers_gave_are_known(form: str, number: str) -> None:
    assert tracking.form_of(number) == form


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "x", "INVOICE 2026-17", "RR123456784DE", "RR12345678DE", "1Z5R89390357567128", "123456789013",
        "RR12345678\N{DEVANAGARI DIGIT FIVE}DE" * 3, "RR１２３４５６７８６DE", "DE123456785", "1234567890" * 20,
        "RR123456785D1", "9400111202555842332668", "3318810026", "0000000000", "000000000000", "RR000000005DE",
    ],
)  # fmt: skip
def test_anything_else_is_not(text: str) -> None:
    assert tracking.form_of(text) == ""


def test_the_check_digit_of_the_standard() -> None:
    """The example of UPU S10, and the two remainders that have a rule of their own."""
    assert tracking.s10_check_digit("47312482") == 9
    assert tracking.s10_check_digit("00000000") == 5, "0 is left: 11 becomes 5"
    assert tracking.s10_check_digit("00000008") == 0, "56 leaves 1: 10 becomes 0"


@given(st.from_regex(r"\A[0-9]{8}\Z"), st.integers(0, 7), st.integers(1, 9))
def test_a_wrong_digit_is_always_found(serial: str, place: int, shift: int) -> None:
    """A prime and weights below it: one wrong digit always changes the remainder, and with it the check
    digit. Only 5 stands for two remainders (6 and 0) and 0 for none but its own.
    """
    wrong = str((int(serial[place]) + shift) % 10)
    other = serial[:place] + wrong + serial[place + 1 :]
    digit = tracking.s10_check_digit(serial)
    number, forged = (f"RR{s}{digit}DE" for s in (serial, other))
    assert tracking.is_s10(number)
    assert not tracking.is_s10(forged) or digit == 5


@pytest.mark.parametrize("serial", ["", "1234567", "123456789", "1234567a", "１２３４５６７８"])
def test_a_serial_number_has_eight_digits(serial: str) -> None:
    with pytest.raises(ValueError):
        tracking.s10_check_digit(serial)


@pytest.mark.parametrize(
    ("number", "mistyped"),
    [
        ("RR473124829NL", False), ("rr 473 124 829 nl", False), ("RR473124828NL", True), ("rr-473 124 819 nl", True),
        ("1Z999AA10123456784", False), ("00340434161094000000", False), ("abc", False), ("", False),
    ],
)  # fmt: skip
def test_only_a_postal_number_with_a_wrong_check_digit_is_mistyped(
    number: str, mistyped: bool
) -> None:
    assert tracking.is_mistyped(number) is mistyped


def test_number_keeps_what_its_carrier_prints() -> None:
    assert tracking.tidy(" ab-12\u00a034 ｘ\n") == "AB-1234X"


@pytest.mark.parametrize(
    ("typed", "name"),
    [("dhl", "DHL"), ("Post NL", "PostNL"), ("  royal   mail ", "Royal Mail"), ("Ana’s  van", "Ana’s van")],
)  # fmt: skip
def test_carrier_is_spelled_as_it_spells_itself(typed: str, name: str) -> None:
    assert tracking.carrier(typed) == name
