"""Amounts as people type and read them."""

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.errors import Refused


@pytest.mark.parametrize(("currency", "places"), [("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_places_follow_iso_4217(currency: str, places: int) -> None:
    assert money.places(currency) == places


@pytest.mark.parametrize("currency", ["", "eur", "EU", "EURO", "€", "E R"])
def test_a_currency_is_a_code(currency: str) -> None:
    with pytest.raises(Refused):
        money.places(currency)


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("55", "EUR", "55.00"), ("55.5", "EUR", "55.50"), ("55,50", "EUR", "55.50"),
        ("1,234.50", "USD", "1234.50"), ("1.234,50", "EUR", "1234.50"),
        ("1 234,50", "RUB", "1234.50"), ("1\u202f234,50", "EUR", "1234.50"),
        ("1'234.50", "CHF", "1234.50"), ("1,234,567", "USD", "1234567.00"),
        ("12.5000", "EUR", "12.50"), ("0", "EUR", "0.00"), (".5", "EUR", "0.50"),
        ("5.", "EUR", "5.00"), ("1.250", "KWD", "1.250"), ("1,234", "JPY", "1234"),
        ("1.234.567", "JPY", "1234567"), ("€55", "EUR", "55.00"), ("55 €", "EUR", "55.00"),
        ("R$ 12,50", "BRL", "12.50"), ("EUR 7", "EUR", "7.00"), ("+7", "EUR", "7.00"),
        ("１２．５", "CNY", "12.50"), ("١٢٫٥", "EUR", "12.50"), ("9999999999.99", "EUR", "9999999999.99"),
        ("$5", "USD", "5.00"), ("  8 ", "EUR", "8.00"), ("007", "EUR", "7.00"), ("¥5", "JPY", "5"),
    ],
)  # fmt: skip
def test_amounts_are_read(typed: str, currency: str, amount: str) -> None:
    read = money.parse_amount(typed, currency)

    assert str(read) == amount


@pytest.mark.parametrize(
    ("typed", "currency", "code"),
    [
        ("", "EUR", "empty"), ("   ", "EUR", "empty"), ("€", "EUR", "empty"),
        ("-1", "EUR", "negative"), ("−1", "EUR", "negative"), ("€ -5", "EUR", "negative"),
        ("-0.00", "EUR", "negative"),
        ("NaN", "EUR", "not_a_number"), ("inf", "EUR", "not_a_number"), ("-inf", "EUR", "not_a_number"),
        ("1e400", "EUR", "not_a_number"), ("1e2", "EUR", "not_a_number"), ("ten", "EUR", "not_a_number"),
        ("0x10", "EUR", "not_a_number"), ("1_000", "EUR", "not_a_number"), ("1.2.3", "EUR", "not_a_number"),
        ("1,2,3.4", "EUR", "not_a_number"), ("1.2,3.4", "EUR", "not_a_number"), ("1 2", "EUR", "not_a_number"),
        ("12 34,5 6", "EUR", "not_a_number"), ("5 USD", "EUR", "not_a_number"), ("9" * 99, "EUR", "not_a_number"),
        ("1\0", "EUR", "not_a_number"), (".", "EUR", "not_a_number"), ("½", "EUR", "not_a_number"),
        ("12.3456", "EUR", "too_fine"), ("0.001", "EUR", "too_fine"), ("1.5", "JPY", "too_fine"),
        ("1.2345", "KWD", "too_fine"), ("1,234", "EUR", "ambiguous"), ("1.234", "USD", "ambiguous"),
        ("1,250", "KWD", "ambiguous"), ("99999999999", "EUR", "too_large"), ("9" * 50, "EUR", "too_large"),
    ],
)  # fmt: skip
def test_other_amounts_are_refused_with_a_sentence(typed: str, currency: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        money.parse_amount(typed, currency)

    assert refused.value.code == code
    assert str(refused.value.message).endswith(".")


@given(st.text(max_size=80), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_any_text_is_an_amount_or_refused(typed: str, currency: str) -> None:
    try:
        amount = money.parse_amount(typed, currency)
    except Refused:
        return
    assert 0 <= amount < money.LARGEST
    assert amount == money.quantize(amount, currency)


@pytest.mark.parametrize("language", ["en", "es", "pt-br", "ru", "zh-hans"])
@given(st.decimals(0, 9_999_999, places=2))
def test_what_is_shown_can_be_typed_back(language: str, amount: Decimal) -> None:
    with translation.override(language):
        shown = money.format_amount(amount, "EUR")

    assert money.parse_amount(shown, "EUR") == amount


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("en", "55", "EUR", "€55.00"), ("en", "1234.5", "USD", "$1,234.50"),
        ("en", "12.5000", "BRL", "R$\xa012.50"), ("pt-br", "12.5", "BRL", "R$\xa012,50"),
        ("pt-br", "12.5", "USD", "US$\xa012,50"), ("es", "55", "EUR", "55,00\xa0€"),
        ("ru", "55", "RUB", "55,00\xa0₽"), ("zh-hans", "1055", "CNY", "¥1,055.00"),
        ("en", "1234", "JPY", "¥1,234"), ("en", "-5", "EUR", "−€5.00"),
        ("en", "1.25", "KWD", "KWD\xa01.250"), ("en", "3", "PLN", "zł\xa03.00"),
    ],
)  # fmt: skip
def test_amounts_carry_their_sign(language: str, amount: str, currency: str, shown: str) -> None:
    with translation.override(language):
        assert money.format_amount(Decimal(amount), currency) == shown


@given(
    st.integers(0, 10**9),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_parts_sum_to_the_whole_and_are_fair(units: int, weights: list[int], currency: str) -> None:
    unit = money.quantum(currency)
    parts = money.split(units * unit, weights, currency)

    assert sum(parts) == units * unit
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part / unit - Decimal(units) * weight / sum(weights)) < 1
        assert weight or not part


def test_a_cent_that_cannot_be_divided_goes_to_the_first() -> None:
    assert money.split(Decimal("10.00"), [1, 1, 1], "EUR") == [
        Decimal("3.34"), Decimal("3.33"), Decimal("3.33"),
    ]  # fmt: skip


@pytest.mark.parametrize(("amount", "weights"), [("1", []), ("1", [0, 0]), ("1", [-1, 2]),
                                                 ("-1", [1]), ("0.001", [1])])  # fmt: skip
def test_impossible_splits_are_errors(amount: str, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        money.split(Decimal(amount), weights, "EUR")
