"""Rows built the quick way are the rows that Django builds, and what is written is what was meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from hypothesis import given, settings
from hypothesis import strategies as st

from core import flush
from core.models import Event
from core.row import Row
from disputes.models import Dispute
from orders.models import Order
from tests.disputes import factories as make


def every_row(model: Any) -> list[type[Row]]:
    found = [below for child in model.__subclasses__() for below in every_row(child)]
    return found if model._meta.abstract else [model, *found]


def stored(row: models.Model) -> dict[str, Any]:
    return {field.attname: row.__dict__.get(field.attname) for field in row._meta.concrete_fields}


ROWS = sorted(every_row(Row), key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", ROWS, ids=lambda model: str(model._meta.label))
def test_a_new_row_begins_as_djangos_would(model: type[Row]) -> None:
    django: Any = model.__new__(model)
    models.Model.__init__(django)
    ours = model()

    expected, found = stored(django), stored(ours)
    drawn = {name for name, value in stored(model()).items() if value != found[name]}
    made = drawn | {
        name for name, value in expected.items() if type(value).__name__ == "DatabaseDefault"
    }
    assert {name: found[name] for name in found if name not in made} == {
        name: expected[name] for name in expected if name not in made
    }
    assert ours._state.adding
    assert ours._state.db is None
    mutable = [name for name, value in stored(ours).items() if isinstance(value, dict | list)]
    assert all(stored(model())[name] is not stored(ours)[name] for name in mutable)


def test_a_slip_of_the_pen_is_refused() -> None:
    typo: Any = Event
    with pytest.raises(TypeError, match="unexpected keyword argument 'subjekt'"):
        typo(subjekt="DSP-7F3K9Q")


@pytest.mark.django_db
def test_a_row_that_is_pointed_to_gives_its_key_and_is_remembered(frozen: datetime) -> None:
    order = make.opened().order
    dispute = Dispute(order=order, buyer_id=order.buyer_id)

    assert (dispute.order_id, dispute.order, order.dispute) == (order.pk, order, dispute)


@pytest.mark.django_db
def test_a_row_read_in_part_reads_the_rest_when_asked(frozen: datetime) -> None:
    opened = make.opened()
    part = Dispute.objects.only("reference").get()

    assert "story" not in part.__dict__
    assert (part.reference, part.story) == (opened.reference, opened.story)


@pytest.mark.django_db
def test_what_changed_is_found_and_nothing_else(frozen: datetime) -> None:
    order = Order.objects.get(pk=make.opened().order_id)
    before = order.__dict__.copy()
    order.hold_reason, order.held = "", order.held + 0
    assert flush.changed(order, before) == ()
    order.held += 1

    assert flush.changed(order, before) == ("held",)


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@pytest.mark.postgres
@pytest.mark.django_db
@settings(max_examples=200, deadline=None)
@given(st.lists(st.none() | text, min_size=1, max_size=5))
def test_any_text_survives_the_way_into_an_array(values: list[str | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [flush._array(values)])
        assert cursor.fetchone()[0] == values


@pytest.mark.postgres
@pytest.mark.django_db
def test_every_kind_of_value_survives_the_way_into_an_array() -> None:
    at = datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=UTC)
    columns: dict[str, list[Any]] = {
        "timestamptz": [at, None, at + timedelta(days=1)],
        "numeric(14,4)": [Decimal("0.0001"), Decimal("9999999999.9999"), None],
        "boolean": [True, False, None],
        "bigint": [2**62, -1, None],
    }
    for kind, values in columns.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT %s::{kind}[]", [flush._array(values)])
            assert cursor.fetchone()[0] == values


@pytest.mark.postgres
@pytest.mark.django_db
@settings(max_examples=300, deadline=None)
@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))
def test_any_instant_is_read_back_to_the_microsecond_in_utc(naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [at])
        found = cursor.fetchone()[0]
    assert (found, found.utcoffset()) == (at, timedelta())
