"""The mediator's pages: queue, one screen, actions, findings, decision."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import second_factor
from accounts.models import User
from core import clock
from core import services as rules
from disputes import services
from disputes.models import Decision, DecisionDraft, Dispute
from orders.models import Refund
from tests.disputes import factories as make
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def second_factor_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """How staff prove a second factor has its own tests; here they have."""
    monkeypatch.setattr(second_factor, "is_done", lambda request: True)


def desk(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def address(name: str, dispute: Dispute | None = None) -> str:
    return reverse(f"mediation:{name}", args=[dispute.reference] if dispute else [])


def sheet(number: Any = 1, **more: Any) -> dict[str, Any]:
    return {
        "result-damaged": "proved", "cite-damaged": [str(number)], "result-denial": "not_proved",
        "verdict": "part", "amount": "40", "return": "", "reason": "damaged_on_arrival",
        "statement": "We find the bell damaged (E1).", "do": "check",
    } | more  # fmt: skip


def test_the_queue_opens_the_case_named_in_the_search(frozen: Any) -> None:
    dispute = make.escalated()
    client = desk(make.carol())
    listed = client.get(address("queue"), {"tab": "to_take"}).content.decode()
    found = client.get(address("queue"), {"q": dispute.reference.lower().replace("-", " ")})
    assert dispute.reference in listed
    assert found["Location"] == address("case", dispute)


def test_a_clock_of_the_queue_that_waits_for_a_party_says_whom_it_awaits(frozen: Any) -> None:
    dispute = make.in_mediation()
    client = desk(make.carol())
    assert "must answer the mediator" not in client.get(address("queue")).content.decode()
    services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="seller", question="Which box?"
    )
    assert "Seller must answer the mediator" in client.get(address("queue")).content.decode()


@pytest.mark.parametrize("text", ["'", "%", "\x00", "😀" * 100, "‮abc", "DSP-XXXXXX"])
def test_any_search_text_is_answered(frozen: Any, text: str) -> None:
    make.escalated()
    assert desk(make.carol()).get(address("queue"), {"q": text, "tab": "all"}).status_code == 200


@pytest.mark.parametrize(
    "state", ["escalated", "in_mediation", "decided", "opened", "in_transit", "withdrawn", "closed"]
)
def test_every_state_has_a_screen(frozen: Any, state: str) -> None:
    dispute = getattr(make, state)()
    page = desk(make.carol()).get(address("case", dispute))
    assert page.status_code == 200
    assert dispute.reference in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_strangers_and_the_parties_themselves_find_no_desk(frozen: Any) -> None:
    dispute = make.escalated()
    for actor in (make.eve(), make.buyer(dispute), make.seller(dispute)):
        assert desk(actor).get(address("case", dispute)).status_code == 404
        assert desk(actor).get(address("queue")).status_code == 404


def test_a_mediator_who_is_a_party_does_not_find_the_own_case_at_the_desk(frozen: Any) -> None:
    dispute = make.escalated()
    make.staff("Bob", "mediator")
    bob = User.objects.get(pk=dispute.seller_id)
    client = Client()
    client.force_login(bob)
    assert client.get(address("case", dispute)).status_code in {403, 404}
    assert client.post(address("claim", dispute)).status_code in {403, 404}


def test_taking_a_case_twice_with_the_same_form_takes_it_once(frozen: Any) -> None:
    dispute = make.escalated()
    client = desk(make.carol())
    for _time in range(2):
        answer = client.post(address("claim", dispute), {"form_key": "k1"})
        assert answer["Location"] == address("case", dispute)
    dispute = Dispute.objects.get()
    assert (dispute.state, str(dispute.mediator)) == ("in_mediation", "Carol")


def test_the_second_of_two_mediators_reads_that_the_case_changed(frozen: Any) -> None:
    dispute = make.in_mediation()
    page = desk(make.dan()).post(address("claim", dispute), follow=True)
    assert "changed since you opened it" in page.content.decode()
    assert str(Dispute.objects.get().mediator) == "Carol"


def test_open_findings_keep_the_decision_back_and_nothing_typed_is_lost(frozen: Any) -> None:
    dispute = make.in_mediation()
    make.evidence(dispute)
    page = desk(make.carol()).post(
        address("check", dispute), sheet(1, **{"cite-damaged": [], "statement": "My own words"})
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "cite the evidence that proves it" in text
    assert "My own words" in text
    assert Decision.objects.count() == 0
    assert DecisionDraft.objects.get().content["statement"] == "My own words"


def test_a_checked_decision_is_sent_once_and_the_refund_is_requested(frozen: Any) -> None:
    dispute = make.in_mediation()
    number = make.evidence(dispute)
    client = desk(make.carol())
    shown = client.post(address("check", dispute), sheet(number))
    assert shown.status_code == 200
    seal = shown.context["seal"]
    for _time in range(2):
        client.post(address("decide", dispute), {"seal": seal, "form_key": "once"})
    decision = Decision.objects.get()
    assert (decision.verdict, str(decision.amount), decision.findings.count()) == (
        "part",
        "40.0000",
        2,
    )
    assert Dispute.objects.get().state == "decided"
    assert [str(refund.amount) for refund in Refund.objects.all()] == ["40.0000"]
    assert not DecisionDraft.objects.exists()


def test_a_draft_that_changed_after_the_check_is_not_sent(frozen: Any) -> None:
    dispute = make.in_mediation()
    number = make.evidence(dispute)
    client = desk(make.carol())
    seal = client.post(address("check", dispute), sheet(number)).context["seal"]
    client.post(address("draft", dispute), sheet(number, amount="41"))
    page = client.post(address("decide", dispute), {"seal": seal}, follow=True)
    assert "changed since you checked it" in page.content.decode()
    assert Decision.objects.count() == 0


@pytest.mark.parametrize("amount", ["0", "-1", "1e400", "NaN", "10.001", "1000", "", "ten", "∞"])
def test_a_wrong_amount_is_said_at_the_amount(frozen: Any, amount: str) -> None:
    dispute = make.in_mediation()
    number = make.evidence(dispute)
    page = desk(make.carol()).post(address("check", dispute), sheet(number, amount=amount))
    assert page.status_code == 422
    assert [anchor for anchor, _text in page.context["sheet"].problems] == ["amount"]


def test_the_statement_is_drafted_from_the_findings(frozen: Any) -> None:
    dispute = make.in_mediation()
    number = make.evidence(dispute)
    client = desk(make.carol())
    client.post(address("check", dispute), sheet(number, statement="", do="draft"))
    statement = DecisionDraft.objects.get().content["statement"]
    assert "We find this proved (E1)" in statement
    assert "40" in statement


def test_a_question_goes_to_one_party_and_can_be_taken_back(frozen: Any) -> None:
    dispute = make.in_mediation()
    client = desk(make.carol())
    client.post(address("ask", dispute), {"party": "buyer", "question": "Please show the label."})
    assert [r.state for r in dispute.evidence_requests.all()] == ["open"]
    client.post(address("take-back", dispute), {"party": "buyer"})
    assert [r.state for r in dispute.evidence_requests.all()] == ["void"]


def test_whoever_is_asked_has_the_days_of_the_policy(frozen: Any) -> None:
    usual = make.in_mediation()
    rules.edit_policy(
        storefront_id=usual.storefront_id, typed={"evidence_answer_days": "1"}, note="Faster.", based_on=1,
        actor=make.root(),
    )  # fmt: skip
    for dispute, words in ((usual, "They have 3 days;"), (make.in_mediation(), "They have 1 day;")):
        assert words in desk(make.carol()).get(address("case", dispute)).content.decode()


def test_handing_over_moves_the_case_and_an_empty_choice_puts_it_back(frozen: Any) -> None:
    dispute, dan = make.in_mediation(), make.dan()
    desk(make.carol()).post(
        address("hand-over", dispute), {"mediator": str(dan.user_id), "note": "You know bells."}
    )
    assert str(Dispute.objects.get().mediator) == "Dan"
    desk(dan).post(address("hand-over", dispute), {"mediator": ""})
    assert Dispute.objects.get().state == "escalated"


def test_a_note_is_for_staff_and_a_message_for_both(frozen: Any) -> None:
    dispute = make.in_mediation()
    client = desk(make.carol())
    client.post(address("note", dispute), {"body": "Looks honest to me."})
    client.post(address("message", dispute), {"body": "I am reading the case."})
    assert [n.body for n in dispute.staff_notes.all()] == ["Looks honest to me."]
    assert [m.body for m in dispute.messages.all()] == ["I am reading the case."]


def test_after_the_target_the_case_stands_on_top(frozen: Any) -> None:
    make.escalated()
    late = make.escalated(orders.delivered())
    with clock.freeze(frozen + timedelta(days=3)):
        from core import deadlines

        deadlines.sweep()
        page = desk(make.carol()).get(address("queue"), {"tab": "to_take"})
    assert late.reference in page.content.decode()
    assert "our target missed" in page.content.decode()


def test_the_screen_costs_the_same_with_one_and_with_thirty_rows(
    frozen: Any, django_assert_max_num_queries: Any
) -> None:
    dispute = make.in_mediation()
    for _number in range(15):
        make.evidence(dispute)
    for _number in range(30):
        services.send_message(
            dispute_id=dispute.pk, actor=make.buyer(dispute), body="And another thing."
        )
    for _number in range(10):
        make.escalated(orders.delivered())
    client = desk(make.carol())
    with django_assert_max_num_queries(37):
        assert client.get(address("case", dispute)).status_code == 200


def test_a_statement_that_no_longer_fits_the_findings_keeps_the_decision_back(frozen: Any) -> None:
    dispute = make.in_mediation()
    number = make.evidence(dispute)
    client = desk(make.carol())
    client.post(address("check", dispute), sheet(number, statement="", do="draft"))
    kept = DecisionDraft.objects.get().content
    changed = sheet(
        number,
        **{k: kept[k] for k in ("statement", "drafted-for", "drafted-text")} | {"amount": "5"},
    )

    page = client.post(address("check", dispute), changed)
    assert page.status_code == 422
    assert "changed since the statement was drafted" in page.content.decode()
    assert (
        client.post(
            address("check", dispute), changed | {"fits": kept["drafted-for"] + "!"}
        ).status_code
        == 200
    )


def test_the_mediators_own_words_survive_a_new_draft(frozen: Any) -> None:
    dispute = make.in_mediation()
    number = make.evidence(dispute)
    client = desk(make.carol())
    client.post(address("check", dispute), sheet(number, statement="My own words.", do="draft"))
    assert DecisionDraft.objects.get().content["statement"].endswith("\n\nMy own words.")
    kept = DecisionDraft.objects.get().content
    again = {k: kept[k] for k in ("drafted-for", "drafted-text")}
    client.post(address("check", dispute), sheet(number, statement="", do="draft", **again))
    assert "My own words" not in DecisionDraft.objects.get().content["statement"]


def test_goods_that_never_arrived_are_not_asked_back(frozen: Any) -> None:
    dispute = make.rejected(orders.shipped(), received=False, reason="no_tracking")
    services.escalate_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))
    services.claim_dispute(dispute_id=dispute.pk, actor=make.carol())
    found = {"result-no_tracking": "proved", "cite-no_tracking": [str(make.evidence(dispute))]}
    client = desk(make.carol())
    shown = client.get(address("case", dispute)).content.decode()
    refused = client.post(address("check", dispute), sheet(**found, **{"return": "seller"}))
    checked = client.post(address("check", dispute), sheet(**found, reason="not_delivered"))
    assert 'name="verdict"' in shown
    assert 'name="return"' not in shown
    assert "the buyer keeps it" not in shown
    assert refused.status_code == 422
    assert "Nothing arrived, so nothing can be sent back." in refused.content.decode()
    assert checked.status_code == 200
    assert 'name="return"' in desk(make.carol()).get(
        address("case", make.in_mediation())
    ).content.decode()  # fmt: skip
