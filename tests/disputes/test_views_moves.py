"""Moves through the pages: what they do, what they refuse, and that nothing typed is lost."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core import clock
from disputes import services
from disputes.models import Dispute, Message, Offer, Settlement
from disputes.states import DisputeState as S
from disputes.views.moves import MOVES
from tests.disputes import factories as make
from tests.disputes import facts
from tests.disputes.pages import address, client, send, text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
OFFER = {"amount": "30", "goods": "keep", "postage_payer": "seller", "note": ""}


def offered(amount: str = "30", **terms: Any) -> tuple[Dispute, Offer]:
    dispute = make.opened()
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(amount), **terms
    )
    return dispute, dispute.offers.get(party="seller", state="standing")


def test_seller_accepts_with_one_click(frozen: datetime) -> None:
    dispute = make.opened()

    answer = send(client("Bob"), address(dispute, "accept_request"))

    assert (answer.status_code, answer.url) == (302, address(dispute))
    assert make.fresh(dispute).state == S.RESOLVED
    assert facts.refunds(dispute) == [(Decimal(60), "card", f"dispute {dispute.reference}")]


def test_page_of_a_move_says_its_consequence_before_it_is_done(frozen: datetime) -> None:
    dispute = make.opened()

    page = text(client("Bob").get(address(dispute, "accept_request")))

    assert (
        "€60.00 goes back to the buyer. The other €40.00 is paid out to you. This is binding"
        in page
    )


def test_rejecting_needs_a_reason_and_keeps_nothing_else(frozen: datetime) -> None:
    dispute = make.opened()

    refused = send(client("Bob"), address(dispute, "reject"), answer=" \u200b ")

    assert refused.status_code == 422
    assert "Say why you reject the request." in text(refused)
    assert make.fresh(dispute).state == S.AWAITING_SELLER


def test_offer_and_acceptance_of_exactly_that_offer(frozen: datetime) -> None:
    dispute, offer = offered()

    answer = send(client("Alice"), address(dispute, "accept_offer"), exactly=offer.pk)

    assert answer.status_code == 302
    assert facts.offers(dispute) == [
        ("buyer", Decimal(60), "void"),
        ("seller", Decimal(30), "accepted"),
    ]


def test_stale_offer_is_not_accepted_and_the_page_says_so(frozen: datetime) -> None:
    dispute, offer = offered()
    services.make_offer(dispute_id=dispute.pk, actor=make.seller(dispute), amount=Decimal(10))

    answer = send(client("Alice"), address(dispute, "accept_offer"), exactly=offer.pk)

    assert answer.status_code == 409
    assert "The offer changed since you opened this page." in text(answer)
    assert make.fresh(dispute).state == S.NEGOTIATING


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", "cannot be negative"),
        ("1e400", "Write the amount in digits"),
        ("NaN", "Write the amount in digits"),
        ("Infinity", "Write the amount in digits"),
        ("10.0015", "at most 2 decimal places"),
        ("10.001", "can be read in two ways"),
        ("100.01", "At most €100.00"),
        ("", "Write an amount."),
        ("9" * 500, "Write the amount in digits"),
        ("12\x0050", "Write the amount in digits"),
        ("😀", "Write the amount in digits"),
        ("٣٠٠", "At most €100.00"),
    ],
)
def test_amount_that_is_none_is_refused_in_words_and_kept_in_the_field(
    frozen: datetime, typed: str, words: str
) -> None:
    dispute = make.opened()

    answer = send(
        client("Bob"),
        address(dispute, "offer"),
        **OFFER | {"amount": typed, "note": "A fair part."},
    )

    assert answer.status_code == 422
    assert words in text(answer)
    assert "A fair part." in text(answer)
    assert dispute.offers.count() == 1


def test_changing_an_offer_starts_from_the_one_that_stands(frozen: datetime) -> None:
    dispute, _offer = offered("35", return_required=True, postage_payer="buyer", note="Half.")

    page = client("Bob").get(address(dispute, "offer")).content.decode()

    assert 'value="35.00"' in page
    assert re.search(r'value="back"[^>]*checked', page)
    assert re.search(r'value="buyer"[^>]*checked', page)
    assert "Half." in page


def test_offer_of_nothing_is_an_answer(frozen: datetime) -> None:
    dispute = make.opened()

    assert (
        send(client("Bob"), address(dispute, "offer"), **OFFER | {"amount": "0"}).status_code == 302
    )
    assert facts.offers(dispute) == [
        ("buyer", Decimal(60), "standing"),
        ("seller", Decimal(0), "standing"),
    ]


def test_return_needs_a_payer_of_the_postage(frozen: datetime) -> None:
    dispute = make.opened()

    answer = send(
        client("Bob"), address(dispute, "offer"), **OFFER | {"goods": "back", "postage_payer": ""}
    )

    assert answer.status_code == 422
    assert "Say who pays the postage of the return." in text(answer)


@pytest.mark.parametrize(
    "body",
    ["Сломано 😀👨‍👩‍👧 مكسور", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎", "line\r\nline", "<b>bold</b>"],
)
def test_message_is_kept_as_written(frozen: datetime, body: str) -> None:
    dispute = make.opened()

    assert send(client("Alice"), address(dispute, "message"), body=body).status_code == 302
    assert Message.objects.get().body == body.replace("\r\n", "\n")


def test_message_loses_nul_and_direction_tricks_only(frozen: datetime) -> None:
    dispute = make.opened()

    send(client("Alice"), address(dispute, "message"), body="a\x00b \u202ec")

    assert Message.objects.get().body == "ab c"


def test_message_that_is_too_long_comes_back_whole(frozen: datetime) -> None:
    dispute = make.opened()

    answer = send(client("Alice"), address(dispute, "message"), body="x" * 4_001)

    assert answer.status_code == 422
    assert "1 character too long; 4000 are allowed" in text(answer)
    assert "x" * 4_001 in answer.content.decode()
    assert not Message.objects.exists()


def test_ten_megabytes_of_text_are_refused_and_change_nothing(frozen: datetime) -> None:
    dispute = make.opened()

    assert (
        send(client("Alice"), address(dispute, "message"), body="x" * 10_000_000).status_code == 400
    )
    assert not Message.objects.exists()


def test_form_sent_twice_counts_once(frozen: datetime) -> None:
    dispute, alice = make.opened(), client("Alice")

    answers = [
        send(alice, address(dispute, "message"), body="Hello", form_key="k1") for _time in range(3)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert {answer.url for answer in answers} == {address(dispute)}
    assert Message.objects.count() == 1


def test_refused_form_may_be_sent_again_with_its_key(frozen: datetime) -> None:
    dispute, alice = make.opened(), client("Alice")

    wrong = send(alice, address(dispute, "message"), body="", form_key="k1")
    right = send(alice, address(dispute, "message"), body="Hello", form_key="k1")

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert Message.objects.count() == 1


def test_action_after_its_time_is_refused_with_what_was_typed(frozen: datetime) -> None:
    dispute = make.opened()

    with clock.freeze(frozen + timedelta(days=2)):
        answer = send(client("Bob"), address(dispute, "reject"), answer="It left here whole.")

    assert answer.status_code == 409
    assert "The time for this is up. Nothing was changed." in text(answer)
    assert "It left here whole." in text(answer)
    assert make.fresh(dispute).state == S.AWAITING_SELLER


def test_stale_page_says_that_the_case_changed(frozen: datetime) -> None:
    dispute = make.opened()
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))

    answer = send(client("Bob"), address(dispute, "accept_request"))

    assert answer.status_code == 409
    assert "See the case as it stands now" in text(answer)


def test_words_that_cannot_be_sent_on_a_stale_page_lead_out_of_it(frozen: datetime) -> None:
    dispute = make.opened()
    services.withdraw_dispute(dispute_id=dispute.pk, actor=make.buyer(dispute))

    answer = send(client("Bob"), address(dispute, "reject"), answer="x" * 5000)

    assert answer.status_code == 409
    assert "This case changed since you opened it." in text(answer)
    assert "See the case as it stands now" in text(answer)
    assert "too long" not in text(answer)
    assert "x" * 5000 in answer.content.decode()


def test_address_of_a_move_that_is_closed_leads_back_to_the_case(frozen: datetime) -> None:
    dispute = make.resolved()

    answer = client("Bob").get(address(dispute, "reject"))

    assert (answer.status_code, answer.url) == (302, address(dispute))


@pytest.mark.parametrize("name", sorted(MOVES))
def test_other_side_and_strangers_cannot_make_a_move(frozen: datetime, name: str) -> None:
    """The buyer of an answered request makes no seller's move, and the other way round; strangers see nothing."""
    dispute, _offer = offered()
    fields = {
        "exactly": 1,
        "answer": "x",
        "contest": "x",
        "carrier": "x",
        "tracking_number": "ABC123",
        "sure": "on",
    }
    before = facts.events(dispute)

    assert (
        send(client("Eve"), address(dispute, name), **fields, body="x", **OFFER).status_code == 404
    )
    assert facts.events(dispute) == before


