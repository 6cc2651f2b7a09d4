"""What a page says about money before a binding button is what the ledger shows after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import clock, deadlines
from disputes import services, tasks
from disputes.models import Dispute
from orders.models import Order, Refund
from orders.services import Answer, apply_answers, submit_refunds
from tests.disputes import factories as make
from tests.disputes.pages import address, client, send, text
from tests.disputes.test_settlement import agree, propose
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SIDES = {"buyer": "Alice", "seller": "Bob"}
Money = tuple[Decimal, Decimal, Decimal]


def said(words: str, pattern: str) -> Decimal:
    """The amount that a sentence names; nothing where no such sentence is there."""
    found = re.findall(rf"€([\d,.]*\d),? {pattern}", words)
    assert len(set(found)) < 2, found
    return Decimal(found[0].replace(",", "")) if found else Decimal(0)


def told(words: str) -> Money:
    """What goes back to the buyer, what the seller is paid, and what stays held, as the page says it."""
    return (
        said(words, "(?:more )?goes back to (?:you|the buyer)"),
        said(words, "(?:is (?:then )?paid out to you|(?:then )?goes to the seller)"),
        said(words, "stays held"),
    )


def moved(before: Order) -> Money:
    """The same as the ledger has it since `before`."""
    now = Order.objects.get(pk=before.pk)
    return (
        now.refunded - before.refunded,
        max(now.released - before.released, Decimal(0)),
        now.held,
    )


def asked(dispute: Dispute, side: str, move: str) -> str:
    """The page that asks before the button."""
    page = client(SIDES[side]).get(address(dispute, move))
    assert page.status_code == 200, (move, page.status_code)
    words = text(page)
    return words[: words.index("Not now")]


def lapsed(amount: str, order: Order | None = None) -> Dispute:
    """A settlement was agreed and its refund requested, but not recorded by its day: the dispute goes on."""
    dispute, start = make.rejected(order), clock.now()
    propose(dispute, start + DAY, amount)
    agree(dispute)
    make.at(start + DAY)
    return make.fresh(dispute)


STARTS: dict[str, Callable[[], Dispute]] = {
    "as it is": lambda: make.rejected(),
    "half refunded before": lambda: lapsed("50"),
    "nearly all refunded before": lambda: lapsed("96"),
    "money with the seller already": lambda: make.rejected(orders.completed()),
    "not sent yet": lambda: make.rejected(late(orders.paid)),
    "on its way": lambda: make.rejected(orders.shipped(), received=False, reason="no_tracking"),
    "paid partly by wallet and coupon": lambda: make.rejected(
        orders.delivered(card="70", wallet="30", coupon="20")
    ),
}


def late(make_order: Callable[..., Order]) -> Order:
    return make_order(promised_in=0)


def kept(words: str) -> Decimal:
    """What a seller who has been paid keeps, as the page says it."""
    return said(words, "that (?:the seller has|you have) already stays") + said(
        words, "(?:stays with the seller, who has it already|which you have already, stays)"
    )


def offer(dispute: Dispute, side: str, terms: dict[str, Any]) -> None:
    who = make.seller(dispute) if side == "seller" else make.buyer(dispute)
    services.make_offer(dispute_id=dispute.pk, actor=who, **terms)


TERMS: list[dict[str, Any]] = [
    {"amount": Decimal("66.80")}, {"amount": Decimal("50")}, {"amount": Decimal("20")}, {"amount": Decimal("100")},
    {"amount": Decimal("0")}, {"amount": Decimal("0"), "replacement": True},
    {"amount": Decimal("60"), "replacement": True},
]  # fmt: skip
BOTH = {"as it is", "half refunded before"}
"""Starts from which both sides accept; from the others they take turns."""


@pytest.mark.parametrize(
    ("start", "terms", "side"),
    [
        (start, terms, side)
        for first, start in enumerate(STARTS)
        for second, terms in enumerate(TERMS)
        for third, side in enumerate(SIDES)
        if start in BOTH or (first + second + third) % 2
    ],
    ids=str,
)
def test_accepting_an_offer_moves_what_the_page_said(
    frozen: datetime, start: str, terms: dict[str, Any], side: str
) -> None:
    dispute = STARTS[start]()
    with clock.freeze(max(frozen, dispute.changed_at)):
        offer(dispute, "buyer" if side == "seller" else "seller", terms)
        before, words = Order.objects.get(pk=dispute.order_id), asked(dispute, side, "accept_offer")
        offered = dispute.offers.exclude(party=side).get(state="standing")
        answer = send(
            client(SIDES[side]), address(dispute, "accept_offer"), exactly=str(offered.pk)
        )
        assert answer.status_code == 302

    assert told(words) == moved(before)
    if not before.is_open:
        assert kept(words) == Order.objects.get(pk=before.pk).released


@pytest.mark.parametrize("start", [name for name in STARTS if name != "on its way"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("replacement", [False, True])
def test_accepting_a_return_and_confirming_it_move_what_the_pages_said(
    frozen: datetime, start: str, side: str, replacement: bool
) -> None:
    dispute = STARTS[start]()
    with clock.freeze(max(frozen, dispute.changed_at)):
        terms = {
            "amount": Decimal(80), "return_required": True, "postage_payer": "seller", "replacement": replacement,
        }  # fmt: skip
        offer(dispute, "buyer" if side == "seller" else "seller", terms)
        before, words = Order.objects.get(pk=dispute.order_id), asked(dispute, side, "accept_offer")
        offered = dispute.offers.exclude(party=side).get(state="standing")
        send(client(SIDES[side]), address(dispute, "accept_offer"), exactly=str(offered.pk))
        assert moved(before)[0] == 0, "not before the return"
        services.ship_return(
            dispute_id=dispute.pk, actor=make.buyer(dispute), carrier="DHL", tracking_number="RR473124829NL",
        )  # fmt: skip
        confirming = asked(dispute, "seller", "confirm_return")
        send(client("Bob"), address(dispute, "confirm_return"))

    assert told(words) == told(confirming) == moved(before)


@pytest.mark.parametrize("amount", ["0", "20"])
@pytest.mark.parametrize("start", STARTS)
def test_confirming_a_replacement_pays_out_what_the_page_said(
    frozen: datetime, start: str, amount: str
) -> None:
    dispute = STARTS[start]()
    with clock.freeze(max(frozen, dispute.changed_at)):
        offer(dispute, "seller", {"amount": Decimal(amount), "replacement": True})
        pk = dispute.offers.get(party="seller", state="standing").pk
        services.accept_offer(dispute_id=dispute.pk, actor=make.buyer(dispute), offer_id=pk)
        services.ship_replacement(
            dispute_id=dispute.pk, actor=make.seller(dispute), carrier="DHL", tracking_number="RR473124829NL",
        )  # fmt: skip
        before, words = (
            Order.objects.get(pk=dispute.order_id), asked(dispute, "buyer", "confirm_replacement"),
        )  # fmt: skip
        send(client("Alice"), address(dispute, "confirm_replacement"))

    assert told(words) == moved(before)


@pytest.mark.parametrize("wanted", ["refund", "return_refund", "replacement"])
def test_accepting_the_request_moves_what_the_page_said(frozen: datetime, wanted: str) -> None:
    dispute = make.opened(wanted=wanted)
    before, words = (
        Order.objects.get(pk=dispute.order_id),
        asked(dispute, "seller", "accept_request"),
    )

    send(client("Bob"), address(dispute, "accept_request"))
    if wanted == "return_refund":
        services.ship_return(
            dispute_id=dispute.pk, actor=make.buyer(dispute), carrier="DHL", tracking_number="RR473124829NL",
        )  # fmt: skip
        services.confirm_return(dispute_id=dispute.pk, actor=make.seller(dispute))

    assert told(words) == moved(before)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("amount", ["30", "all"])
def test_agreeing_to_a_settlement_moves_what_the_page_said(
    frozen: datetime, start: str, amount: str
) -> None:
    dispute = STARTS[start]()
    at = max(frozen, dispute.changed_at) + DAY
    with clock.freeze(at):
        order = Order.objects.get(pk=dispute.order_id)
        sum_of_it = str(order.refundable) if amount == "all" else min("30", str(order.refundable))
        propose(dispute, at + 5 * DAY, str(min(Decimal(sum_of_it), order.refundable)))
        before, words = order, asked(dispute, "seller", "agree_settlement")
        proposed = dispute.settlements.get(state="proposed")
        send(client("Bob"), address(dispute, "agree_settlement"), exactly=str(proposed.pk))
    with clock.freeze(at + DAY):
        submit_refunds()
        there = Refund.objects.exclude(state="completed").values_list("reference", flat=True)
        apply_answers(answers=[Answer(reference, True, "BANK-1") for reference in there])
    with clock.freeze(at + 2 * DAY):
        tasks.watch_settlements()
        assert make.fresh(dispute).outcome == "settled"

    assert told(words) == moved(before)


def sent(order: Order) -> None:
    """The order's own clock runs to its end."""
    with clock.freeze(clock.now() + 200 * DAY):
        deadlines.sweep()


