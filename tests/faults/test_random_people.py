"""R31: people who do anything at any time, a clock that leaps, workers that die; after each step all must hold."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
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
from tests.appeals import factories as appeals
from tests.disputes import factories as make
from tests.faults import complaints, moves
from tests.faults.runs import Beginning, Lookout
from tests.orders import factories as orders
from tests.tables import emptied

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


BESIDE = ["say", "add_evidence"]
"""What is possible nearly always: tried now and then, or it would crowd out what moves a case."""
FROM: dict[str, tuple[str, ...]] = {
    S.AWAITING_SELLER: ("accept_request", "reject_request"),
    S.NEGOTIATING: ("accept_offer", "escalate", "withdraw"),
    S.ESCALATED: ("claim",),
    S.IN_MEDIATION: ("ask_buyer", "answer", "decide", "hand_back"),
    S.AWAITING_RETURN: ("ship_return",),
    S.RETURN_IN_TRANSIT: ("return_arrived", "confirm_return", "contest_return"),
    S.AWAITING_REPLACEMENT: ("ship_replacement",),
    S.REPLACEMENT_IN_TRANSIT: (
        "replacement_arrived", "confirm_replacement", "contest_replacement",
    ),
}  # fmt: skip
"""Where most moves begin: who wants to move a case need not try the others. `act` tries everything everywhere."""


MEDIATING = {"claim", "ask_buyer", "decide", "hand_back"}
REVIEWING = {"draw", "send_correct", "send_wrong", "hand_back_complaint", "reopen", "leave"}


def worth_trying(dispute: Dispute, pick: Random) -> list[str]:
    """Moves that begin there, a settlement only now and then: it is possible in too many places."""
    if pick.random() < 0.05:
        return BESIDE
    settling = pick.random() < 0.3
    state, names = dispute.state, list(FROM.get(dispute.state, ()))
    if state in (S.AWAITING_SELLER, S.NEGOTIATING):
        names += [name for name in ACTS if name.startswith("make_offer")]
    if settling and state in SETTLEABLE:
        names += [name for name in ACTS if name.endswith("settlement")]
    if state in JUDGED:
        names += complaints.worth_trying(dispute)
    return sorted(names)


STEPS = ["buyer"] * 4 + ["seller"] * 4 + ["staff"] * 6 + ["anything"] * 2 + ["time passes"] * 2
STEPS += ["sweep"] * 2 + ["a worker is killed", "the bank pays", "open"]
LEAPS = [0, 0, 1, 1, 6, 6, 12, 12, 24, 24, 47, 48, 72, 24 * 8, 24 * 16]


WAITING_FOR_US = {"escalated", "in_mediation", "under_complaint"}
"""What no clock ends: the platform is late with it, and says so every day."""


class Killed(BaseException):
    """A worker that is gone: nothing of ours may catch it."""


DEPTHS: tuple[Callable[[], Dispute], ...] = (
    lambda: make.opened(orders.delivered(), wanted="refund"),
    lambda: make.opened(orders.delivered(), wanted="return_refund"),
    lambda: make.opened(orders.delivered(), wanted="replacement"),
    moves.offered,
    lambda: moves.offered(replacement=True),
    moves.proposed,
    lambda: moves.agree(moves.proposed()),
    lambda: make.swapping(orders.delivered()),
    lambda: make.replaced_in_transit(orders.delivered()),
    lambda: make.in_transit(orders.delivered()),
    lambda: _with_evidence(make.in_mediation(orders.delivered())),
    moves.asked,
    lambda: make.decided(),
    lambda: make.decided(return_required=True, postage_payer="seller"),
    lambda: appeals.correct().dispute,
    lambda: appeals.feedback_given().dispute,
    lambda: appeals.reopened().dispute,
    lambda: appeals.joined(make.decided(return_required=True, postage_payer="seller")).dispute,
)
"""A case of each depth, so that the moves after a decision have their turn too."""


def _with_evidence(dispute: Dispute) -> Dispute:
    make.evidence(make.fresh(dispute))
    return dispute


def _people() -> list[Actor]:
    orders.delivered()
    return [make.carol(), make.dan(), make.root(), make.eve(), *complaints.people()]


class Market(RuleBasedStateMachine):
    """A small marketplace. `seen` gathers, over all runs, which moves of the machine ever happened.

    Hypothesis likes to try parts of a run again, so each run has a `number` too, and with it a chance of its own.
    With the same seed (`make faults ONLY=R31 SEED=…`) all of them are the same again.
    """

    seen: Counter[str] = Counter()
    seed = number = 0
    name = ""
    beginning: Beginning[list[Actor], Dispute] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
        self.staff: list[Actor] = []
        self.cases: list[int] = []
        Market.number += 1
        self.run = f"{self.seed} {self.number}"
        self.lookout = Lookout(f"Run {self.number} of {self.name}")
        self.undone: set[str] = set()
        self.steps = 0

    @initialize(chance=st.integers(0, 2**24 - 1))
    def people(self, chance: int) -> None:
        """Every run begins with the same people and with eight of the cases, which are made once.

        Some moves are left to chance in each run, so that what is done instead of them comes far too.
        """
        if Market.beginning is None:
            Market.beginning = Beginning(self.now, _people, DEPTHS)
        self.staff, pick = Market.beginning.people, Random(f"{self.run} {chance}")
        self.undone = set(pick.sample(sorted(ACTS), len(ACTS) // 3))
        chosen = Market.beginning.again(pick.sample(Market.beginning.things, 8))
        self.cases = [dispute.pk for dispute in chosen]

    @rule(chance=st.integers(0, 2**24 - 1))
    def step(self, chance: int) -> None:
        """What happens next. People act more often than the clock does, or no case would come far.

        All that a step leaves open is drawn evenly from its run's number and its own chance.
        """
        self.steps += 1
        pick = Random(f"{self.run} {self.steps} {chance}")
        what = pick.choice(STEPS)
        if what == "time passes":
            self.now += timedelta(hours=pick.choice(LEAPS))
            return
        with clock.freeze(self.now):
            match what:
                case "open":
                    self._open(pick.choice(["refund", "return_refund", "replacement"]))
                case "anything":
                    self._act(pick)
                case "sweep":
                    self._sweep(pick)
                case "a worker is killed":
                    self._sweep_and_die(pick.randint(1, 40))
                case "the bank pays":
                    self._pay()
                case _:
                    self._do_what_is_allowed(what, pick)

    def _open(self, wanted: str) -> None:
        if len(self.cases) < 10:
            self.cases.append(make.opened(orders.delivered(), wanted=wanted).pk)

    def _act(self, pick: Random) -> None:
        """Anybody tries anything, on any case."""
        dispute = Dispute.objects.get(pk=pick.choice(self.cases))
        people = [make.buyer(dispute), make.seller(dispute), *self.staff]
        name, person = pick.choice(sorted(ACTS)), pick.choice(people)
        with contextlib.suppress(Refused):
            ACTS[name](dispute, person, Decimal(pick.randint(0, 120)))

    def _do_what_is_allowed(self, side: str, pick: Random) -> None:
        """Somebody of that side does one of the things that the page would offer now."""
        dispute = Dispute.objects.get(pk=pick.choice(self.cases))
        party = make.buyer(dispute) if side == "buyer" else make.seller(dispute)
        pairs = []
        for name in worth_trying(dispute, pick):
            if name in self.undone:
                continue
            if side != "staff" and name not in MEDIATING | REVIEWING:
                pairs.append((name, party))
            elif side == "staff" and name in MEDIATING:
                pairs.append((name, self.staff[0]))
            elif side == "staff" and name in REVIEWING:
                pairs += [(name, reviewer) for reviewer in self.staff[4:]]
        pick.shuffle(pairs)
        for name, person in pairs:
            with contextlib.suppress(Refused):
                ACTS[name](dispute, person, Decimal(pick.randint(1, 60)))
                return

    def _sweep(self, pick: Random) -> None:
        """Of two clocks that end together either may be first: a worker passes over what another one holds."""
        tables = deadlines.clocked()
        pick.shuffle(tables)
        deadlines.sweep(batch_size=2, tables=tables[: len(tables) // 2])
        deadlines.sweep(batch_size=2, tables=tables)
        services.watch_settlements()

    def _sweep_and_die(self, statement: int) -> None:
        left = [statement]

        def gone(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                raise Killed
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(gone):
                deadlines.sweep(batch_size=2)
        except Killed:
            connection.close()

    def _pay(self) -> None:
        with Batch() as batch:
            waiting = Refund.objects.exclude(state="completed").values_list("pk", flat=True)
            for refund in batch.lock(Refund, waiting):
                refund.order = Order.objects.get(pk=refund.order_id)
                order_effects.complete_refund(batch, refund, SYSTEM)

    @invariant()
    def everything_holds(self) -> None:
        self.lookout.look(self.now)

    def teardown(self) -> None:
        """In the end, with the sweeps running again, whoever waited for people is done."""
        try:
            self._wait_for_the_clocks()
            prefixes = f"^({Dispute.REFERENCE_PREFIX}|{Complaint.REFERENCE_PREFIX})-"
            moved = Event.objects.filter(subject__regex=prefixes)
            Market.seen.update(moved.values_list("transition", flat=True))
        finally:
            emptied()

    def _wait_for_the_clocks(self) -> None:
        left: set[str] = {"nobody has looked"}
        for leap in range(12):
            if leap > 2 and left <= WAITING_FOR_US:  # by then we are late with every review too
                break
            self.now += 16 * DAY
            with clock.freeze(self.now):
                self._sweep(Random(f"{self.run} {leap}"))
            left = set(Dispute.objects.filter(ended_at=None).values_list("state", flat=True))
        self.lookout.look_at_the_end(self.now)
        assert left <= WAITING_FOR_US, f"nobody ends {left}"


PARTS = 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.fault("R31", quick=1, tries=32, first=True)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_nothing_that_anybody_does_breaks_what_must_hold(
    tries: int, part: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Eighty steps a run, in `make faults` 10,000 in all parts together, in which every move must have happened."""
    from tests.conftest import long_run

    Market.seen, Market.number = Counter(), 0
    begins_with = int(os.environ.get("SEED") or time.time_ns()) if long_run() else 0
    Market.seed, Market.name = begins_with + part, f"part {part} with SEED={begins_with}"
    how = settings(
        max_examples=tries,
        stateful_step_count=80,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(Market.seed)(Market), settings=how)
    assert len(Market.seen) > 5
    if long_run():
        folder = tmp_path_factory.getbasetemp()
        beside = "PYTEST_XDIST_WORKER" in os.environ  # the parts have folders in a common one
        _every_move_was_seen(part, folder.parent if beside else folder)


def _every_move_was_seen(part: int, folder: Path) -> None:
    """Asked by the part that ends last: the parts run side by side, and each leaves there what it saw."""
    (folder / f"moves-{part}.json").write_text(json.dumps(Market.seen))
    parts = [json.loads(path.read_text()) for path in folder.glob("moves-*.json")]
    if len(parts) < PARTS:
        return
    seen: Counter[str] = sum(map(Counter, parts), Counter())
    named = {name for m in (Dispute, Complaint) for _source, name, _target in graph(m)}
    never = named - set(seen) - {"hand_over", "take_back_request", "assign"}
    assert not never, seen.most_common()
