"""The fast JSON is Django's JSON: hashes of events that an older version wrote still hold."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from core import json_text
from disputes.states import DisputeState

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False)
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.uuids()
    | st.timedeltas()
    | st.sampled_from(DisputeState)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(VALUES)
def test_the_canonical_text_is_the_one_of_djangos_encoder(value: Any) -> None:
    slow = DjangoJSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert json_text.canonical(value) == slow.encode(value).encode("utf-8", "surrogatepass")


@given(VALUES)
def test_what_is_written_reads_back_as_from_djangos_encoder(value: Any) -> None:
    theirs = json.loads(DjangoJSONEncoder().encode(value))
    assert json.loads(json_text.write(value)) == theirs
    assert json_text.as_read_back(value) == theirs


@pytest.mark.parametrize(
    "value",
    [
        {3: "a number as key", None: 2, True: 3},
        {DisputeState.DECIDED: "a word as key"},
        {"beyond 64 bits": 2**70},
        {"half a pair": "\ud800"},
        {"lazy": gettext_lazy("Waiting for the seller")},
        (1, Decimal("1.10"), datetime(2026, 3, 2, 12, 0, 0, 123456, UTC), date(2026, 3, 2)),
        [uuid.UUID(int=7), timedelta(days=2), 0.1, -0.0],
    ],
)
def test_what_the_fast_writer_does_not_take_python_writes(value: Any) -> None:
    theirs = json.loads(DjangoJSONEncoder().encode(value))
    assert json.loads(json_text.write(value)) == theirs
    assert json_text.as_read_back(value) == theirs


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        json_text.write(object())
