"""Many cases in one batch: whatever one of them breaks, the others are written, and the bad one is handed back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError

from core import shares
from core.actors import SYSTEM
from core.batch import Batch
from tests.kernel.makers import errands
from tests.toy.models import Errand

pytestmark = pytest.mark.django_db


def note(batch: Batch, errand: Errand, count: list[int]) -> None:
    count.append(errand.pk)
    if errand.poison:
        raise ValueError("this errand is poison")
    batch.record(errand, "noted", SYSTEM)


def dealt(keys: list[int], act: Any = note) -> list[shares.Share[list[int]]]:
    return list(shares.deal(shares.all_of(Errand), act, list, keys))


def noted() -> list[int]:
    return list(Errand.objects.filter(version=2).order_by("pk").values_list("pk", flat=True))


def test_one_that_raises_is_handed_back_with_its_trace_and_the_rest_is_one_share(
    frozen: datetime,
) -> None:
    good = [errand.pk for errand in errands(3)]
    (bad,) = errands(1, poison=True)

    (share,) = dealt([*good, bad.pk])

    assert noted() == good
    ((case, trace),) = share.poison
    assert (case.pk, "this errand is poison" in trace) == (bad.pk, True)


@pytest.mark.parametrize("place", range(5))
def test_what_cannot_be_loaded_is_found_by_halving(
    frozen: datetime, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    keys = [errand.pk for errand in errands(5)]

    def load(batch: Batch, cases: list[Any]) -> None:
        if keys[place] in [case.pk for case in cases]:
            raise DatabaseError("a broken row beside it")

    loaders: dict[Any, Any] = shares.loaders
    monkeypatch.setitem(loaders, Errand, load)
    found = dealt(keys)

    good = [pk for n, pk in enumerate(keys) if n != place]
    assert noted() == good
    assert sorted(pk for share in found for pk in share.count) == good
    assert [case.pk for share in found for case, _trace in share.poison] == [keys[place]]


def test_a_row_that_two_cases_share_spoils_neither_of_them(frozen: datetime) -> None:
    first, *rest = (errand.pk for errand in errands(4))

    def shared(batch: Batch, errand: Errand, count: list[int]) -> None:
        (known,) = batch.lock(Errand, [first])
        batch.change(known, note="seen")
        note(batch, errand, count)

    Errand.objects.filter(pk=rest[1]).update(poison=True)
    found = dealt([first, *rest], shared)

    assert noted() == [first, rest[0], rest[2]]
    assert [case.pk for share in found for case, _trace in share.poison] == [rest[1]]


def test_where_nothing_could_be_locked_there_is_no_case_to_blame(frozen: datetime) -> None:
    def take(batch: Batch, keys: list[Any] | None) -> list[Any]:
        raise DatabaseError("the server is away")

    with pytest.raises(DatabaseError):
        list(shares.deal(take, note, list, [errands(1)[0].pk]))
