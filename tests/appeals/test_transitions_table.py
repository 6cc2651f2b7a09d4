"""Every state with every move: allowed, and to where, or refused. Complete by construction over the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appeals.models import Complaint
from appeals.states import OPEN, TERMINAL, ComplaintState
from core import clock
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed
from core.models import Event
from core.transitions import graph
from tests.appeals import factories as make
from tests.disputes import factories as disputes

W, R, OK, FB, STANDS, WRONG = (
    "waiting", "in_review", "decision_correct", "feedback_given", "decision_stands", "decision_wrong",
)  # fmt: skip
BUYER, SELLER, CAROL, RITA, THEO, LEA, ROOT, EVE, CLOCK = (
    "buyer", "seller", "Carol", "Rita", "Theo", "Lea", "Root", "Eve", "clock",
)  # fmt: skip
OTHERS = {THEO, LEA, ROOT}
"""The desk without Rita: the feedback is about her review."""

TABLE: dict[str, tuple[dict[str, str], set[str]]] = {
    "join": ({W: W, R: R}, {SELLER}),  # the one who has not complained yet
    "end_joining": ({W: W, R: R}, {CLOCK}),
    "give_feedback": ({OK: FB, FB: FB}, {BUYER, SELLER}),  # each that complained, once
    "draw": ({W: R}, {RITA, THEO}),
    "hand_back": ({R: W}, {RITA, LEA, ROOT, CLOCK}),
    "assign": ({W: R, R: R}, {LEA, ROOT}),
    "take_away": ({W: W, R: W}, {CLOCK}),
    "stay_late": ({W: W, R: R}, {CLOCK}),
    "find_correct": ({R: OK}, {RITA}),
    "find_correct_again": ({R: STANDS}, {THEO}),  # the third person
    "find_wrong": ({R: WRONG}, {RITA}),
    "end_feedback": ({OK: STANDS}, {CLOCK}),
    "reopen": ({FB: W}, OTHERS),
    "leave": ({FB: STANDS}, OTHERS),
    "end_reading": ({FB: STANDS}, {CLOCK}),
}  # fmt: skip
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATE = {"end_joining", "take_away", "stay_late", "end_feedback", "end_reading"}
ALLOWED = [(state, name) for name, (arrows, _who) in TABLE.items() for state in arrows]


def test_the_table_is_the_machine() -> None:
    assert graph(Complaint) == sorted(
        (s, name, t) for name, (arrows, _who) in TABLE.items() for s, t in arrows.items()
    )
    assert set(ComplaintState) == OPEN | TERMINAL
    assert not OPEN & TERMINAL


KWARGS: dict[str, Callable[[], dict[str, Any]]] = {
    "draw": lambda: {"reviewer_id": make.rita().user_id},
    "assign": lambda: {"reviewer_id": make.theo().user_id},
}


def kwargs(name: str) -> dict[str, Any]:
    return KWARGS.get(name, dict)()


def scene(state: str, name: str) -> Complaint:
    """A complaint in that state in which everything but the state and the actor favours the move."""
    if name in {"join", "end_joining"}:
        complaint = make.waiting()
        return complaint if state == W else make.in_review(complaint)
    if name == "find_correct_again":
        return make.in_second_review()
    complaint = make.IN_STATE[ComplaintState(state)]()
    if name == "stay_late":
        disputes.at(complaint.deadlines.get(kind="review", state="pending").due_at)
        return complaint if state == W else make.in_review(complaint, make.theo())
    return complaint


def people(complaint: Complaint) -> dict[str, Actor]:
    return {
        BUYER: make.buyer(complaint), SELLER: make.seller(complaint), CAROL: disputes.carol(), RITA: make.rita(),
        THEO: make.theo(), LEA: make.lea(), ROOT: disputes.root(), EVE: disputes.eve(), CLOCK: SYSTEM,
    }  # fmt: skip


class Undo(Exception):
    """Takes a batch back."""


def attempt(complaint: Complaint, name: str, actor: Actor, at: datetime) -> str:
    """Run the bare move under lock and take it back; the state that it led to."""
    with clock.freeze(at), pytest.raises(Undo) as done, Batch() as batch:
        locked = make.take(batch, complaint)
        batch.transition(locked, name, actor, **kwargs(name))
        raise Undo(locked.state)
    return str(done.value)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "name"), ALLOWED, ids=lambda value: value)
def test_an_allowed_move_leads_where_the_table_says_for_exactly_these_people(
    frozen: datetime, state: str, name: str
) -> None:
    complaint = scene(state, name)
    arrows, who = TABLE[name]
    who = set(who)
    if (state, name) == (FB, "give_feedback"):
        who = {SELLER}  # the buyer has given it
    if (state, name) == (R, "stay_late"):
        who = {CLOCK}
    at = frozen + timedelta(days=60) if name in LATE else frozen
    everybody = people(complaint)
    for label in who:
        assert attempt(complaint, name, everybody[label], at) == arrows[state], label
    with clock.freeze(at), Batch() as batch:
        locked = make.take(batch, complaint)
        for label in everybody.keys() - who:
            with pytest.raises(NotAllowed):
                batch.transition(locked, name, everybody[label], **kwargs(name))
                pytest.fail(f"{label} could {name} in {state}")


@pytest.mark.django_db
@pytest.mark.parametrize("state", sorted(OPEN | TERMINAL))
def test_every_other_move_is_refused_and_writes_nothing(frozen: datetime, state: str) -> None:
    complaint = make.fresh(make.IN_STATE[ComplaintState(state)]())
    everybody = people(complaint).values()
    written = Event.objects.count()
    refused = [name for name, (arrows, _who) in TABLE.items() if state not in arrows]
    with Batch() as batch:
        locked = make.take(batch, complaint)
        for name in refused:
            for actor in everybody:
                with pytest.raises(CaseChanged):
                    batch.transition(locked, name, actor, **kwargs(name))
    assert Event.objects.count() == written
    assert make.fresh(complaint).state == state
