"""Reviews of one and two stars become the disputes that their authors would have opened."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from core import clock
from disputes import importing
from disputes.models import Dispute
from orders.importers import plugs
from orders.importers.records import Review
from orders.models import Order
from tests.disputes import factories as make
from tests.disputes import facts
from tests.orders import factories as orders

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def review(
    at: datetime, text: str = "Produto veio quebrado", score: int = 1, title: str = ""
) -> Review:
    return Review(score, title, text, at, "pt")


def test_the_plug_is_registered() -> None:
    assert importing.open_from_reviews in plugs()


def test_a_bad_review_opens_its_dispute_at_its_own_time_and_the_clock_is_overdue_at_once(
    frozen: datetime,
) -> None:
    order = orders.delivered()
    with clock.freeze(frozen + 12 * DAY):
        done = importing.open_from_reviews([order], {order.pk: review(frozen + DAY)})
        again = importing.open_from_reviews([order], {order.pk: review(frozen + DAY)})
    assert (done.opened, dict(done.refused)) == (1, {})
    assert (again.opened, dict(again.refused), again.passed) == (0, {}, {"already": 1})
    dispute = Dispute.objects.get()
    assert (dispute.opened_at, dispute.reason, dispute.received) == (frozen + DAY, "damaged", True)
    assert (dispute.amount_asked, dispute.wanted, dispute.story_language) == (
        Decimal(100),
        "refund",
        "pt",
    )
    assert facts.running(dispute) == [("seller_answer", frozen + 3 * DAY)]
    make.at(frozen + 12 * DAY)
    assert make.fresh(dispute).outcome == "seller_silent"
    assert Order.objects.get().refunded == Decimal(100)


def test_a_dispute_on_money_that_was_released_takes_it_back(frozen: datetime) -> None:
    order = orders.delivered()
    make.at(frozen + 15 * DAY)
    assert Order.objects.get().state == "completed"
    with clock.freeze(frozen + 30 * DAY):
        done = importing.open_from_reviews(
            [Order.objects.get()], {order.pk: review(frozen + 2 * DAY)}
        )
    assert done.opened == 1
    make.at(frozen + 30 * DAY)
    settled = Order.objects.get()
    assert (settled.refunded, settled.released, settled.held) == (
        Decimal(100),
        Decimal(0),
        Decimal(0),
    )


def test_what_the_rules_refuse_is_counted_by_rule(frozen: datetime) -> None:
    early, late, unpaid, good = (
        orders.paid(),
        orders.delivered(),
        orders.placed(),
        orders.delivered(),
    )
    future, praise, silent = orders.delivered(), orders.delivered(), orders.delivered()
    wanted = review(frozen + DAY)
    with clock.freeze(frozen + 16 * DAY):
        waits = importing.open_from_reviews([good], {good.pk: wanted})
    assert (waits.opened, dict(waits.refused)) == (0, {"clock_is_due": 1})
    make.at(frozen + 16 * DAY)
    with clock.freeze(frozen + 20 * DAY):
        done = importing.open_from_reviews(
            list(Order.objects.all()),
            {
                early.pk: review(frozen + DAY), late.pk: review(frozen + 15 * DAY), unpaid.pk: review(frozen + DAY),
                good.pk: wanted, future.pk: review(frozen + 21 * DAY),
                praise.pk: review(frozen + DAY, score=3), silent.pk: review(frozen + DAY, text=" "),
            },
        )  # fmt: skip
    assert done.opened == 1
    assert dict(done.refused) == {"too_early": 1, "protection_over": 1, "not_paid": 1}
    assert +done.passed == {"content": 1, "no_words": 1, "not_yet": 1}


@pytest.mark.parametrize(
    ("text", "received", "reason"),
    [
        ("O produto chegou quebrado", True, "damaged"), ("Não funciona, veio com defeito", True, "defective"),
        ("Comprei dois e veio só um", True, "quantity"), ("Faltou o cabo de força", True, "parts_missing"),
        ("A cor veio errada", True, "colour"), ("Muito pequeno", True, "size"),
        ("Produto falsificado", True, "counterfeit"),
        ("Péssima qualidade", True, "style"), ("Produto diferente do anúncio", True, "specification"),
        ("Não recebi o produto", False, "wrong_address"), ("Ainda não chegou", False, "wrong_address"),
        ("Não recebi, faltou um item", True, "quantity"), ("😡" * 50, True, "specification"),
    ],
)  # fmt: skip
def test_the_reason_is_guessed_from_the_words(
    frozen: datetime, text: str, received: bool, reason: str
) -> None:
    assert importing.guess(orders.delivered(), review(frozen + DAY, text)) == (received, reason)


def test_what_had_not_arrived_by_then_was_not_received(frozen: datetime) -> None:
    order = orders.shipped(promised_in=10)
    assert importing.guess(order, review(frozen + DAY)) == (False, "no_tracking")
    assert importing.guess(order, review(frozen + 10 * DAY)) == (False, "late")
