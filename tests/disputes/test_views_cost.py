"""What the page of a dispute asks of the database: each row once, however much there is to show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.template import engines
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disputes import services
from disputes.models import Dispute, ReadMark
from tests.disputes import factories as make
from tests.disputes.pages import address, client

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_demo(settings: Any) -> None:
    """The pages as in production: the demo's bar asks for its own rows."""
    (site,) = settings.TEMPLATES
    options = site["OPTIONS"]
    kept = [name for name in options["context_processors"] if not name.startswith("demo.")]
    settings.TEMPLATES = [site | {"OPTIONS": options | {"context_processors": kept}}]
    assert "demo.bar.demo_bar" not in engines["django"].engine.context_processors  # type: ignore[attr-defined]


def asked(dispute: Dispute, name: str) -> list[str]:
    """The statements of a second look at the page: the first one made the reader's mark."""
    browser = client(name)
    assert browser.get(address(dispute)).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        browser.get(address(dispute))
    return [query["sql"] for query in queries.captured_queries]


def fill(dispute: Dispute, rows: int) -> Dispute:
    for number in range(rows):
        actor = make.seller(dispute) if number % 2 else make.buyer(dispute)
        make.evidence(dispute, actor, caption=f"Photo {number}")
        services.send_message(
            dispute_id=dispute.pk, actor=make.seller(dispute), body=f"Message {number}"
        )
    return dispute


@pytest.mark.parametrize("name", ["Alice", "Bob"])
def test_page_asks_twenty_questions_with_one_item_and_with_thirty(
    frozen: datetime, without_demo: None, name: str
) -> None:
    small, large = fill(make.rejected(), 1), fill(make.rejected(), 30)

    few, many = asked(small, name), asked(large, name)

    assert len(few) == len(many) <= 20


@pytest.mark.parametrize("made", [make.opened, make.in_transit, make.in_mediation, make.decided])
def test_page_reads_no_row_twice(frozen: datetime, without_demo: None, made: Any) -> None:
    told = asked(fill(made(), 1), "Alice")

    assert len(set(told)) == len(told)
    for table in ("disputes_offer", "disputes_settlement", "disputes_evidencerequest", "disputes_disputedeadline",
                  "disputes_returnparcel", "accounts_rolegrant"):  # fmt: skip
        assert sum(f'FROM "{table}"' in sql for sql in told if "disputes_dispute" not in sql) <= 1


TABLES = (
    "disputes_offer", "disputes_settlement", "disputes_evidencerequest", "disputes_evidenceitem",
    "disputes_message", "disputes_returnparcel", "disputes_replacementparcel", "disputes_decision",
    "disputes_staffnote", "orders_shipment", "orders_checkpoint", "orders_orderpayment", "core_event",
)  # fmt: skip


@pytest.mark.parametrize(
    "made",
    [make.escalated, make.in_mediation, make.decided, make.in_transit, make.replaced_in_transit],
)
def test_mediators_screen_asks_thirty_questions_and_reads_no_row_twice(
    frozen: datetime, without_demo: None, made: Any
) -> None:
    make.dan()
    small, large = made(), fill(made(), 10)
    make.carol()
    browser, counted = client("Carol"), []

    for dispute in (small, large):
        url = reverse("mediation:case", args=[dispute.reference])
        assert browser.get(url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        told = [query["sql"] for query in queries.captured_queries]
        assert len(set(told)) == len(told)
        for table in TABLES:
            plain = [sql for sql in told if not sql.startswith("SELECT (SELECT count")]
            assert sum(f'FROM "{table}"' in sql for sql in plain) <= 1, table
        counted.append(len(told))

    assert counted[0] == counted[1] <= 30


def test_inbox_counts_once_for_its_tabs_and_the_navigation(
    frozen: datetime, without_demo: None
) -> None:
    for story in make.IN_STATE.values():
        story()
    browser = client("Bob")
    for tab in ("mine", "others", "ended"):
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("disputes:inbox"), {"show": tab})
        told = [query["sql"] for query in queries.captured_queries]
        assert len([sql for sql in told if "count(*)" in sql.lower()]) == 1
        assert len(told) <= 17


def test_reading_mark_is_one_row_and_tells_the_moment_that_was_shown(frozen: datetime) -> None:
    dispute = make.opened()

    asked(dispute, "Bob")

    assert list(ReadMark.objects.values_list("dispute", "reader", "read_at")) == [
        (dispute.pk, dispute.seller_id, frozen)
    ]
