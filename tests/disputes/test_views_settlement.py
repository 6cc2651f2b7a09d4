"""A settlement says when its refund will probably be there, before anybody agrees to a day that is too early."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from disputes.models import Dispute
from disputes.selectors.refunds import expected_by
from orders.models import Refund
from tests.disputes import factories as make
from tests.disputes.pages import address, client, text
from tests.disputes.test_settlement import agree, propose
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WARNING = (
    "The refund to the card is expected by Mon 23 March, which is after that moment: the dispute may go on although"
    " the money is on its way."
)  # fmt: skip
NAMES = ("Alice", "Bob")


def proposed(days: int, **order: str) -> Dispute:
    dispute = make.rejected(orders.delivered(**order))
    return propose(dispute, dispute.opened_at + days * DAY)


def test_day_that_is_expected_is_the_day_that_the_refund_promises(frozen: datetime) -> None:
    dispute = proposed(25)

    told = expected_by(dispute, Decimal(50))
    agree(dispute)

    assert told == Refund.objects.get().expected_at


@pytest.mark.parametrize("name", NAMES)
def test_day_before_the_expected_one_is_warned_of_on_the_page_of_the_dispute(
    frozen: datetime, name: str
) -> None:
    dispute = proposed(5)
    before = text(client(name).get(address(dispute)))
    agree(dispute)
    after = text(client(name).get(address(dispute)))

    assert WARNING in before
    assert WARNING in after


def test_seller_is_warned_before_agreeing(frozen: datetime) -> None:
    page = text(client("Bob").get(address(proposed(5), "agree_settlement")))

    assert "If it is recorded before Saturday 7 March 2026, 12:00, the dispute closes." in page
    assert WARNING in page


def test_buyer_reads_the_expected_day_before_choosing_one(frozen: datetime) -> None:
    page = client("Alice").get(address(make.rejected(), "settle"))

    assert "A refund to the card is expected by Mon 23 March." in text(page)
    assert 'value="2026-03-27"' in page.content.decode()


@pytest.mark.parametrize(("days", "order"), [(25, {}), (5, {"card": "0", "wallet": "100"})])
def test_nothing_is_warned_of_where_the_money_comes_in_time(
    frozen: datetime, days: int, order: dict[str, str]
) -> None:
    dispute = proposed(days, **order)

    for page in (address(dispute), address(dispute, "agree_settlement")):
        assert "is expected by" not in text(client("Bob").get(page))
