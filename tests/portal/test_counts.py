"""How many things need one: every place that says a number says the same one."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.urls import reverse

from disputes import services
from tests.disputes import factories as make
from tests.disputes.pages import client, text
from tests.orders import factories as orders
from tests.portal.test_views import nav

pytestmark = pytest.mark.django_db


def heading(page: str) -> int:
    """The number in the heading of what needs the person; 0 where nothing does."""
    found = re.search(r"(\d+) (?:dispute|order)s? needs? you", page)
    return int(found[1]) if found else 0


def many() -> None:
    """Two disputes and a questionnaire wait for Alice, three disputes for Bob; orders of every kind."""
    for _n in range(2):
        make.rejected()
    for _n in range(3):
        make.opened()
    make.draft(orders.delivered())
    make.escalated()
    orders.delivered()
    orders.paid()
    orders.shipped()
    orders.completed()


@pytest.mark.parametrize(("name", "count"), [("Alice", 2), ("Bob", 3)])
def test_first_page_counts_the_disputes_that_the_menu_counts(
    frozen: datetime, name: str, count: int
) -> None:
    many()

    answer = client(name).get("/")
    menu = sum(int(number or 0) for _label, number in nav(answer.content.decode()))

    assert heading(text(answer)) == menu == count


def test_questionnaire_that_was_begun_stands_apart_from_what_needs_one(frozen: datetime) -> None:
    make.draft(orders.delivered())

    shown = text(client("Alice").get("/"))

    assert "Begun, not sent yet" in shown
    assert heading(shown) == 0


def test_more_than_the_page_shows_are_counted_too(frozen: datetime) -> None:
    for _n in range(13):
        make.opened()

    assert heading(text(client("Bob").get("/"))) == 13


@pytest.mark.parametrize(
    ("name", "url", "count"), [("Alice", "orders:list", 2), ("Bob", "orders:sold", 1)]
)
def test_list_of_orders_counts_in_its_heading_what_its_tab_counts(
    frozen: datetime, name: str, url: str, count: int
) -> None:
    many()

    page = client(name).get(reverse(url))
    tab = re.search(r'show=mine"[^>]*>[^<]+<span class="count">(\d+)', page.content.decode())

    assert tab is not None
    assert heading(text(page)) == int(tab[1]) == count
    assert len(page.context["tasks"]) == count
    assert not any(task["order"].disputed_at for task in page.context["tasks"])


def test_dispute_in_which_it_is_ones_turn_is_marked_on_its_order(frozen: datetime) -> None:
    dispute = make.opened()
    services.make_offer(
        dispute_id=dispute.pk, actor=make.seller(dispute), amount=dispute.amount_asked / 2
    )

    page = client("Alice").get(reverse("orders:list")).content.decode()

    assert '<span class="badge" data-state="mark" data-tone="act">Negotiating</span>' in page
