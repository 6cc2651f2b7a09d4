"""What random runs have in common: what they begin with, made once, and when all that must hold is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from core import clock
from tests.faults.invariants import invariants
from tests.tables import Rows, added, emptied, last_transaction, put_back, saved, written

P = TypeVar("P")
T = TypeVar("T")


class Beginning(Generic[P, T]):
    """Some people, and the rows of each of the things that runs may begin with."""

    def __init__(
        self, now: datetime, people: Callable[[], P], things: Sequence[Callable[[], T]]
    ) -> None:
        with clock.freeze(now):
            self.people = people()
            self._rows = known = saved()
            self.things: list[tuple[T, Rows]] = []
            for make in things:
                thing, rows = make(), saved()
                self.things.append((thing, added(known, rows)))
                known = rows
        emptied()

    def again(self, chosen: Sequence[tuple[T, Rows]]) -> list[T]:
        """Put the people and the chosen things into an empty database."""
        put_back(self._rows, *(rows for _thing, rows in chosen))
        return [thing for thing, _rows in chosen]


class Lookout:
    """Looks at the invariants where a row was written or time has passed: what was refused did neither."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._at: datetime | None = None
        self._last = 0
        self._rows: set[Any] = set()

    def look(self, at: datetime) -> None:
        if (at, last := last_transaction()) == (self._at, self._last):
            return
        rows = set(written())
        tables = None if at != self._at else {name for name, *_ in rows - self._rows}
        if tables is None or tables:
            self._holds(swept=False, at=at, written=tables)
        self._at, self._last, self._rows = at, last, rows

    def look_at_the_end(self, at: datetime) -> None:
        """All of them, with nothing left that is due."""
        self._holds(at=at)

    def _holds(self, **how: Any) -> None:
        try:
            invariants(**how)
        except AssertionError as fault:
            raise AssertionError(f"{self.name}: {fault}") from fault
