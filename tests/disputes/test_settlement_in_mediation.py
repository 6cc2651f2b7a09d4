"""A settlement while a mediator has the case, or should take it: every branch, with the mediator's own clocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import RoleGrant
from core import clock
from core.errors import CaseChanged, Refused
from disputes import services
from disputes.models import Dispute
from notifications import rendering
from notifications.models import Notice
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts
from tests.disputes.pages import address, client, text
from tests.disputes.test_settlement import agree, money_arrives, propose

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def asked() -> Dispute:
    """In mediation for a day, with a question to the buyer that was put half a day ago."""
    dispute = make.in_mediation()
    with clock.freeze(clock.now() + DAY / 2):
        return services.request_evidence(
            dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Where is it?"
        )


def settling(frozen: datetime, dispute: Dispute) -> Dispute:
    """Agreed one day after the mediator took the case, until day 5."""
    with clock.freeze(frozen + DAY):
        propose(dispute, frozen + 5 * DAY)
        agree(dispute)
    return make.fresh(dispute)


def test_agreeing_stops_the_mediators_clock_and_the_question(frozen: datetime) -> None:
    dispute = settling(frozen, asked())
    assert (dispute.state, facts.running(dispute)) == (
        "in_mediation", [("settlement", frozen + 5 * DAY)],
    )  # fmt: skip
    left = {d.kind: d.left_us for d in dispute.deadlines.filter(state="paused")}
    microsecond = timedelta(microseconds=1)
    assert left == {
        "decision": 6 * DAY // microsecond, "evidence_buyer": int(2.5 * DAY / microsecond),
    }  # fmt: skip


@pytest.mark.parametrize("gone", [False, True])
def test_a_withdrawal_is_told_to_the_mediator_who_had_the_case(
    frozen: datetime, gone: bool
) -> None:
    dispute = make.in_mediation()
    if gone:
        RoleGrant.objects.filter(user__name="Carol").delete()
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    told = [("Alice", "dispute_withdrawn_buyer"), ("Bob", "dispute_withdrawn_seller")]
    if not gone:
        told.append(("Carol", "dispute_ended_without_decision"))
        assert read("dispute_ended_without_decision").lines[0] == (
            "It ended while you had it: Withdrawn by the buyer."
        )
    assert facts.told(dispute) == told


@pytest.mark.parametrize("begun", [make.escalated, make.rejected])
def test_nobody_else_is_told_where_no_mediator_has_it(
    frozen: datetime, begun: Callable[[], Dispute]
) -> None:
    make.carol()
    dispute = begun()
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    assert [name for name, _kind in facts.told(dispute)] == ["Alice", "Bob"]


def read(kind: str) -> rendering.Message:
    notice = Notice.objects.get(kind=kind)
    with rendering.as_reader(notice.recipient):
        return rendering.render(notice)


def test_nobody_decides_while_the_refund_is_under_way(frozen: datetime) -> None:
    dispute = settling(frozen, make.in_mediation())
    with clock.freeze(frozen + 2 * DAY):
        findings = make.findings(make.evidence(dispute))
        with pytest.raises(Refused, match="stands still"):
            make.decide(dispute, findings=findings)
        with pytest.raises(Refused, match="stands still"):
            services.hand_back_dispute(dispute_id=dispute.pk, actor=make.carol())
        page = text(client("Alice").get(address(dispute)))
    assert "€50.00 is being refunded; then the dispute closes" in page
    assert make.fresh(dispute).state == "in_mediation"


def test_no_target_of_ours_is_missed_while_it_stands_still(frozen: datetime) -> None:
    dispute = settling(frozen, make.in_mediation())
    make.at(frozen + 5 * DAY - timedelta(microseconds=1))
    dispute = make.fresh(dispute)
    assert dispute.overdue_at is None
    assert "decision_target_missed" not in {name for name, _a, _b in facts.events(dispute)}


def test_the_refund_in_time_ends_the_mediation(frozen: datetime) -> None:
    dispute = settling(frozen, asked())
    money_arrives(frozen + 4 * DAY)
    with clock.freeze(frozen + 4 * DAY):
        assert services.watch_settlements() == 1
    dispute, order = make.fresh(dispute), Order.objects.get()
    assert (dispute.state, dispute.outcome, dispute.final_amount) == (
        "resolved", "settled", Decimal(50),
    )  # fmt: skip
    assert facts.events(dispute)[-1] == ("settled", "in_mediation", "resolved")
    assert facts.told(dispute) == [
        ("Alice", "dispute_settled_buyer"), ("Bob", "dispute_settled_seller"),
        ("Carol", "dispute_ended_without_decision"),
    ]  # fmt: skip
    letter = read("dispute_ended_without_decision")
    assert (letter.subject, letter.lines, letter.path) == (
        f"Dispute {dispute.reference} is over: nothing is left to decide",
        ("It ended while you had it: Settled.", "Both parties were told. Your draft is not sent."),
        reverse("mediation:case", args=[dispute.reference]),
    )
    assert not dispute.deadlines.filter(state__in=["pending", "paused"]).exists()
    assert dispute.evidence_requests.get().state == "void"
    assert (order.state, order.released, order.refunded) == ("completed", Decimal(50), Decimal(50))


def test_without_the_refund_the_mediation_goes_on_with_what_was_left(frozen: datetime) -> None:
    dispute = settling(frozen, asked())
    make.at(frozen + 5 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.mediator_id) == ("in_mediation", make.carol().user_id)
    assert facts.events(dispute)[-1] == ("settlement_lapsed", "in_mediation", "in_mediation")
    assert facts.running(dispute) == [
        ("decision", frozen + 11 * DAY), ("evidence_buyer", frozen + 7.5 * DAY),
    ]  # fmt: skip
    with clock.freeze(frozen + 6 * DAY):
        services.answer_evidence_request(
            dispute_id=dispute.pk, actor=make.buyer(dispute), answer="Here."
        )


def test_a_decision_after_the_lapse_counts_what_was_requested(frozen: datetime) -> None:
    dispute = settling(frozen, make.in_mediation())
    make.at(frozen + 5 * DAY)
    with clock.freeze(frozen + 6 * DAY):
        make.decide(dispute, "part", "70")
    assert [amount for amount, _m, _c in facts.refunds(dispute)] == [Decimal(50), Decimal(20)]
    assert make.fresh(dispute).refund_requested == Decimal(70)


def test_a_decision_voids_a_settlement_that_nobody_agreed_to(frozen: datetime) -> None:
    dispute = propose(make.in_mediation(), frozen + 5 * DAY)
    make.decide(dispute)
    dispute = make.fresh(dispute)
    assert dispute.settlements.get().state == "void"
    assert facts.running(dispute) == [("complaint_window", frozen + 7 * DAY)]
    with pytest.raises(CaseChanged):
        agree(dispute)
    make.at(frozen + 5 * DAY)
    assert make.fresh(dispute).state == "decided"


def test_a_settlement_in_the_queue_stops_its_clock_and_keeps_it_from_being_taken(
    frozen: datetime,
) -> None:
    dispute = settling(frozen, make.escalated())
    assert facts.running(dispute) == [("settlement", frozen + 5 * DAY)]
    with clock.freeze(frozen + 3 * DAY), pytest.raises(Refused, match="stands still"):
        services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    make.at(frozen + 5 * DAY)
    assert facts.running(dispute) == [("mediator_claim", frozen + 6 * DAY)]
    with clock.freeze(frozen + 5 * DAY):
        services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    assert facts.running(dispute) == [("decision", frozen + 12 * DAY)]


def test_a_target_that_was_missed_before_the_agreement_goes_on_alarming_after_the_lapse(
    frozen: datetime,
) -> None:
    dispute = make.in_mediation()
    make.at(frozen + 7 * DAY)
    with clock.freeze(frozen + 7.5 * DAY):
        propose(dispute, frozen + 10 * DAY)
        agree(dispute)
    for day in (8, 9, 10):
        make.at(frozen + day * DAY)
    assert facts.running(dispute) == [("decision", frozen + 10.5 * DAY)]
    assert [name for name, _a, _b in facts.events(dispute)].count("decision_target_missed") == 1
    make.at(frozen + 10.5 * DAY)
    assert [name for name, _a, _b in facts.events(dispute)].count("decision_target_missed") == 2
    assert make.fresh(dispute).overdue_at == frozen + 7 * DAY


@pytest.mark.parametrize(
    "made", [make.opened, make.rejected, make.escalated, make.in_mediation, asked]
)
def test_while_a_settlement_is_under_way_it_is_nobodys_turn(
    frozen: datetime, made: Callable[[], Dispute]
) -> None:
    dispute = settling(frozen, made())
    with clock.freeze(frozen + DAY):
        told = [text(client(name).get(address(dispute))) for name in ("Alice", "Bob")]

    for words in told:
        assert "Money is on its way €50.00 is being refunded; then the dispute closes" in words
        assert not re.search(r"It is (our|your|the seller’s|the buyer’s) turn", words)