@pytest.mark.parametrize(
    ("order", "to_seller", "words"),
    [
        (orders.delivered, True, "the money goes to the seller"),
        (orders.shipped, True, "the money goes to the seller"),
        (orders.completed, True, "the seller keeps the money"),
        (lambda: late(orders.paid), False, "the order is closed and the money goes back to you"),
    ],
    ids=["delivered", "shipped", "completed", "not sent"],
)
def test_withdrawing_leaves_the_money_where_the_page_said(
    frozen: datetime, order: Callable[[], Order], to_seller: bool, words: str
) -> None:
    with clock.freeze(frozen + timedelta(hours=1)):
        dispute = make.opened(order())
        page = asked(dispute, "buyer", "withdraw")
        send(client("Alice"), address(dispute, "withdraw"), sure="on")
        sent(dispute.order)

    after = Order.objects.get(pk=dispute.order_id)
    assert words in page
    whole, none = Decimal(100), Decimal(0)
    assert (after.released, after.refunded) == ((whole, none) if to_seller else (none, whole))


@pytest.mark.parametrize("wanted", ["refund", "return_refund", "replacement"])
def test_silence_gives_what_the_last_page_of_the_questionnaire_said(
    frozen: datetime, wanted: str
) -> None:
    order = orders.delivered()
    make.draft(order, wanted=wanted)
    url = f"/disputes/new/{order.reference}/check/"
    words = text(client("Alice").get(url))

    send(client("Alice"), url)
    make.at(frozen + 2 * DAY)

    after = Order.objects.get(pk=order.pk)
    assert "If the seller stays silent, you get €60.00" in words
    assert after.refunded == Decimal(60)


