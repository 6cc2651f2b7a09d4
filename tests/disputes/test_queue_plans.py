"""The queue over a million cases: PostgreSQL reads each order out of an index and sorts nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from core import counts
from core.models import Storefront
from core.templatetags import ui
from disputes.models import Dispute
from disputes.selectors import cases, search, turns
from disputes.states import Party
from evidence import services as evidence
from evidence.models import OBJECTS, EvidenceFile
from tests.disputes import factories as make
from tests.orders import factories as orders


@pytest.fixture
def eager(frozen: datetime) -> None:
    """The planner takes an index wherever there is one, as it would over a million rows."""
    make.in_mediation()
    with connection.cursor() as cursor:
        for kind in ("seqscan", "sort", "bitmapscan", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{kind} = off")


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tab", "index"),
    [("to_take", "dispute_due"), ("all", "dispute_open"), ("decided", "dispute_judged")],
)
def test_each_tab_is_read_out_of_its_index(eager: None, tab: str, index: str) -> None:
    rows = cases.queue([Storefront.default().pk], tab, orders.user("Carol"))
    plan = rows.select_related(None)[:41].explain()
    assert index in plan
    assert "Sort" not in plan


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tab", "indexes"),
    [("mine", ["mine"]), ("others", ["others", "mine"]), ("ended", ["ended"])],
)
@pytest.mark.parametrize(("side", "name"), [(Party.BUYER, "Alice"), (Party.SELLER, "Bob")])
def test_each_tab_of_a_partys_list_is_read_out_of_its_indexes(
    eager: None, frozen: datetime, tab: str, indexes: list[str], side: Party, name: str
) -> None:
    rows = turns.inbox(orders.user(name).pk, frozen, side, tab)
    parts = rows.parts if isinstance(rows, turns.DueFirst) else [rows.select_related(None)]
    plan = " ".join(part[:20].explain() for part in parts)
    for index in indexes:
        assert f"dispute_{side}_{index}" in plan
    assert "Sort" not in plan


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_sweep_of_orphans_reads_an_index_for_each_kind_of_object(eager: None) -> None:
    for column in OBJECTS:
        rows = EvidenceFile.objects.exclude(**{column: ""}).filter(**{f"{column}__in": ["a", "b"]})
        assert f"evidence_{column}" in rows.explain()


@pytest.mark.django_db
def test_a_search_finds_beginnings_in_any_case_and_nothing_in_the_middle(frozen: datetime) -> None:
    dispute = make.opened(orders.delivered(number="SHOP-X1"))
    front = [Storefront.default().pk]

    def found(text: str) -> list[Any]:
        return list(Dispute.objects.filter(search.matches(text, front)))

    symbols = dispute.reference[4:]
    for text in (
        dispute.reference.lower(),
        symbols[:3].lower(),
        f"dsp {symbols[:4]}",
        "shop-x",
        "ALI",
        "bob",
    ):
        assert found(text) == [dispute], text
    for text in ("hop-x1", "lice", "al", "DSP", "DSP-", "SHOP-X1 "[1:]):
        assert found(text) == [], text


@pytest.mark.django_db
def test_counts_stop_where_nobody_reads_on(
    frozen: datetime, django_assert_num_queries: Any
) -> None:
    for _n in range(4):
        make.opened()
    with django_assert_num_queries(1):
        assert counts.capped(Dispute.objects.all(), 2) == 3
    assert counts.capped(Dispute.objects.all()) == 4
    assert [ui.capped(n) for n in (None, 0, 999, 1000)] == ["", "0", "999", "999+"]


@pytest.mark.django_db
def test_decided_cases_stand_above_those_that_ended_the_newest_first(frozen: datetime) -> None:
    first, second = make.resolved(), make.decided()
    rows = cases.queue([Storefront.default().pk], "decided", orders.user("Dan"))
    assert list(rows) == [second, first]


@pytest.mark.django_db
def test_a_known_object_is_never_dropped(frozen: datetime) -> None:
    make.file(orders.user("Alice").pk, "X")
    assert evidence._drop_unknown(["clean/x"]) == 0
