"""R31: people who do anything at any time, a clock that leaps, workers that die; after each step all must hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from appeals.models import Complaint
from core import clock, deadlines
from core.actors import SYSTEM, Actor
from core.batch import Batch
from core.errors import Refused
from core.models import Event
from core.transitions import graph
from disputes import services
from disputes.models import Dispute
from disputes.states import JUDGED, SETTLEABLE
from disputes.states import DisputeState as S
from orders import effects as order_effects
from orders.models import Order, Refund
from tests.disputes import factories as make
from tests.faults import complaints
from tests.faults.invariants import invariants
from tests.orders import factories as orders
from tests.tables import emptied, written

DAY = timedelta(days=1)
Act = Callable[[Dispute, Actor, Decimal], Any]


def _offer(dispute: Dispute, actor: Actor) -> int:
    standing = dispute.offers.filter(state="standing").exclude(author_id=actor.user_id).first()
    return standing.pk if standing else 0


def _settlement(dispute: Dispute) -> int:
    found = dispute.settlements.order_by("-pk").first()
    return found.pk if found else 0


def _decide(dispute: Dispute, actor: Actor, amount: Decimal) -> Any:
    known = dispute.evidence.first()
    return services.decide_dispute(
        dispute_id=dispute.pk, actor=actor, verdict="part", amount=amount, reason="not_shown",
        statement="Half of it.", findings=make.findings(known.number if known else 1),
    )  # fmt: skip


ACTS: dict[str, Act] = {
    "accept_request": lambda d, a, _m: services.accept_request(dispute_id=d.pk, actor=a),
    "reject_request": lambda d, a, _m: services.reject_request(dispute_id=d.pk, actor=a, answer="No."),
    "make_offer": lambda d, a, m: services.make_offer(dispute_id=d.pk, actor=a, amount=m),
    "make_offer_with_return": lambda d, a, m: services.make_offer(
        dispute_id=d.pk, actor=a, amount=m, return_required=True, postage_payer="seller"
    ),
    "make_offer_of_replacement": lambda d, a, m: services.make_offer(
        dispute_id=d.pk, actor=a, amount=m % 40, replacement=True
    ),
    "make_offer_of_swap": lambda d, a, m: services.make_offer(
        dispute_id=d.pk, actor=a, amount=m % 40, return_required=True, postage_payer="buyer", replacement=True
    ),
    "accept_offer": lambda d, a, _m: services.accept_offer(dispute_id=d.pk, actor=a, offer_id=_offer(d, a)),
    "escalate": lambda d, a, _m: services.escalate_dispute(dispute_id=d.pk, actor=a),
    "withdraw": lambda d, a, _m: services.withdraw_dispute(dispute_id=d.pk, actor=a),
    "claim": lambda d, a, _m: services.claim_dispute(dispute_id=d.pk, actor=a),
    "hand_back": lambda d, a, _m: services.hand_back_dispute(dispute_id=d.pk, actor=a),
    "ask_buyer": lambda d, a, _m: services.request_evidence(
        dispute_id=d.pk, actor=a, party="buyer", question="Where is it?"
    ),
    "answer": lambda d, a, _m: services.answer_evidence_request(dispute_id=d.pk, actor=a, answer="Here."),
    "decide": _decide,
    "ship_return": lambda d, a, _m: services.ship_return(
        dispute_id=d.pk, actor=a, carrier="DHL", tracking_number="RR473124829NL"
    ),
    "return_arrived": lambda d, a, _m: services.record_return_delivery(dispute_id=d.pk, actor=a),
    "confirm_return": lambda d, a, _m: services.confirm_return(dispute_id=d.pk, actor=a),
    "contest_return": lambda d, a, _m: services.contest_return(dispute_id=d.pk, actor=a, contest="Empty."),
    "ship_replacement": lambda d, a, _m: services.ship_replacement(
        dispute_id=d.pk, actor=a, carrier="DHL", tracking_number="RR473124829NL"
    ),
    "replacement_arrived": lambda d, a, _m: services.record_replacement_delivery(dispute_id=d.pk, actor=a),
    "confirm_replacement": lambda d, a, _m: services.confirm_replacement(dispute_id=d.pk, actor=a),
    "contest_replacement": lambda d, a, _m: services.contest_replacement(dispute_id=d.pk, actor=a, contest="Bad."),
    "propose_settlement": lambda d, a, m: services.propose_settlement(
        dispute_id=d.pk, actor=a, amount=m, by=clock.now() + 5 * DAY
    ),
    "agree_settlement": lambda d, a, _m: services.agree_settlement(
        dispute_id=d.pk, actor=a, settlement_id=_settlement(d)
    ),
    "decline_settlement": lambda d, a, _m: services.decline_settlement(
        dispute_id=d.pk, actor=a, settlement_id=_settlement(d)
    ),
    "take_back_settlement": lambda d, a, _m: services.take_back_settlement(dispute_id=d.pk, actor=a),
    **complaints.ACTS,
    "say": lambda d, a, _m: services.send_message(dispute_id=d.pk, actor=a, body="Hello?"),
    "add_evidence": lambda d, a, _m: make.evidence(d, a),
}  # fmt: skip


BESIDE = {"say", "add_evidence"}
"""What is possible nearly always, and would crowd out what moves a case."""
FROM: dict[str, tuple[str, ...]] = {
    S.AWAITING_SELLER: ("accept_request", "reject_request", "withdraw"),
    S.NEGOTIATING: ("accept_offer", "escalate", "withdraw"),
    S.ESCALATED: ("claim", "withdraw"),
    S.IN_MEDIATION: ("ask_buyer", "answer", "decide", "hand_back", "withdraw"),
    S.AWAITING_RETURN: ("ship_return", "withdraw"),
    S.RETURN_IN_TRANSIT: ("return_arrived", "confirm_return", "contest_return", "withdraw"),
    S.AWAITING_REPLACEMENT: ("ship_replacement", "withdraw"),
    S.REPLACEMENT_IN_TRANSIT: (
        "replacement_arrived", "confirm_replacement", "contest_replacement", "withdraw",
    ),
}  # fmt: skip
"""Where most moves begin: who wants to move a case need not try the others. `act` tries everything everywhere."""


def worth_trying(state: str) -> list[str]:
    names = list(FROM.get(state, ()))
    if state in (S.AWAITING_SELLER, S.NEGOTIATING):
        names += [name for name in ACTS if name.startswith("make_offer")]
    if state in SETTLEABLE:
        names += [name for name in ACTS if name.endswith("settlement")]
    if state in JUDGED:
        names += complaints.ACTS
    return sorted(names)


LEAPS = [0, 0, 1, 1, 6, 6, 12, 12, 24, 24, 47, 48, 72, 24 * 8, 24 * 16]


WAITING_FOR_US = {"escalated", "in_mediation", "under_complaint"}
"""What no clock ends: the platform is late with it, and says so every day."""


class Killed(BaseException):
    """A worker that is gone: nothing of ours may catch it."""


class Market(RuleBasedStateMachine):
    """A small marketplace. `seen` gathers, over all runs, which moves of the machine ever happened.

    With what it `began_with` as `half`, a run is the same again.
    """

    seen: set[str] = set()
    began_with = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
        self.cases: list[int] = []
        self.held: Any = None

    @initialize()
    def people(self) -> None:
        with clock.freeze(self.now):
            self.staff = [make.carol(), make.dan(), make.root(), make.eve(), *complaints.people()]
        self.open(late=False, wanted="refund")
        self.open(late=False, wanted="return_refund")
        self.open(late=False, wanted="replacement")
        with clock.freeze(self.now):
            self.cases += [
                make.swapping(orders.delivered()).pk,
                make.replaced_in_transit(orders.delivered()).pk,
            ]

    def _dispute(self, which: int) -> Dispute | None:
        return Dispute.objects.get(pk=self.cases[which % len(self.cases)]) if self.cases else None

    @rule(late=st.booleans(), wanted=st.sampled_from(["refund", "return_refund", "replacement"]))
    def open(self, late: bool, wanted: str) -> None:
        if len(self.cases) < 8:
            with clock.freeze(self.now):
                self.cases.append(make.opened(orders.delivered(), wanted=wanted).pk)

    @rule(
        which=st.integers(0, 7),
        who=st.integers(0, 8),
        name=st.sampled_from(sorted(ACTS)),
        amount=st.integers(0, 120),
    )
    def act(self, which: int, who: int, name: str, amount: int) -> None:
        dispute = self._dispute(which)
        if dispute is None:
            return
        people = [make.buyer(dispute), make.seller(dispute), *self.staff]
        with clock.freeze(self.now):
            try:
                ACTS[name](dispute, people[who], Decimal(amount))
            except Refused:
                return

    @rule(which=st.integers(0, 7), turn=st.integers(0, 99), amount=st.integers(1, 60))
    def do_what_is_allowed(self, which: int, turn: int, amount: int) -> None:
        """A party or the mediator does one of the things that the page would offer now."""
        dispute = self._dispute(which)
        if dispute is None:
            return
        people = [make.buyer(dispute), make.seller(dispute), self.staff[0], *self.staff[4:]]
        pairs = [(name, person) for name in worth_trying(dispute.state) for person in people]
        turn %= len(pairs)
        for name, person in pairs[turn:] + pairs[:turn]:
            with clock.freeze(self.now):
                try:
                    ACTS[name](dispute, person, Decimal(amount))
                except Refused:
                    continue
                return

    @rule(hours=st.sampled_from(LEAPS))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        with clock.freeze(self.now):
            deadlines.sweep(batch_size=2)
            services.watch_settlements()

    @rule(statement=st.integers(1, 40))
    def a_worker_is_killed(self, statement: int) -> None:
        left = [statement]

        def gone(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                raise Killed
            return execute(sql, params, many, context)

        with clock.freeze(self.now):
            try:
                with connection.execute_wrapper(gone):
                    deadlines.sweep(batch_size=2)
            except Killed:
                connection.close()

    @rule()
    def the_bank_pays(self) -> None:
        with clock.freeze(self.now), Batch() as batch:
            waiting = Refund.objects.exclude(state="completed").values_list("pk", flat=True)
            for refund in batch.lock(Refund, waiting):
                refund.order = Order.objects.get(pk=refund.order_id)
                order_effects.complete_refund(batch, refund, SYSTEM)

    @invariant()
    def everything_holds(self) -> None:
        """Looked at again where a row was written or time has passed: a step that was refused did neither."""
        present = (self.now, written())
        if present != self.held:
            try:
                invariants(swept=False, at=self.now)
            except AssertionError as fault:
                raise AssertionError(
                    f"The run that began with {self.began_with}: {fault}"
                ) from fault
            self.held = present

    def teardown(self) -> None:
        """In the end, with the sweeps running again, whoever waited for people is done."""
        left: set[str] = {"nobody has looked"}
        with clock.freeze(self.now):
            for _ in range(12):
                if left <= WAITING_FOR_US:
                    break
                self.now += 16 * DAY
                self.sweep()
                self.everything_holds()
                left = set(Dispute.objects.filter(ended_at=None).values_list("state", flat=True))
        invariants(at=self.now)
        assert left <= WAITING_FOR_US, f"nobody ends {left}"
        moved = Event.objects.filter(subject__regex=r"^(DSP|CMP)-")
        Market.seen |= set(moved.values_list("transition", flat=True))
        emptied()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.fault("R31", quick=2, tries=125)
@pytest.mark.parametrize("half", [1, 2])
def test_nothing_that_anybody_does_breaks_what_must_hold(tries: int, half: int) -> None:
    """Forty steps a run: 10,000 in `make faults`, where every move of the machines must have happened in each half."""
    from tests.conftest import long_run

    Market.seen = set()
    how = settings(
        max_examples=tries,
        stateful_step_count=40,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    beginning = time.time_ns() if long_run() else half
    Market.began_with = beginning
    run_state_machine_as_test(seed(beginning)(Market), settings=how)
    assert len(Market.seen) > 5
    if long_run():
        named = {name for m in (Dispute, Complaint) for _source, name, _target in graph(m)}
        unseen = {"hand_over", "take_back_request", "assign"}
        assert named - Market.seen <= unseen, named - Market.seen