def test_what_was_refunded_before_is_said_to_count(frozen: datetime) -> None:
    dispute = lapsed("40")
    with clock.freeze(dispute.changed_at):
        offer(dispute, "buyer", {"amount": Decimal("66.80")})
        mine = asked(dispute, "seller", "accept_offer")
        offer(dispute, "seller", {"amount": Decimal("66.80")})
        theirs = asked(dispute, "buyer", "accept_offer")

    counted = "€40.00 was already refunded in this dispute and counts toward the €66.80."
    assert (
        f"{counted} €26.80 more goes back to the buyer. The other €33.20 is paid out to you."
        in mine
    )
    assert f"{counted} €26.80 more goes back to you, the way you paid." in theirs
    assert "The other €33.20 goes to the seller." in theirs


@pytest.mark.parametrize(
    ("day", "until"),
    [(3, "Sunday 15 March 2026, 12:00"), (29, "Wednesday 1 April 2026, 12:00")],
)
def test_recording_a_return_names_the_moment_at_which_the_time_to_check_it_ends(
    frozen: datetime, day: int, until: str
) -> None:
    dispute = make.in_transit()
    with clock.freeze(frozen + day * DAY):
        words = asked(dispute, "seller", "return_arrived")
        send(client("Bob"), address(dispute, "return_arrived"))

    ends = dispute.deadlines.get(kind="return_confirm", state="pending").due_at
    assert ends == frozen + min(day + 10, 30) * DAY
    assert f"If you record it now, you have until {until} to confirm or contest it." in words
    assert "If you say nothing by then, €60.00 goes back to the buyer." in words
