"""The one way in which anything about a case is changed: by a page for one, by the sweep for a thousand.

A batch locks cases, lets transition methods run on them in memory, gathers what they write (states, events,
clocks, and whatever rows follow) and flushes all of it set-wise at its end, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self, TypeVar

from django.db import models, transaction

from core import clock, flush, references
from core.actors import Actor
from core.clocks import Clocks
from core.models import (
    OPEN_DEADLINES,
    Case,
    Deadline,
    Event,
    PolicyVersion,
    Storefront,
)
from core.models.case import deadlines_of
from core.transitions import why_not

C = TypeVar("C", bound=Case)
R = TypeVar("R", bound=models.Model)
Key = tuple[type[models.Model], Any]


class SpoiltBatch(Exception):
    """A failed part shared a row with another part: run the batch again without the failed one."""


class Batch(Clocks):
    """A unit of work. Use as a context manager; leaving it without an error writes everything at once."""

    def __init__(self) -> None:
        self._cases: dict[Key, Case] = {}
        self._added: list[models.Model] = []
        self._touched: dict[Key, tuple[models.Model, dict[str, Any], int | None]] = {}
        self._part: dict[Key, int] = {}
        self._parts = 0
        self._shared = False
        self._spoilt: set[Key] = set()
        self._now: datetime | None = None
        self._calendars: dict[int, Any] = {}
        self._policies: dict[int, PolicyVersion] = {}
        self._references: dict[Any, list[str]] = {}
        self._drawn: dict[Any, int] = {}
        self._given: set[str] = set()

    def __enter__(self) -> Self:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            if kind is None:
                self.flush()
        except BaseException as failure:
            self._atomic.__exit__(type(failure), failure, failure.__traceback__)
            raise
        self._atomic.__exit__(kind, error, trace)

    @property
    def now(self) -> datetime:
        """The database's time, read after the newest lock was held."""
        if self._now is None:
            self._now = clock.now()
        return self._now

    # ---- reading under lock

    def lock(self, model: type[C], pks: Iterable[Any]) -> list[C]:
        """Lock cases by key, sorted, with their open clocks. A case locked before is the same object again.

        Lock the higher app's cases first (disputes before orders): that order rules deadlocks out.
        """
        wanted = sorted(set(pks))
        missing = [pk for pk in wanted if (model, pk) not in self._cases]
        if missing:
            rows = (
                model._default_manager.filter(pk__among=missing)
                .order_by("pk")
                .select_for_update(of=("self",), no_key=True)
            )
            self.adopt(list(rows))
        return [self._cases[(model, pk)] for pk in wanted if (model, pk) in self._cases]  # type: ignore[misc]

    def adopt(self, cases: list[C]) -> list[C]:
        """Take in cases that the caller has locked in this transaction, and read their clocks and the time."""
        if not cases:
            return cases
        by_pk: dict[Any, list[Deadline]] = {case.pk: [] for case in cases}
        related = deadlines_of(type(cases[0]))
        for deadline in related._default_manager.filter(
            case_id__among=list(by_pk), state__in=OPEN_DEADLINES
        ).order_by("due_at"):
            by_pk[deadline.case_id].append(deadline)
        for case in cases:
            case.clocks = by_pk[case.pk]
            self._cases[(type(case), case.pk)] = case
        self._now = clock.now()
        for known in self._cases.values():
            known.now = self._now
        return cases

    # ---- what a case does

    def transition(
        self,
        case: Case,
        name: str,
        actor: Actor,
        *,
        reason: str = "",
        data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Event:
        """Run one transition method under its guards and write its event.

        Raises `CaseChanged` (not from this state), `NotAllowed`, or the refusal of the first condition that
        does not hold (`TimeIsUp` above all). `kwargs` go to the method.
        """
        if (refusal := why_not(case, name, actor)) is not None:
            raise refusal
        method, before = getattr(case, name), case.state
        rule = method._django_fsm.get_transition(before)
        self._touch(case)
        method(**kwargs)
        return self._event(case, rule.custom.get("event", name), name, before, actor, reason, data)

    def record(
        self,
        case: Case,
        name: str,
        actor: Actor,
        *,
        reason: str = "",
        data: dict[str, Any] | None = None,
    ) -> Event:
        """Write an event that changes no state."""
        self._touch(case)
        return self._event(case, name, "", case.state, actor, reason, data)

    def open_case(
        self,
        case: C,
        actor: Actor,
        name: str = "opened",
        *,
        reason: str = "",
        data: dict[str, Any] | None = None,
    ) -> Event:
        """Insert a new case with its first event, under the storefront's current policy unless it has one."""
        case.created_at = case.changed_at = case.now = self.now
        case.reference = case.reference or self.reference(type(case))
        if case.policy_version_id is None:
            case.policy_version = self._policy(case.storefront)
        case.clocks = []
        self._added.append(case)
        return self._event(case, name, "", "", actor, reason, data)

    def _event(
        self,
        case: Case,
        name: str,
        verb: str,
        before: str,
        actor: Actor,
        reason: str,
        data: dict[str, Any] | None,
    ) -> Event:
        case.version += 1
        event = Event(
            subject=case.reference,
            seq=case.version,
            name=name,
            transition=verb,
            from_state=str(before),
            to_state=str(case.state),
            actor_kind=actor.kind.value,
            actor_id=actor.user_id,
            actor_why=actor.why[:120],
            at=self.now,
            reason=reason,
            data=data or {},
            previous=case.audit_head,
        )
        event.seal()
        case.audit_head, case.changed_at = event.hash, self.now
        self._added.append(event)
        return event

    # ---- rows

    def add(self, row: R) -> R:
        """Insert a row at the end of the batch. It may point to rows that were added before it."""
        self._added.append(row)
        return row

    def change(self, row: models.Model, **values: Any) -> None:
        """Change fields of a row that is no case. The row must hang on a case that this batch has locked."""
        self._touch(row)
        for name, value in values.items():
            setattr(row, name, value)

    # ---- writing

    def _touch(self, row: models.Model) -> None:
        if row._state.adding:
            return
        key = (type(row), row.pk)
        if key in self._spoilt:
            raise SpoiltBatch
        if key in self._touched:
            self._shared = self._shared or self._part[key] != self._parts
            return
        self._part[key] = self._parts
        guard = row.version if isinstance(row, Case) else None
        self._touched[key] = (row, row.__dict__.copy(), guard)

    @contextmanager
    def part(self) -> Iterator[None]:
        """One case's share of a batch: where it raises, what it wanted to write is dropped and the rest goes on."""
        added = len(self._added)
        self._parts, self._shared = self._parts + 1, False
        try:
            yield
        except Exception as error:
            if self._shared:
                raise SpoiltBatch from error
            del self._added[added:]
            for key in [key for key, part in self._part.items() if part == self._parts]:
                del self._touched[key]
                self._spoilt.add(key)
            raise

    def flush(self) -> None:
        """Write everything gathered so far: rows first, then changes, each guarded by its version."""
        added, self._added = self._added, []
        touched, self._touched = self._touched, {}
        for row in added:
            if isinstance(row, Case):
                row.mirror()
        for row, _before, guard in touched.values():
            if guard is not None:
                row.mirror()  # type: ignore[attr-defined]
        if added:
            flush.insert(added)
        flush.update(
            (row, flush.changed(row, before), guard) for row, before, guard in touched.values()
        )

    def reference(self, model: Any) -> str:
        """A free reference for a new row, drawn in growing blocks: a thousand ask the database a few times."""
        pool = self._references.setdefault(model, [])
        if not pool:
            self._drawn[model] = min(self._drawn.get(model, 0) * 8 or 1, 512)
            known = model._default_manager.filter
            pool += references.fresh(
                model.REFERENCE_PREFIX,
                self._drawn[model],
                lambda drawn: {
                    *known(reference__in=drawn).values_list("reference", flat=True),
                    *self._given.intersection(drawn),
                },
            )
        self._given.add(pool[-1])
        return pool.pop()

    def _policy(self, storefront: Storefront) -> PolicyVersion:
        if storefront.pk not in self._policies:
            self._policies[storefront.pk] = storefront.current_policy()
        return self._policies[storefront.pk]
