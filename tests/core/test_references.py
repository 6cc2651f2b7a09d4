"""References: readable, typed in any way, wrong ones found, numbered ones never twice."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import references

bodies = st.text(references.ALPHABET, min_size=5, max_size=5)


def test_the_alphabet_has_no_vowels_and_no_look_alikes() -> None:
    assert not set(references.ALPHABET) & set("AEIOUYLZSGB")
    assert len(set(references.ALPHABET)) == 25


def test_a_new_reference_has_the_shape_of_the_specification() -> None:
    found = {references.new("DSP") for _ in range(500)}

    assert all(re.fullmatch(rf"DSP-[{references.ALPHABET}]{{6}}", r) for r in found)
    assert all(references.is_valid(r, "DSP") for r in found)
    assert references.is_valid("DSP-7F3K9Q")
    assert not references.is_valid("DSP-7F3K9Q", "ORD")


@pytest.mark.parametrize("symbols", range(6, 11))
def test_every_single_error_is_caught(symbols: int) -> None:
    prefix, body = references.new("DSP", symbols).split("-")

    for i, symbol in itertools.product(range(len(body)), references.ALPHABET):
        wrong = body[:i] + symbol + body[i + 1 :]
        assert references.is_valid(f"{prefix}-{wrong}") == (wrong == body)


def test_the_weights_catch_every_error_whatever_the_other_symbols_are() -> None:
    """A proof by all cases: the change of the sum depends on the changed symbols alone."""
    for i, a, b in itertools.product(range(10), range(25), range(25)):
        if a != b:
            here, following = i % 4 + 1, (i + 1) % 4 + 1
            assert (here * (a - b)) % 25 != 0
            assert ((here - following) * (a - b)) % 25 != 0


@given(bodies, st.integers(0, 4))
def test_every_transposition_of_neighbours_is_caught(free: str, i: int) -> None:
    body = references._checked("DSP", free)[4:]
    swapped = body[:i] + body[i + 1] + body[i] + body[i + 2 :]

    assert references.is_valid(f"DSP-{swapped}") == (swapped == body)


@pytest.mark.parametrize(
    "typed",
    ["dsp-7f3k9q", "DSP7F3K9Q", " dsp 7f3 k9q ", "DSP–7F3K9Q", "D5P-7F3K9Q", "ＤＳＰ－７Ｆ３Ｋ９Ｑ",
     "#DSP-7F3K9Q", "dsp_7f3k9q", "DSP-7F3К9Q"],
)  # fmt: skip
def test_what_a_person_types_is_understood(typed: str) -> None:
    assert references.normalise(typed) == "DSP-7F3K9Q"


def test_look_alikes_are_repaired_where_there_is_no_doubt() -> None:
    assert references.normalise("0RD-OILZSG") == "ORD-011256"
    assert references.normalise("ORD-B00000") == "ORD-800000"


@pytest.mark.parametrize("text", ["", "DSP", "hello world", "DSP-7F3K9", "7F3K9Q", "DSP-7F3K9R", "Ж" * 99,
                                  "DSP-7F3K9U", "DSP-" + "7" * 40, "\0", "12-7F3K9Q"])  # fmt: skip
def test_other_texts_are_not_valid(text: str) -> None:
    assert not references.is_valid(references.normalise(text))


def test_fresh_asks_once_a_round_and_returns_only_free_ones() -> None:
    asked: list[list[str]] = []

    def taken(drawn: list[str]) -> list[str]:
        asked.append(drawn)
        return drawn[:100] if len(asked) == 1 else []

    made = references.fresh("DSP", 1_000, taken)

    assert len(made) == len(set(made)) == 1_000
    assert len(asked) == 2
    assert not set(made) & set(asked[0][:100])
    assert all(len(reference) == 10 for reference in made)


def test_a_kind_that_is_full_goes_on_with_one_symbol_more() -> None:
    made = references.fresh("ORD", 20, lambda drawn: [r for r in drawn if len(r) == 10])

    assert all(len(r) == 11 and references.is_valid(r, "ORD") for r in made)
    assert references.normalise(made[0].lower()) == made[0]


@pytest.mark.parametrize("prefix", ["", "dsp", "DS", "DSPX", "D1P"])
def test_a_prefix_is_three_capital_letters(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        references.new(prefix)