SELLERS = ("accept_request", "reject", "return_arrived", "confirm_return", "contest_return")


@pytest.mark.parametrize("name", SELLERS)
def test_buyer_cannot_make_a_sellers_move(frozen: datetime, name: str) -> None:
    dispute = make.in_transit() if "return" in name else make.opened()
    before = facts.events(dispute)

    answer = send(client("Alice"), address(dispute, name), answer="x", contest="x")

    assert answer.status_code == 403
    assert facts.events(dispute) == before


@pytest.mark.parametrize("name", ["dispute", "calendar", "evidence_grid", "evidence_files"])
def test_pages_that_only_show_refuse_a_post(name: str) -> None:
    assert client("Alice").post(address(make.opened(), name)).status_code == 405


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_moves_refuse_other_methods(method: str) -> None:
    assert getattr(client("Alice"), method)(address(make.opened(), "withdraw")).status_code == 405


def test_post_without_its_token_is_refused(frozen: datetime) -> None:
    dispute = make.opened()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(orders.user("Alice"), "django.contrib.auth.backends.ModelBackend")

    assert strict.post(address(dispute, "withdraw"), {"sure": "on"}).status_code == 403
    assert make.fresh(dispute).state == S.AWAITING_SELLER


def test_signed_out_while_writing_keeps_the_text(frozen: datetime) -> None:
    dispute, browser = make.opened(), Client()
    url = address(dispute, "message")

    away = send(browser, url, body="Half an hour of typing")
    browser.force_login(orders.user("Alice"), "django.contrib.auth.backends.ModelBackend")
    back, again = browser.get(url), browser.get(url)

    assert (away.status_code, away.url) == (302, f"/account/login/?next={url}")
    assert "Half an hour of typing" in text(back)
    assert "You were signed out while you wrote." in text(back)
    assert "Half an hour of typing" not in text(again)
    assert not Message.objects.exists()


