"""An order on hold: what proves it, who checks what, and that silence of ours costs nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import RoleGrant
from core import clock, deadlines
from core.actors import Actor
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp
from core.models import Event
from disputes.selectors import eligibility
from notifications import rendering
from notifications.models import Notice
from orders import selectors, services
from orders.models import Order
from tests.conftest import NOON
from tests.orders import factories as make
from tests.orders.test_pages import admin, browser, page

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def running(order: Order) -> dict[str, datetime]:
    return dict(order.deadlines.filter(state="pending").values_list("kind", "due_at"))


def prove(order: Order, **given: str) -> Order:
    return services.prove_order(order_id=order.pk, actor=make.seller(order), **given)


def root(order: Order) -> Actor:
    return Actor.person(admin(order).pk, frozenset({"admin"}), "administrator")


def told(kind: str) -> list[str]:
    rows = Notice.objects.filter(kind=kind).order_by("recipient__name")
    return list(rows.values_list("recipient__name", flat=True))


@pytest.mark.parametrize("text", ["", ".", "   ", "-- !", "ok", "\0", "🔔"])
def test_words_that_say_nothing_change_nothing(frozen: Any, text: str) -> None:
    order = make.on_hold()
    with pytest.raises(Refused):
        prove(order, text=text)
    answer = browser(order.seller).post(
        reverse("orders:verify", args=[order.reference]), {"text": text, "tracking_number": ""}
    )
    assert answer.status_code == 422
    assert (fresh(order).state, fresh(order).version) == ("on_hold", order.version)


@pytest.mark.parametrize("number", ["RR123456784DE", "12345", "DHL", "1Z5R89390357567128"])
def test_a_number_that_no_carrier_gives_lifts_nothing(frozen: Any, number: str) -> None:
    order = make.on_hold()
    with pytest.raises(Refused, match="No carrier that we know"):
        prove(order, tracking_number=number)
    assert fresh(order).state == "on_hold"
    answer = browser(order.seller).post(
        reverse("orders:verify", args=[order.reference]), {"tracking_number": number}
    )
    assert "No carrier that we know gives such a number" in answer.content.decode()


@pytest.mark.parametrize("number", [" rr 12345678 5 de ", "1Z5R89390357567127", "986578788855"])
def test_the_number_of_a_parcel_lifts_the_hold_at_once(frozen: Any, number: str) -> None:
    order = make.on_hold()
    prove(order, tracking_number=number)
    row = fresh(order)
    assert (row.state, list(running(row))) == ("paid", ["protection"])
    event = Event.objects.get(subject=order.reference, name="hold_lifted")
    assert (event.transition, event.actor_id, event.reason) == (
        "prove", order.seller_id, "".join(number.split()).upper(),
    )  # fmt: skip
    assert told("order_hold_lifted") == ["Alice", "Bob"]


def test_only_the_seller_proves_and_only_the_platform_lifts(frozen: Any) -> None:
    order = make.on_hold()
    with pytest.raises(NotAllowed):
        services.confirm_verification(order_id=order.pk, actor=make.seller(order), proof="Trust me")
    for who in (make.buyer(order), root(order)):
        with pytest.raises(NotAllowed):
            services.prove_order(order_id=order.pk, actor=who, tracking_number="RR123456785DE")


def test_a_number_of_another_order_is_checked_by_us(frozen: Any) -> None:
    sent = make.shipped()
    for printed in ("RR123456785DE", "RR 123456785 DE", "rr-123.456.785-de"):
        sent.shipments.update(tracking_number=printed)
        order = make.on_hold()
        with transaction.atomic():
            prove(order, tracking_number="RR123456785DE")
            assert fresh(order).state == "under_check", printed
            transaction.set_rollback(True)
    other = make.on_hold()
    prove(other, tracking_number="RR473124829FI")
    again = make.on_hold()
    prove(again, tracking_number="RR473124829FI")
    assert (fresh(other).state, fresh(again).state) == ("paid", "under_check")


def test_words_wait_for_our_check_and_the_sellers_clock_stands_still(frozen: Any) -> None:
    order = make.on_hold()
    root(order)
    with clock.freeze(NOON + DAY):
        prove(order, text="Invoice 2026-17")
    row = fresh(order)
    assert (row.state, running(row)) == ("under_check", {"proof_check": NOON + 3 * DAY})
    assert row.next_due_at == NOON + 3 * DAY
    paused = dict(row.deadlines.filter(state="paused").values_list("kind", "left_us"))
    assert paused["verification"] == 4 * DAY // timedelta(microseconds=1)
    assert (told("order_proof_submitted"), told("order_proof_to_check")) == (
        ["Alice", "Bob"], ["Root"],
    )  # fmt: skip
    proof = row.proofs.get()
    assert (proof.text, proof.author_id, proof.given_at) == (
        "Invoice 2026-17", order.seller_id, NOON + DAY,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        proof.delete()


def test_our_silence_never_closes_an_order_whose_seller_answered_in_time(frozen: Any) -> None:
    order = make.under_check()
    root(order)
    for days in (2, 3, 4, 9.5, 40):
        with clock.freeze(NOON + days * DAY):
            assert deadlines.sweep(seconds=20).failed == 0
    row = fresh(order)
    assert (row.state, row.held == 100) == ("under_check", True)
    missed = Event.objects.filter(subject=order.reference, name="check_target_missed")
    assert [event.data["times"] for event in missed.order_by("seq")] == [1, 2, 3, 4, 5]
    assert running(row) == {"proof_check": NOON + 41 * DAY}
    assert told("order_proof_overdue") == ["Root"] * 5
    assert told("order_proof_late") == ["Alice", "Bob"]
    late = Notice.objects.filter(kind="order_proof_late")[0]
    assert "not closed because of that" in " ".join(rendering.render(late).lines)
    for person in (order.buyer, order.seller):
        with clock.freeze(NOON + 40 * DAY):
            assert (
                "We are late." in page(browser(person), "order", order.reference).content.decode()
            )


def test_an_accepted_proof_lets_the_order_go_on_with_all_its_time(frozen: Any) -> None:
    order = make.under_check()
    with clock.freeze(NOON + 30 * DAY):
        services.confirm_verification(order_id=order.pk, actor=root(order), proof="It is genuine.")
    row = fresh(order)
    assert (row.state, running(row)) == ("paid", {"protection": NOON + 55 * DAY})
    assert row.protection_until == NOON + 55 * DAY


def test_a_refused_proof_gives_back_what_was_left(frozen: Any) -> None:
    order = make.on_hold()
    with clock.freeze(NOON + DAY):
        prove(order, text="Invoice 2026-17")
    with clock.freeze(NOON + 9 * DAY):
        services.refuse_proof(order_id=order.pk, actor=root(order), reason="It names another item.")
    row = fresh(order)
    assert (row.state, running(row)) == ("on_hold", {"verification": NOON + 13 * DAY})
    reads = {
        n.recipient_id: " ".join(rendering.render(n).lines)
        for n in Notice.objects.filter(kind="order_proof_refused")
    }
    assert "It names another item." in reads[order.seller_id]
    assert "It names another item." not in reads[order.buyer_id]
    with clock.freeze(NOON + 13 * DAY):
        deadlines.sweep(seconds=20)
    assert fresh(order).state == "closed"


def test_a_proof_of_the_last_minute_leaves_a_day_to_answer_again(frozen: Any) -> None:
    order = make.on_hold()
    with clock.freeze(NOON + 5 * DAY - timedelta(minutes=1)):
        prove(order, text="Invoice 2026-17")
    with clock.freeze(NOON + 6 * DAY):
        services.refuse_proof(order_id=order.pk, actor=root(order), reason="It shows nothing.")
    row = fresh(order)
    assert running(row) == {"verification": NOON + 7 * DAY}
    steps = row.deadlines.get(kind="verification").explanation["steps"]
    assert [step["kind"] for step in steps] == ["add_days", "paused", "at_least"]
    with clock.freeze(NOON + 6 * DAY):
        text = page(browser(order.seller), "order", order.reference).content.decode()
        assert "Less was left than is fair" in text


def test_an_answer_after_the_time_is_refused_though_no_worker_ran(frozen: Any) -> None:
    order = make.on_hold()
    with clock.freeze(NOON + 5 * DAY):
        for given in ({"text": "Invoice 2026-17"}, {"tracking_number": "RR123456785DE"}):
            with pytest.raises(TimeIsUp):
                prove(order, **given)


def test_one_proof_at_a_time(frozen: Any) -> None:
    order = make.under_check()
    with pytest.raises(CaseChanged):
        prove(order, text="Invoice 2026-18")


def test_in_a_dispute_the_check_goes_on_and_no_clock_runs(frozen: Any) -> None:
    order = make.disputed(make.under_check())
    assert running(order) == {}
    with clock.freeze(NOON + 9 * DAY):
        deadlines.sweep(seconds=20)
        services.refuse_proof(order_id=order.pk, actor=root(order), reason="It shows nothing.")
    assert (fresh(order).state, running(order)) == ("on_hold", {})
    refusals = Notice.objects.filter(kind="order_proof_refused")
    assert {notice.params["due_at"] for notice in refusals} == {""}, "no date, as none runs"
    with clock.freeze(NOON + 10 * DAY):
        prove(order, text="Invoice 2026-18")
    assert (fresh(order).state, running(order)) == ("under_check", {})
    asked = Notice.objects.filter(kind="order_proof_to_check").latest("pk")
    assert asked.params["until_at"] == ""


def test_the_protection_lasts_while_the_order_is_on_hold_however_long_we_take(frozen: Any) -> None:
    order = make.under_check()
    until = order.protection_until
    assert until is not None
    assert fresh(order).protected(until + DAY)
    assert eligibility.why_not_by_facts(fresh(order), until + DAY) is None
    with clock.freeze(until + DAY):
        services.confirm_verification(order_id=order.pk, actor=root(order), proof="It is genuine.")
    assert fresh(order).protection_until == until + DAY + (until - NOON)


def test_the_admin_decides_on_the_page_of_the_order(frozen: Any) -> None:
    order = make.under_check()
    client = browser(admin(order))
    shown = page(client, "order", order.reference)
    assert shown.context["turn"].turn == "you"
    text = shown.content.decode()
    assert ("Check the seller’s proof" in text, "Invoice 2026-17" in text) == (True, True)
    refuse, lift = (
        reverse(f"orders:{n}", args=[order.reference]) for n in ("refuse_proof", "lift")
    )
    assert client.post(refuse, {"reason": ""}).status_code == 422
    assert client.post(refuse, {"reason": "It names another item."}).status_code == 302
    assert fresh(order).state == "on_hold"
    seller = page(browser(order.seller), "order", order.reference).content.decode()
    assert "It names another item." in seller
    prove(order, text="Invoice 2026-18")
    answer = client.post(lift, {"reason": "It is genuine."}, follow=True).content.decode()
    assert "The order goes on. Both sides were told." in answer
    assert fresh(order).state == "paid"


def test_the_buyer_sees_that_we_check_and_not_what(frozen: Any) -> None:
    order = make.under_check()
    text = page(browser(order.buyer), "order", order.reference).content.decode()
    assert "We check the seller’s proof" in text
    assert "Invoice 2026-17" not in text
    seller = page(browser(order.seller), "order", order.reference).content.decode()
    assert "We check your proof" in seller
    assert "Invoice 2026-17" in seller


def test_the_seller_reads_what_became_of_the_proof(frozen: Any) -> None:
    order = make.on_hold()
    client, address = browser(order.seller), reverse("orders:verify", args=[order.reference])
    text = client.post(address, {"text": "Invoice 2026-17"}, follow=True).content.decode()
    assert "We check your proof; the order waits" in text
    other = make.on_hold()
    address = reverse("orders:verify", args=[other.reference])
    text = client.post(address, {"tracking_number": "RR123456785DE"}, follow=True).content.decode()
    assert "Thank you. The order goes on." in text


def test_waiting_proofs_are_listed_for_their_storefront_only(frozen: Any) -> None:
    later, first = make.on_hold(), make.under_check()
    with clock.freeze(NOON + DAY):
        prove(later, text="Invoice 2026-18")
    assert list(selectors.proofs_to_check([first.storefront_id])) == [first, later]
    assert list(selectors.proofs_to_check([0])) == []
    assert RoleGrant.objects.count() == 0
