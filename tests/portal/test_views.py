"""The first page, the rules, and the frame around every page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from core.models import PolicyVersion, Storefront
from disputes.models import DisputeDraft
from tests.disputes import factories as make
from tests.disputes.pages import client, text
from tests.orders import factories as orders

pytestmark = pytest.mark.django_db


def nav(page: str) -> list[tuple[str, str]]:
    """What the navigation offers: label and count."""
    part = page[page.index('id="site-nav"') : page.index("</nav>")]
    found = re.findall(
        r'<a href="[^"]+"[^>]*>([^<]+?)(?: <span class="count"[^>]*><span[^>]*>(\d+)</span>|</a>)',
        part,
    )
    return [(label.strip(), count) for label, count in found]


def test_visitors_read_what_this_is_and_how_to_sign_in() -> None:
    shown = Client().get("/")

    page = text(shown)
    assert shown.status_code == 200
    assert "An order went wrong? Here it is put right." in page
    assert "The seller answers within 2 days." in page
    assert 'href="/account/login/"' in shown.content.decode()


def test_quiet_page_says_that_all_is_well() -> None:
    orders.user("Eve")

    assert "All is well" in text(client("Eve").get("/"))


def test_what_needs_the_person_comes_first_and_what_runs_out_first_before_it(
    frozen: datetime,
) -> None:
    slow = make.rejected()
    soon = make.returning()
    others = make.opened()

    page = client("Alice").get("/").content.decode()

    assert "<title>2 disputes need you" in page
    assert page.index(soon.reference) < page.index(slow.reference) < page.index(others.reference)
    assert page.index("Open disputes that wait for others") < page.index(others.reference)


def test_draft_and_arrived_order_are_not_forgotten(frozen: datetime) -> None:
    order = orders.delivered()
    make.draft(orders.delivered())

    page = text(client("Alice").get("/"))

    assert "Finish your dispute; it is not sent yet" in page
    assert "Did these arrive well?" in page
    assert f"/disputes/new/{order.reference}/" in client("Alice").get("/").content.decode()
    assert DisputeDraft.objects.count() == 1


def test_money_on_its_way_says_when_and_when_it_is_late(frozen: datetime) -> None:
    make.resolved()

    on_its_way = text(client("Alice").get("/"))
    with clock.freeze(frozen + timedelta(days=60)):
        late = text(client("Alice").get("/"))

    assert "Money on its way to you" in on_its_way
    assert "€60.00 to your card ending 4242" in on_its_way
    assert "This refund is late." in late


def test_navigation_counts_what_waits_for_each_side(frozen: datetime) -> None:
    make.opened()
    make.rejected()
    make.carol()

    pages = {name: client(name).get("/rules/").content.decode() for name in ("Alice", "Bob", "Eve")}

    assert nav(pages["Alice"]) == [("Orders", ""), ("Disputes", "1"), ("Coupons", "")]
    assert nav(pages["Bob"]) == [
        ("Inbox", "1"),
        ("Sales", ""),
        ("Orders", ""),
        ("Disputes", ""),
        ("Coupons", ""),
    ]
    assert nav(pages["Eve"]) == [("Orders", ""), ("Disputes", ""), ("Coupons", "")]


def test_home_takes_a_fixed_number_of_queries(frozen: datetime) -> None:
    alice = client("Alice")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert alice.get("/").status_code == 200
        return len(seen)

    for factory in (make.rejected, make.opened, make.resolved, orders.delivered):
        factory()
    make.draft(orders.delivered())
    alice.get("/")
    few = queries()
    for factory in (make.rejected, make.opened, make.resolved, orders.delivered):
        for _n in range(8):
            factory()

    assert queries() == few


def test_page_of_a_person_is_never_kept() -> None:
    orders.user("Alice")

    assert "no-store" in client("Alice").get("/").headers["Cache-Control"]


def test_rules_come_from_the_policy_in_force() -> None:
    store = Storefront.default()
    values = store.current_policy().values | {"seller_answer_days": 5}
    PolicyVersion.objects.create(storefront=store, number=2, values=values, note="Slower post")

    page = text(Client().get("/rules/"))

    assert "The seller answers from the opening 5 days The buyer gets the amount asked for." in page
    assert "version 2 of the rules" in page


@pytest.mark.parametrize("path", ["/", "/rules/"])
def test_first_pages_are_read_only(path: str) -> None:
    assert Client().post(path).status_code == 405
