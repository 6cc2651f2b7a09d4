"""Many cases in one batch, of which one that fails costs nobody else.

Each case has its part: a part that raises is dropped, and the others are written. Where the database refuses the
whole, halves are tried until the one bad case stands alone. Enforcing deadlines, counting dates again and giving
back an outage's time all work in this way; what becomes of the bad ones is theirs to say.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import DatabaseError

from core.batch import Batch, SpoiltBatch
from core.errors import CaseChanged
from core.models import Case

T = TypeVar("T")
Take = Callable[[Batch, list[Any] | None], list[Any]]
Loader = Callable[[Batch, list[Any]], None]

loaders: dict[type[Case], Loader] = {}


def loads(model: type[Case]) -> Callable[[Loader], Loader]:
    """Register what a case needs beside it: `loader(batch, cases)` locks and attaches it in bulk."""

    def register(loader: Loader) -> Loader:
        loaders[model] = loader
        return loader

    return register


def load(batch: Batch, cases: list[Any]) -> list[Any]:
    """Attach to locked cases of one kind what their app registered."""
    if cases and type(cases[0]) in loaders:
        loaders[type(cases[0])](batch, cases)
    return cases


def all_of(model: type[Case]) -> Take:
    """Locks all cases of the keys, and waits for those that somebody else holds."""
    return lambda batch, keys: batch.lock(model, keys or ())


def free_of(model: type[Case]) -> Take:
    """Locks those cases of the keys that nobody else holds."""

    def take(batch: Batch, keys: list[Any] | None) -> list[Any]:
        rows = model._default_manager.filter(pk__among=list(keys or ())).order_by("pk")
        return batch.adopt(
            list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True))
        )

    return take


@dataclass
class Share(Generic[T]):
    """Cases that were written in one transaction. Of those in `poison`, each with its trace, nothing was."""

    count: T
    cases: list[Any] = field(default_factory=list)
    poison: list[tuple[Any, str]] = field(default_factory=list)


def deal(
    take: Take,
    act: Callable[[Batch, Any, T], None],
    count: Callable[[], T],
    keys: list[Any] | None = None,
) -> Iterator[Share[T]]:
    """Do the work of many cases; yields each share once it is written, outside of any transaction.

    `take(batch, keys)` locks the cases of these keys, or what it finds where there are none; what it raises goes
    up, for there is no case to blame yet. `act(batch, case, count)` does the work of one and adds to the share's
    `count()`, which is begun anew with each try.
    """
    todo = [keys]
    while todo:
        share: Share[T] = Share(count())
        wanted = todo.pop()
        try:
            with Batch() as batch:
                share.cases = take(batch, wanted)
                load(batch, share.cases)
                for case in share.cases:
                    try:
                        with batch.part():
                            act(batch, case, share.count)
                    except SpoiltBatch:
                        raise
                    except Exception:
                        share.poison.append((case, traceback.format_exc()))
        except (DatabaseError, SpoiltBatch, CaseChanged):
            found = share.cases
            if not found:
                raise
            if len(found) > 1:
                middle = len(found) // 2
                todo += [[case.pk for case in half] for half in (found[middle:], found[:middle])]
                continue
            share = Share(count(), found, [(found[0], traceback.format_exc())])
        yield share
