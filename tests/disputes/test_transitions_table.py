"""Every state with every move: allowed, and to where, or refused. Complete by construction over the machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_fsm import TransitionNotAllowed

from core import clock
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed
from core.models import Event
from core.transitions import graph
from disputes import services
from disputes.effects import loading
from disputes.models import Decision, Dispute, Offer, Settlement
from disputes.states import OPEN, TERMINAL, DisputeState
from tests.disputes import factories as make

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AS, NEG, AR, RIT, AREP, REPT, ESC, MED, DEC, UC, RES, OUT, END = (
    "awaiting_seller", "negotiating", "awaiting_return", "return_in_transit", "awaiting_replacement",
    "replacement_in_transit", "escalated", "in_mediation",
    "decided", "under_complaint", "resolved", "withdrawn", "closed",
)  # fmt: skip
STAYS = {AS: AS, NEG: NEG, ESC: ESC, MED: MED}
EVERYWHERE = {**STAYS, AR: AR, RIT: RIT, AREP: AREP, REPT: REPT, DEC: DEC, UC: UC}
BUYER, SELLER, CAROL, DAN, ROOT, EVE, CLOCK = (
    "buyer",
    "seller",
    "Carol",
    "Dan",
    "Root",
    "Eve",
    "clock",
)
PARTIES = {BUYER, SELLER}

TABLE: dict[str, tuple[dict[str, str], set[str]]] = {
    "accept_request": ({AS: RES}, {SELLER}),
    "accept_request_with_return": ({AS: AR}, {SELLER}),
    "accept_request_with_replacement": ({AS: AREP}, {SELLER}),
    "reject_request": ({AS: NEG}, {SELLER}),
    "default_to_buyer": ({AS: RES}, {CLOCK}),
    "make_offer": ({AS: NEG, NEG: NEG}, PARTIES),  # while the seller has not answered, the seller only
    "accept_offer": ({NEG: RES}, PARTIES),
    "accept_offer_with_return": ({NEG: AR}, PARTIES),
    "accept_offer_with_replacement": ({NEG: AREP}, PARTIES),
    "escalate": ({NEG: ESC}, PARTIES),
    "escalate_by_clock": ({NEG: ESC}, {CLOCK}),
    "ship_return": ({AR: RIT}, {BUYER}),
    "return_not_sent": ({AR: END}, {CLOCK}),
    "record_return_delivery": ({RIT: RIT}, {SELLER, CLOCK}),
    "confirm_return": ({RIT: RES}, {SELLER}),
    "contest_return": ({RIT: ESC}, {SELLER}),
    "return_unanswered": ({RIT: RES}, {CLOCK}),
    "confirm_return_and_replace": ({RIT: AREP}, {SELLER}),
    "replace_unanswered_return": ({RIT: AREP}, {CLOCK}),
    "ship_replacement": ({AREP: REPT}, {SELLER}),
    "replacement_not_sent": ({AREP: RES}, {CLOCK}),
    "record_replacement_delivery": ({REPT: REPT}, PARTIES | {CLOCK}),
    "confirm_replacement": ({REPT: RES}, {BUYER}),
    "contest_replacement": ({REPT: ESC}, {BUYER}),
    "replacement_unanswered": ({REPT: RES}, {CLOCK}),
    "replacement_never_came": ({REPT: RES}, {CLOCK}),
    "claim": ({ESC: MED}, {CAROL, DAN}),
    "assign": ({ESC: MED}, {ROOT}),
    "hand_over": ({MED: MED}, {CAROL, ROOT}),
    "hand_back": ({MED: ESC}, {CAROL, ROOT, CLOCK}),
    "mediator_overdue": ({ESC: ESC}, {CLOCK}),
    "decision_overdue": ({MED: MED}, {CLOCK}),
    "request_evidence": ({MED: MED}, {CAROL}),
    "answer_evidence_request": ({MED: MED}, {BUYER}),  # the one who was asked
    "take_back_request": ({MED: MED}, {CAROL}),
    "evidence_request_expired": ({MED: MED}, {CLOCK}),
    "decide": ({MED: DEC}, {CAROL}),
    "close": ({DEC: END}, {CLOCK}),
    "start_return": ({DEC: AR}, {CLOCK}),
    "complain": ({DEC: UC}, PARTIES),
    "join_complaint": ({UC: UC}, PARTIES),
    "review_overdue": ({UC: UC}, {CLOCK}),
    "promise_review": ({UC: UC}, {CLOCK}),
    "end_review": ({UC: END}, {CLOCK}),
    "end_review_with_return": ({UC: AR}, {CLOCK}),
    "withdraw": ({AS: OUT, NEG: OUT, AR: OUT, RIT: OUT, AREP: OUT, REPT: OUT, ESC: OUT, MED: OUT}, {BUYER}),
    "propose_settlement": (STAYS, {BUYER}),
    "agree_settlement": (STAYS, {SELLER}),
    "decline_settlement": (STAYS, {SELLER}),
    "take_back_settlement": (STAYS, {BUYER}),
    "settle": ({AS: RES, NEG: RES, ESC: RES, MED: RES}, {CLOCK}),
    "lapse_settlement": (STAYS, {CLOCK}),
    "add_message": (EVERYWHERE, PARTIES),  # and the mediator of the case
    "add_evidence": (EVERYWHERE, PARTIES),
}  # fmt: skip
"""Each move: from which state to which, and who may make it."""


def test_the_table_is_the_machine() -> None:
    """A new state, move or arrow fails here until its row is decided."""
    assert graph(Dispute) == sorted(
        (s, name, t) for name, (arrows, _who) in TABLE.items() for s, t in arrows.items()
    )
    assert set(DisputeState) == OPEN | TERMINAL
    assert not OPEN & TERMINAL


def offer(dispute: Dispute) -> dict[str, Any]:
    return {"offer": Offer(dispute=dispute, party="buyer", amount=Decimal(60))}


KWARGS: dict[str, Callable[[Dispute], dict[str, Any]]] = {
    "make_offer": lambda d: {"party": "seller"},
    "accept_request": offer, "accept_request_with_return": offer,
    "accept_offer": offer, "accept_offer_with_return": offer, "accept_offer_with_replacement": offer,
    "accept_request_with_replacement": offer, "contest_replacement": lambda d: {"contest": "Cracked too."},
    "reject_request": lambda d: {"answer": "No."}, "contest_return": lambda d: {"contest": "Empty box."},
    "claim": lambda d: {"mediator_id": make.carol().user_id},
    "assign": lambda d: {"mediator_id": make.dan().user_id},
    "hand_over": lambda d: {"mediator_id": make.dan().user_id},
    "decide": lambda d: {"decision": Decision(dispute=d, verdict="none", amount=Decimal(0))},
    "settle": lambda d: {"settlement": Settlement(dispute=d, amount=Decimal(10), by=NOON)},
}  # fmt: skip


def kwargs(name: str, dispute: Dispute) -> dict[str, Any]:
    make_them = KWARGS.get(name)
    return make_them(dispute) if make_them else {}


PROPOSAL = {
    "agree_settlement",
    "decline_settlement",
    "take_back_settlement",
    "settle",
    "lapse_settlement",
}
LATE = {name for name, (_arrows, who) in TABLE.items() if who == {CLOCK}} - {"settle"}


@dataclass
class Scene:
    dispute: Dispute
    at: datetime


def scene(state: str, name: str) -> Scene:
    """A dispute in that state in which everything but the state and the actor favours the move."""
    if name == "accept_request_with_return" and state == AS:
        return Scene(make.opened(wanted="return_refund"), NOON)
    if name == "accept_request_with_replacement" and state == AS:
        return Scene(make.opened(wanted="replacement"), NOON)
    if name in {"confirm_return_and_replace", "replace_unanswered_return"} and state == RIT:
        return Scene(make.swapping(), NOON + timedelta(days=40 if name in LATE else 0))
    if name == "replacement_unanswered" and state == REPT:
        dispute = make.replaced_in_transit()
        services.record_replacement_delivery(dispute_id=dispute.pk, actor=make.buyer(dispute))
        return Scene(dispute, NOON + timedelta(days=40))
    if name == "start_return" and state == DEC:
        dispute = make.decided(None, "part", "40", return_required=True, postage_payer="seller")
        return Scene(dispute, NOON + timedelta(days=7))
    if name == "end_review_with_return" and state == UC:
        more = {"return_required": True, "postage_payer": "seller"}
        return Scene(make.under_complaint(None, **more), NOON)
    dispute = make.IN_STATE[DisputeState(state)]()
    if state == MED and name in {
        "answer_evidence_request",
        "take_back_request",
        "evidence_request_expired",
    }:
        services.request_evidence(
            dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Where?"
        )
    if name in PROPOSAL and state in STAYS:
        by = NOON + timedelta(days=1)
        dispute = services.propose_settlement(
            dispute_id=dispute.pk, actor=make.buyer(dispute), amount=Decimal(10), by=by
        )
        if name == "settle":
            pk = dispute.settlements.get().pk
            services.agree_settlement(
                dispute_id=dispute.pk, actor=make.seller(dispute), settlement_id=pk
            )
    return Scene(dispute, NOON + timedelta(days=40) if name in LATE else NOON)


def people(dispute: Dispute) -> dict[str, Actor]:
    return {
        BUYER: make.buyer(dispute), SELLER: make.seller(dispute), CAROL: make.carol(), DAN: make.dan(),
        ROOT: make.root(), EVE: make.eve(), CLOCK: SYSTEM,
    }  # fmt: skip


def attempt(dispute: Dispute, name: str, actor: Actor, at: datetime) -> str:
    """Run the bare move under lock and take it back; the state that it led to."""
    with clock.freeze(at), pytest.raises(Undo) as done, Batch() as batch:
        locked = loading.take(batch, dispute.pk)
        batch.transition(locked, name, actor, **kwargs(name, locked))
        raise Undo(locked.state)
    return str(done.value)


class Undo(Exception):
    """Takes a batch back."""


ALLOWED = [(state, name) for name, (arrows, _who) in TABLE.items() for state in arrows]


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "name"), ALLOWED, ids=lambda value: value)
def test_an_allowed_move_leads_where_the_table_says_for_exactly_these_people(
    frozen: datetime, state: str, name: str
) -> None:
    where = scene(state, name)
    arrows, who = TABLE[name]
    who = set(who)
    if (state, name) == (AS, "make_offer"):
        who = {SELLER}
    if name == "add_message" and state in {MED, DEC, UC}:
        who |= {CAROL}
    everybody = people(where.dispute)
    for label in who:
        assert attempt(where.dispute, name, everybody[label], where.at) == arrows[state], label
    with clock.freeze(where.at), Batch() as batch:
        locked = loading.take(batch, where.dispute.pk)
        for label in everybody.keys() - who:
            with pytest.raises(NotAllowed):
                batch.transition(locked, name, everybody[label], **kwargs(name, locked))
                pytest.fail(f"{label} could {name} in {state}")


@pytest.mark.django_db
@pytest.mark.parametrize("state", sorted(OPEN | TERMINAL))
def test_every_other_move_is_refused_and_writes_nothing(frozen: datetime, state: str) -> None:
    dispute = make.fresh(make.IN_STATE[DisputeState(state)]())
    written = Event.objects.count()
    refused = [name for name, (arrows, _who) in TABLE.items() if state not in arrows]
    assert len(refused) + len([name for s, name in ALLOWED if s == state]) == len(TABLE)
    everybody = people(dispute).values()
    with Batch() as batch:
        locked = loading.take(batch, dispute.pk)
        for name in refused:
            for actor in everybody:
                with pytest.raises(CaseChanged):
                    batch.transition(locked, name, actor, **kwargs(name, locked))
    assert Event.objects.count() == written
    assert make.fresh(dispute).state == state


@pytest.mark.django_db
def test_the_state_moves_by_transitions_only(frozen: datetime) -> None:
    dispute = make.opened()
    with pytest.raises(AttributeError):
        dispute.state = "closed"
    with pytest.raises(TransitionNotAllowed):
        dispute.close()
