"""The mediator's work: taking, asking, handing over, deciding; and the platform's own lateness."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock, money
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp
from disputes import services, statements
from disputes.effects.mediation import Found
from disputes.models import DecisionDraft, Dispute
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts

DAY, MS = timedelta(days=1), timedelta(milliseconds=1)
pytestmark = pytest.mark.django_db


def ask(dispute: Dispute, party: str = "buyer") -> Dispute:
    return services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party=party, question="Do you have the box?"
    )


def test_taking_a_case_starts_seven_days(frozen: datetime) -> None:
    dispute = make.fresh(make.in_mediation())
    assert (dispute.state, dispute.mediator_id, dispute.claimed_at) == (
        "in_mediation",
        make.carol().user_id,
        frozen,
    )
    assert facts.events(dispute)[-1] == ("claimed", "escalated", "in_mediation")
    assert facts.running(dispute) == [("decision", frozen + 7 * DAY)]
    assert ("mediator_claim", "met", frozen + 2 * DAY) in facts.clocks(dispute)
    assert facts.told(dispute) == [
        ("Alice", "dispute_claimed_buyer"),
        ("Bob", "dispute_claimed_seller"),
    ]


def test_the_second_mediator_reads_that_the_case_changed(frozen: datetime) -> None:
    dispute = make.in_mediation()
    with pytest.raises(CaseChanged):
        services.claim_dispute(dispute_id=dispute.pk, actor=make.dan())
    assert make.fresh(dispute).mediator_id == make.carol().user_id


def test_nobody_mediates_their_own_case(frozen: datetime) -> None:
    dispute = make.escalated()
    for name in ("Alice", "Bob"):
        with pytest.raises(NotAllowed):
            services.claim_dispute(
                dispute_id=dispute.pk, actor=make.staff(name, "mediator", "admin")
            )
    with pytest.raises(NotAllowed):
        services.claim_dispute(dispute_id=dispute.pk, actor=make.root())
    mediated = make.in_mediation()
    bob = make.staff("Bob", "mediator")
    with pytest.raises(NotAllowed):
        services.hand_over_dispute(
            dispute_id=mediated.pk, actor=make.carol(), mediator_id=bob.user_id or 0
        )


def test_handing_over_keeps_the_time_and_tells_the_colleague(frozen: datetime) -> None:
    dispute, dan = make.in_mediation(), make.dan()
    services.hand_over_dispute(
        dispute_id=dispute.pk,
        actor=make.carol(),
        mediator_id=dan.user_id or 0,
        note="I know the store.",
    )
    dispute = make.fresh(dispute)
    assert dispute.mediator_id == dan.user_id
    assert facts.events(dispute)[-1] == ("handed_over", "in_mediation", "in_mediation")
    assert facts.running(dispute) == [("decision", frozen + 7 * DAY)]
    assert facts.told(dispute) == [("Dan", "dispute_handed_over")]
    for nobody in (make.eve(), dan):
        with pytest.raises(NotAllowed):
            services.hand_over_dispute(
                dispute_id=dispute.pk, actor=dan, mediator_id=nobody.user_id or 0
            )


def test_handing_back_keeps_what_was_left_of_the_time(frozen: datetime) -> None:
    dispute = make.in_mediation()
    ask(dispute)
    with clock.freeze(frozen + DAY):
        services.hand_back_dispute(dispute_id=dispute.pk, actor=make.carol())
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.mediator_id) == ("escalated", None)
    assert facts.running(dispute) == [("mediator_claim", frozen + 3 * DAY)]
    assert dispute.evidence_requests.get().state == "void"
    with clock.freeze(frozen + 2 * DAY):
        services.claim_dispute(dispute_id=dispute.pk, actor=make.dan())
    assert facts.running(dispute) == [("decision", frozen + 8 * DAY)], "six of seven days were left"


def test_a_question_gives_three_days_and_changes_no_state(frozen: datetime) -> None:
    dispute = ask(make.in_mediation())
    request = dispute.evidence_requests.get()
    assert (request.party, request.question, request.state) == (
        "buyer",
        "Do you have the box?",
        "open",
    )
    assert facts.events(dispute)[-1] == ("evidence_requested", "in_mediation", "in_mediation")
    assert facts.running(dispute) == [
        ("decision", frozen + 7 * DAY),
        ("evidence_buyer", frozen + 3 * DAY),
    ]
    assert facts.told(dispute) == [
        ("Alice", "dispute_evidence_requested_buyer"), ("Bob", "dispute_evidence_requested_seller"),
    ]  # fmt: skip
    with pytest.raises(Refused):
        ask(dispute)
    ask(dispute, "seller")
    assert ("evidence_seller", frozen + 3 * DAY) in facts.running(dispute)


def test_an_answer_in_words_and_files_meets_the_clock(frozen: datetime) -> None:
    dispute = ask(make.in_mediation())
    picture = make.file(dispute.buyer_id, dispute.reference)
    services.answer_evidence_request(
        dispute_id=dispute.pk,
        actor=make.buyer(dispute),
        answer="Here it is.",
        file_ids=[picture.pk],
    )
    request = dispute.evidence_requests.get()
    assert (request.state, request.answer, request.ended_at) == ("answered", "Here it is.", frozen)
    assert [item.label for item in request.evidence.all()] == ["E1"]
    assert [name for name, _a, _b in facts.events(dispute)[-2:]] == [
        "evidence_request_answered",
        "evidence_added",
    ]
    assert facts.running(dispute) == [("decision", frozen + 7 * DAY)]


def test_who_was_not_asked_cannot_answer_and_nothing_is_no_answer(frozen: datetime) -> None:
    dispute = ask(make.in_mediation())
    with pytest.raises(CaseChanged):
        services.answer_evidence_request(
            dispute_id=dispute.pk, actor=make.seller(dispute), answer="Me too"
        )
    with pytest.raises(NotAllowed):
        services.answer_evidence_request(dispute_id=dispute.pk, actor=make.eve(), answer="Me too")
    with pytest.raises(Refused):
        services.answer_evidence_request(
            dispute_id=dispute.pk, actor=make.buyer(dispute), answer=" "
        )


def test_an_unanswered_question_expires_and_the_mediator_decides_on_what_is_there(
    frozen: datetime,
) -> None:
    dispute = ask(make.in_mediation())
    with pytest.raises(Refused) as no:
        make.decide(dispute)
    assert "still has time" in str(no.value)
    with clock.freeze(frozen + 3 * DAY), pytest.raises(TimeIsUp):
        services.answer_evidence_request(
            dispute_id=dispute.pk, actor=make.buyer(dispute), answer="Late"
        )
    make.at(frozen + 3 * DAY)
    assert dispute.evidence_requests.get().state == "expired"
    assert facts.events(dispute)[-1] == ("evidence_request_expired", "in_mediation", "in_mediation")
    assert facts.told(dispute) == [
        ("Alice", "dispute_evidence_expired"), ("Bob", "dispute_evidence_expired"),
        ("Carol", "dispute_evidence_expired"),
    ]  # fmt: skip
    with clock.freeze(frozen + 3 * DAY):
        assert make.decide(dispute).state == "decided"


def test_a_question_taken_back_frees_the_decision(frozen: datetime) -> None:
    dispute = ask(make.in_mediation())
    services.take_back_request(dispute_id=dispute.pk, actor=make.carol(), party="buyer")
    assert dispute.evidence_requests.get().state == "void"
    assert make.decide(dispute).state == "decided"


def test_part_is_refunded_at_the_decision_and_the_rest_when_it_is_final(frozen: datetime) -> None:
    dispute = make.fresh(make.decided())
    decision = dispute.decisions.get()
    assert (dispute.state, dispute.outcome, dispute.final_amount) == (
        "decided",
        "decided_part",
        Decimal(40),
    )
    assert (decision.verdict, decision.amount, decision.reason) == (
        "part",
        Decimal(40),
        "damaged_on_arrival",
    )
    assert [(f.code, f.result, f.cited) for f in decision.findings.all()] == [
        ("damaged", "proved", [1]), ("denial", "not_proved", []),
    ]  # fmt: skip
    assert facts.events(dispute)[-1] == ("decided", "in_mediation", "decided")
    assert facts.running(dispute) == [("complaint_window", frozen + 7 * DAY)]
    assert facts.refunds(dispute) == [(Decimal(40), "card", f"dispute {dispute.reference}")]
    assert facts.told(dispute) == [
        ("Alice", "dispute_decided_part_buyer"),
        ("Bob", "dispute_decided_part_seller"),
    ]
    assert Order.objects.get().held == Decimal(60)
    make.at(frozen + 7 * DAY)
    dispute, order = make.fresh(dispute), Order.objects.get()
    assert (dispute.state, dispute.outcome, dispute.ended_at) == (
        "closed",
        "decided_part",
        frozen + 7 * DAY,
    )
    assert facts.events(dispute)[-1] == ("closed", "decided", "closed")
    assert (order.state, order.refunded, order.released) == ("completed", Decimal(40), Decimal(60))
    assert facts.told(dispute) == [
        ("Alice", "dispute_closed_buyer"),
        ("Bob", "dispute_closed_seller"),
    ]
    assert len(facts.refunds(dispute)) == 1


@pytest.mark.parametrize(
    ("verdict", "refunded", "released", "state"),
    [("all", 100, 0, "closed"), ("none", 0, 100, "completed")],
)
def test_all_or_none(
    frozen: datetime, verdict: str, refunded: int, released: int, state: str
) -> None:
    dispute = make.decided(None, verdict, None, reason="not_shown")
    assert facts.told(dispute) == [
        ("Alice", f"dispute_decided_{verdict}_buyer"), ("Bob", f"dispute_decided_{verdict}_seller"),
    ]  # fmt: skip
    make.at(frozen + 7 * DAY)
    order = Order.objects.get()
    assert (order.refunded, order.released, order.state) == (
        Decimal(refunded),
        Decimal(released),
        state,
    )
    assert make.fresh(dispute).outcome == f"decided_{verdict}"


def test_a_decided_return_starts_when_the_decision_is_final_and_pays_when_confirmed(
    frozen: datetime,
) -> None:
    dispute = make.decided(None, "all", None, return_required=True, postage_payer="seller")
    assert facts.refunds(dispute) == []
    assert facts.told(dispute)[0] == ("Alice", "dispute_decided_all_return_buyer")
    make.at(frozen + 7 * DAY)
    dispute = make.fresh(dispute)
    assert dispute.state == "awaiting_return"
    assert facts.events(dispute)[-1] == ("return_started", "decided", "awaiting_return")
    assert facts.running(dispute) == [("return_ship", frozen + 17 * DAY)]
    with clock.freeze(frozen + 8 * DAY):
        services.ship_return(
            dispute_id=dispute.pk, actor=make.buyer(dispute), carrier="DHL", tracking_number="RR1"
        )
        services.confirm_return(dispute_id=dispute.pk, actor=make.seller(dispute))
    assert make.fresh(dispute).outcome == "return_confirmed"
    assert facts.refunds(dispute) == [(Decimal(100), "card", f"dispute {dispute.reference}")]


def test_a_contested_return_after_a_decision_is_decided_again(frozen: datetime) -> None:
    dispute = make.decided(None, "all", None, return_required=True, postage_payer="seller")
    make.at(frozen + 7 * DAY)
    with clock.freeze(frozen + 8 * DAY):
        services.ship_return(
            dispute_id=dispute.pk, actor=make.buyer(dispute), carrier="DHL", tracking_number="RR1"
        )
        services.contest_return(
            dispute_id=dispute.pk, actor=make.seller(dispute), contest="Empty box"
        )
        services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
        found = [
            *make.findings(),
            Found("The return was incomplete", "seller", "proved", (1,), "return"),
        ]
        make.decide(dispute, "none", None, findings=found, reason="return_incomplete")
    dispute = make.fresh(dispute)
    assert [(d.number, d.verdict) for d in dispute.decisions.all()] == [(1, "all"), (2, "none")]
    assert (dispute.outcome, dispute.return_required) == ("decided_none", False)
    make.at(frozen + 15 * DAY)
    assert make.fresh(dispute).state == "closed"
    assert facts.refunds(dispute) == []


PROVED = Found("The product was damaged on arrival", "buyer", "proved", (1,), "damaged")
DENIED = Found("The product left whole", "seller", "not_proved", (), "denial")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"findings": [PROVED]}, "finding_open"), ({"findings": [DENIED]}, "finding_open"),
        ({"findings": [Found("Damaged", "buyer", "proved", (), "damaged"), DENIED]}, "finding_proof"),
        ({"findings": [Found("Damaged", "buyer", "proved", (9,), "damaged"), DENIED]}, "finding_cited"),
        ({"findings": [Found("Damaged", "buyer", "perhaps", (), "damaged"), DENIED]}, "finding"),
        ({"findings": [PROVED, DENIED, Found("", "buyer", "not_needed")]}, "empty"),
        ({"findings": [PROVED, DENIED] * 20}, "findings"),
        ({"reason": ""}, "choice"), ({"reason": "because"}, "choice"), ({"verdict": "some"}, "choice"),
        ({"statement": " "}, "empty"), ({"statement": "x" * 10_001}, "too_long"),
        ({"statement": "x" * 10_000_000}, "too_long"),
        ({"amount": None}, "amount"), ({"amount": Decimal(0)}, "amount"), ({"amount": Decimal(100)}, "amount"),
        ({"amount": Decimal("-1")}, "amount"), ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("1e400")}, "amount"), ({"amount": Decimal("0.001")}, "amount"),
        ({"return_required": True}, "postage"),
        ({"verdict": "none", "return_required": True, "postage_payer": "buyer"}, "return"),
    ],
)  # fmt: skip
def test_a_decision_that_is_not_ready_is_refused(
    frozen: datetime, change: dict[str, Any], code: str
) -> None:
    dispute = make.in_mediation()
    make.evidence(dispute)
    before = facts.events(dispute)
    ready: dict[str, Any] = {
        "verdict": "part", "amount": Decimal(40), "reason": "damaged_on_arrival", "statement": "Damaged (E1).",
        "findings": [PROVED, DENIED],
    }  # fmt: skip
    with pytest.raises(Refused) as no:
        services.decide_dispute(dispute_id=dispute.pk, actor=make.carol(), **(ready | change))
    assert no.value.code == code
    assert facts.events(dispute) == before
    assert not dispute.decisions.exists()


def test_only_the_mediator_of_the_case_decides(frozen: datetime) -> None:
    dispute = make.in_mediation()
    for actor in (make.dan(), make.root(), make.buyer(dispute), make.seller(dispute), make.eve()):
        with pytest.raises(NotAllowed):
            services.decide_dispute(
                dispute_id=dispute.pk,
                actor=actor,
                verdict="none",
                reason="not_shown",
                statement="No.",
                findings=[],
            )


def test_a_case_that_nobody_takes_goes_on_top_and_alarms_the_admins_every_day(
    frozen: datetime,
) -> None:
    make.root()
    dispute = make.escalated()
    make.at(frozen + 2 * DAY)
    dispute = make.fresh(dispute)
    assert (dispute.state, dispute.overdue_at) == ("escalated", frozen + 2 * DAY)
    assert facts.events(dispute)[-1] == ("claim_target_missed", "escalated", "escalated")
    assert facts.running(dispute) == [("mediator_claim", frozen + 3 * DAY)]
    assert facts.told(dispute) == [("Root", "dispute_claim_overdue")]
    make.at(frozen + 5 * DAY + timedelta(hours=3))
    assert facts.running(dispute) == [("mediator_claim", frozen + 6 * DAY)]
    assert [n for n, _a, _b in facts.events(dispute)].count("claim_target_missed") == 2
    assert make.fresh(dispute).overdue_at == frozen + 2 * DAY
    with clock.freeze(frozen + 6 * DAY):
        services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    assert make.fresh(dispute).overdue_at is None
    assert facts.running(dispute) == [("decision", frozen + 13 * DAY)]


def test_a_late_decision_alarms_the_admins_and_the_mediator_and_can_still_be_made(
    frozen: datetime,
) -> None:
    make.root()
    dispute = make.in_mediation()
    make.at(frozen + 7 * DAY)
    assert make.fresh(dispute).overdue_at == frozen + 7 * DAY
    assert facts.told(dispute) == [
        ("Root", "dispute_decision_overdue"),
        ("Carol", "dispute_decision_overdue"),
    ]
    assert facts.running(dispute) == [("decision", frozen + 8 * DAY)]
    with clock.freeze(frozen + 7 * DAY):
        assert make.decide(dispute).state == "decided"
    assert make.fresh(dispute).overdue_at is None


def test_the_draft_of_a_decision_is_kept_for_its_mediator_and_goes_when_sent(
    frozen: datetime,
) -> None:
    dispute = make.in_mediation()
    services.save_decision_draft(
        dispute_id=dispute.pk, actor=make.carol(), content={"verdict": "part"}
    )
    services.save_decision_draft(
        dispute_id=dispute.pk, actor=make.carol(), content={"verdict": "all"}
    )
    assert DecisionDraft.objects.get().content == {"verdict": "all"}
    with pytest.raises(NotAllowed):
        services.save_decision_draft(dispute_id=dispute.pk, actor=make.dan(), content={})
    make.decide(dispute)
    assert not DecisionDraft.objects.exists()
    with pytest.raises(CaseChanged):
        services.save_decision_draft(dispute_id=dispute.pk, actor=make.carol(), content={})


def test_the_statement_says_what_was_found_and_decided(frozen: datetime) -> None:
    dispute = make.in_mediation()
    codes = [(a.code, a.party) for a in statements.allegations(dispute)]
    assert codes == [("damaged", "buyer"), ("denial", "seller")]
    text = statements.draft(
        dispute, [PROVED, DENIED], verdict="part", amount=Decimal(40), reason="damaged_on_arrival"
    )
    assert text.splitlines() == [
        "The buyer said: “The product was damaged on arrival.” We find this proved (E1).",
        "The seller said: “The product left whole.” We find this not proved.",
        "The ground of this decision: Damaged on arrival.",
        f"The buyer gets {money.format_amount(Decimal(40), 'EUR')} back and keeps the order.",
        "This decision becomes final 7 days after it was sent.",
    ]


def test_staff_notes_are_for_staff(frozen: datetime) -> None:
    dispute = make.in_mediation()
    services.add_staff_note(dispute_id=dispute.pk, actor=make.dan(), body="Seen this store before.")
    assert facts.events(dispute)[-1] == ("staff_note_added", "in_mediation", "in_mediation")
    assert facts.told(dispute) == []
    for actor in (
        make.buyer(dispute),
        make.seller(dispute),
        make.eve(),
        make.staff("Alice", "mediator"),
    ):
        with pytest.raises(NotAllowed):
            services.add_staff_note(dispute_id=dispute.pk, actor=actor, body="Hm")
