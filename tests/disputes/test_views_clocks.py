"""What the clocks and steps of a page say: the earliest first, a target by its name, a stopped clock as stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core import clock
from disputes import services
from disputes.models import Dispute
from tests.disputes import factories as make
from tests.disputes import facts
from tests.disputes.pages import address, client, text
from tests.disputes.test_settlement import agree, propose

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def headline(words: str) -> str:
    """The moment that stands beside the turn."""
    start = words.index("left until ") + len("left until ")
    return words[start : words.index(" , ", start)]


def steps(dispute: Dispute, name: str = "Alice") -> str:
    words = text(client(name).get(address(dispute)))
    start = words.index("Opened ")
    return words[start : words.index("·", start)]


def test_seller_reads_the_end_that_comes_first(frozen: datetime) -> None:
    dispute = make.rejected()
    propose(dispute, frozen + 16 * DAY)

    words = text(client("Bob").get(address(dispute)))

    assert headline(words) == "Tuesday 17 March 2026, 12:00"
    assert "If nobody agrees by then, a mediator takes the case." in words
    assert "You can agree to the proposal until Wednesday 18 March 2026, 12:00." in words


def test_seller_reads_the_end_of_the_proposal_where_that_comes_first(frozen: datetime) -> None:
    dispute = make.rejected()
    propose(dispute, frozen + 5 * DAY)

    words = text(client("Bob").get(address(dispute)))

    assert headline(words) == "Saturday 7 March 2026, 12:00"
    assert "If you do not agree by then, the proposal lapses and the dispute goes on." in words
    assert "Your time to agree on the dispute ends Tuesday 17 March 2026, 12:00." in words


def test_seller_who_must_answer_anyway_reads_of_the_proposal_too(frozen: datetime) -> None:
    dispute = make.rejected()
    with clock.freeze(frozen + timedelta(hours=1)):
        services.make_offer(dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(45))
        propose(dispute, frozen + 5 * DAY)
        words = text(client("Bob").get(address(dispute)))

    assert "Answer the buyer’s offer: €45.00" in words
    assert (
        "The buyer also proposes to close the dispute once €50.00 is refunded;"
        " you can agree to that until Saturday 7 March 2026, 12:00." in words
    )


def test_escalated_step_names_the_taking_and_not_the_decision(frozen: datetime) -> None:
    shown = steps(make.escalated())

    assert "A mediator takes the case until Wed 4 March" in shown
    assert "Mediator decides until" not in shown


def test_step_of_the_decision_names_its_own_day(frozen: datetime) -> None:
    assert "Mediator decides until Mon 9 March" in steps(make.in_mediation())


def test_step_of_a_missed_target_says_that_it_is_late(frozen: datetime) -> None:
    dispute = make.escalated()
    make.at(frozen + 2 * DAY)

    with clock.freeze(frozen + 2 * DAY):
        shown = steps(make.fresh(dispute))

    assert "A mediator takes the case later than promised" in shown


@pytest.mark.parametrize("state", ["awaiting_seller", "negotiating", "escalated", "in_mediation"])
def test_clock_that_stands_still_is_no_date_in_the_steps(frozen: datetime, state: str) -> None:
    from disputes.states import DisputeState

    dispute = make.IN_STATE[DisputeState(state)]()
    propose(dispute, frozen + 5 * DAY)
    agree(dispute)

    shown = steps(dispute)

    assert "stands still" in shown
    assert shown.count("until") == 1, shown
    assert "Over until Sat 7 March" in shown


def test_page_that_asks_says_until_when_and_what_happens_otherwise(frozen: datetime) -> None:
    dispute = make.opened()

    asked = text(client("Bob").get(address(dispute, "reject")))
    other = text(client("Alice").get(address(dispute, "withdraw")))

    assert "2 days left until Wednesday 4 March 2026, 12:00" in asked
    assert "who sends nothing back" in asked
    assert " left until " not in other, "not the reader's clock"


@pytest.mark.parametrize(
    ("made", "days", "words"),
    [
        (make.escalated, 2, "No mediator took the case in time; our administrators were told"),
        (make.in_mediation, 7, "The decision is late; the mediator and our administrators were told"),
    ],
)  # fmt: skip
def test_history_names_those_who_were_told_of_a_missed_target(
    frozen: datetime, made: Callable[[], Dispute], days: int, words: str
) -> None:
    make.root()
    dispute = made()
    make.at(frozen + days * DAY)
    told = {name for name, kind in facts.told(dispute) if "overdue" in kind}

    assert told == ({"Root"} if days == 2 else {"Root", "Carol"})
    assert words in text(client("Alice").get(address(dispute)))


def test_case_handed_back_shows_the_clock_that_runs_and_not_the_one_that_stands_still(
    frozen: datetime,
) -> None:
    """One day was left to decide, and two are given to take the case: the clock that stands still ends first."""
    dispute = make.in_mediation()
    with clock.freeze(frozen + 6 * DAY):
        services.hand_back_dispute(dispute_id=dispute.pk, actor=make.carol())
        browser = client("Alice")
        shown = text(browser.get(address(dispute)))
        calendar = browser.get(address(dispute, "calendar"))

    assert "2 days left until Tuesday 10 March 2026, 12:00" in shown
    assert "The clock stands still" not in shown
    assert calendar.status_code == 200
    assert "DTSTART:20260310T120000Z" in calendar.content.decode()
