"""A dispute in words: no state, clock, ending or reason without its sentence for each side."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from core import cases
from disputes import services
from disputes.reading import checklist, clocks, steps, terms, turn
from disputes.selectors import turns
from disputes.states import OPEN, Kind, Outcome, Party, Reason
from disputes.states import DisputeState as S
from disputes.views.uploading import megabytes
from tests.disputes import factories as make

SIDES = (Party.BUYER, Party.SELLER)


def test_every_clock_has_its_words() -> None:
    assert set(clocks.AHEAD) == set(clocks.SUMMARY) == set(Kind)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(Kind))
def test_every_clock_has_its_consequence_for_both(frozen: datetime, kind: Kind) -> None:
    dispute = make.opened()

    told = [clocks.consequence(dispute, kind, side) for side in SIDES]

    assert all(told)
    assert not any("%(" in sentence for sentence in told)


def test_every_reason_has_its_short_word_and_its_checklist() -> None:
    assert set(terms.IN_SHORT) == set(checklist.CHECKLISTS) == set(Reason)
    assert all(checklist.checklist(reason) and checklist.title(reason) for reason in Reason)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [str(state) for state in make.IN_STATE])
@pytest.mark.parametrize("side", SIDES)
def test_every_state_has_a_turn_and_steps(frozen: datetime, state: str, side: Party) -> None:
    (dispute,) = turns.at_hand([make.IN_STATE[S(state)]()])

    told, way = turn.turn_of(dispute, side), steps.steps_of(dispute, side)

    assert (told.label, told.title) != ("", "")
    assert (told.clock is not None) == (state in OPEN)
    assert bool(told.consequence) == (state in OPEN)
    assert [step["state"] for step in way].count("now") == (state in OPEN)


@pytest.mark.django_db
@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_ending_has_its_headline_for_both(frozen: datetime, outcome: Outcome) -> None:
    (dispute,) = turns.at_hand([make.resolved()])
    dispute.outcome = outcome

    titles = [turn.turn_of(dispute, side).title for side in SIDES]

    assert "This dispute is over" not in titles
    assert not any("%(" in title for title in titles)


@pytest.mark.django_db
def test_offers_read_from_both_sides(frozen: datetime) -> None:
    dispute = make.opened()
    terms_of_it: dict[str, Any] = {
        "amount": Decimal(30),
        "return_required": True,
        "postage_payer": "buyer",
    }
    services.make_offer(dispute_id=dispute.pk, actor=make.seller(dispute), **terms_of_it)
    (dispute,) = turns.at_hand([cases.at(make.fresh(dispute))])
    offer = terms.offer_of(dispute, Party.SELLER)
    assert offer is not None

    told = {side: terms.in_short(dispute, offer, side) for side in Party}
    postage = {side: terms.rows(dispute, offer, side)[1]["value"] for side in Party}

    assert told == {
        Party.BUYER: "€30.00 once you have sent it back",
        Party.SELLER: "€30.00 once it is back with you",
        Party.PLATFORM: "€30.00 once it is back with the seller",
    }
    assert postage == {
        Party.BUYER: "You pay",
        Party.SELLER: "The buyer pays",
        Party.PLATFORM: "The buyer pays",
    }


@pytest.mark.parametrize(("size", "words"), [(900, "1 kB"), (7_800_000, "7.4 MB")])
def test_sizes_are_rounded(size: int, words: str) -> None:
    assert megabytes(size) == words