def test_kept_text_is_not_shown_on_another_page_or_to_a_stranger(frozen: datetime) -> None:
    dispute, browser = make.opened(), Client()

    send(browser, address(dispute, "message"), body="Only for this case")
    browser.force_login(orders.user("Eve"), "django.contrib.auth.backends.ModelBackend")

    assert browser.get(address(dispute, "message")).status_code == 404


def test_kept_text_is_bounded(frozen: datetime) -> None:
    dispute, browser = make.opened(), Client()

    send(browser, address(dispute, "message"), body="x" * 200_000)

    assert "kept_form" not in browser.session


def test_withdrawing_warns_and_offers_the_settlement_instead(frozen: datetime) -> None:
    dispute = make.opened()

    page = text(client("Alice").get(address(dispute, "withdraw")))
    unsure = send(client("Alice"), address(dispute, "withdraw"))
    sure = send(client("Alice"), address(dispute, "withdraw"), sure="on")

    assert "Do not withdraw before the money is back." in page
    assert "Close when the money is there" in page
    assert (unsure.status_code, sure.status_code) == (422, 302)
    assert make.fresh(dispute).state == S.WITHDRAWN


def test_settlement_from_proposal_to_agreement(frozen: datetime) -> None:
    dispute = make.rejected()

    proposed = send(client("Alice"), address(dispute, "settle"), amount="25", day="2026-03-10")
    settlement = Settlement.objects.get()
    agreed = send(client("Bob"), address(dispute, "agree_settlement"), exactly=settlement.pk)

    assert (proposed.status_code, agreed.status_code) == (302, 302)
    assert (settlement.amount, settlement.by) == (
        Decimal(25),
        datetime.fromisoformat("2026-03-11T00:00:00+00:00"),
    )
    assert Settlement.objects.get().state == "agreed"
    assert "€25.00 is being refunded" in text(client("Alice").get(address(dispute)))


@pytest.mark.parametrize("day", ["2026-03-01", "2026-04-02", "9999-12-31", "soon", ""])
def test_settlement_needs_a_day_that_can_be_kept(frozen: datetime, day: str) -> None:
    dispute = make.rejected()

    assert (
        send(client("Alice"), address(dispute, "settle"), amount="25", day=day).status_code == 422
    )
    assert not Settlement.objects.exists()


def test_return_goes_back_with_its_number_and_is_confirmed(frozen: datetime) -> None:
    dispute = make.returning()

    missing = send(
        client("Alice"), address(dispute, "ship_return"), carrier="DHL", tracking_number=""
    )
    sent = send(
        client("Alice"),
        address(dispute, "ship_return"),
        carrier="DHL",
        tracking_number="rr 473 124 829 nl",
    )
    came = send(client("Bob"), address(dispute, "return_arrived"))
    fine = send(client("Bob"), address(dispute, "confirm_return"))

    assert [a.status_code for a in (missing, sent, came, fine)] == [422, 302, 302, 302]
    assert make.fresh(dispute).state == S.RESOLVED
    assert dispute.return_parcels.get().tracking_number == "RR473124829NL"


def test_contested_return_goes_to_a_mediator(frozen: datetime) -> None:
    dispute = make.in_transit()

    send(client("Bob"), address(dispute, "contest_return"), contest="The box was empty.")

    assert (make.fresh(dispute).state, make.fresh(dispute).contest_reason) == (
        S.ESCALATED,
        "The box was empty.",
    )


def test_mediators_question_is_answered_once(frozen: datetime) -> None:
    dispute = make.in_mediation()
    services.request_evidence(
        dispute_id=dispute.pk, actor=make.carol(), party="buyer", question="Which box?"
    )

    page = text(client("Alice").get(address(dispute)))
    first = send(client("Alice"), address(dispute, "answer"), answer="The brown one.")
    second = send(client("Alice"), address(dispute, "answer"), answer="No, the white one.")

    assert "The mediator asks you" in page
    assert "Which box?" in page
    assert first.status_code == 302
    assert second.status_code in (403, 409)
    assert dispute.evidence_requests.get().answer == "The brown one."
