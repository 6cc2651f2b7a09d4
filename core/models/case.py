"""What every case has: a reference, a policy, one state, a chain of events and clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from core.fsm import StateModel
from core.models.deadline import OPEN_DEADLINES, RUNNING_DEADLINES, Deadline, DeadlineState
from core.models.event import GENESIS
from core.models.storefront import PolicyVersion, Storefront, policy_version


def deadlines_of(model: type[Case]) -> Any:
    """The table of a case's clocks."""
    meta: Any = model._meta
    return meta.get_field("deadlines").related_model


def case_of(model: type[Any]) -> type[Case]:
    """The cases to which a table of clocks belongs."""
    meta: Any = model._meta
    case: type[Case] = meta.get_field("case").related_model
    return case


class Case(StateModel):
    """A thing that people are waiting on. Subclasses declare `state` and their transitions.

    `version` is the number of events and guards every update; `audit_head` is the hash of the last one;
    `next_due_at` mirrors the earliest running clock, so that queues sort without a join.
    `now` and `clocks` live in memory: a batch sets them under the row lock, a page through `cases.present`.
    """

    REFERENCE_PREFIX: ClassVar[str] = ""
    deadlines: Any
    state: Any
    storefront_id: int
    policy_version_id: int | None

    reference = models.CharField(max_length=24, unique=True, editable=False)
    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="+")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0, editable=False)
    audit_head = models.CharField(max_length=64, default=GENESIS, editable=False)
    next_due_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    changed_at = models.DateTimeField(editable=False)

    now: datetime | None = None
    clocks: list[Deadline] | None = None

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference

    @property
    def policy(self) -> PolicyVersion:
        """The rules under which this case was opened and is judged."""
        assert self.policy_version_id is not None
        return policy_version(self.policy_version_id)

    @property
    def open_deadlines(self) -> list[Deadline]:
        """Clocks that run, stand still or wait for a retry; the earliest first."""
        found = [d for d in self.known_clocks if d.state in OPEN_DEADLINES]
        if len(found) > 1:
            found.sort(key=lambda d: d.due_at)
        return found

    @property
    def known_clocks(self) -> list[Deadline]:
        """All clocks that were read, those that ended in this batch among them. A sweep asks for them often."""
        if self.clocks is None:
            raise RuntimeError(
                f"{self.reference} was read without its clocks: use a Batch or cases.present"
            )
        return self.clocks

    def mirror(self) -> None:
        """Keep on the row what lists read of its clocks. A batch calls this of each case that it is about to write."""
        earliest = None
        for clock in self.known_clocks:
            if clock.state in RUNNING_DEADLINES and (earliest is None or clock.due_at < earliest):
                earliest = clock.due_at
        self.next_due_at = earliest

    def deadline(self, kind: str, about: str = "") -> Deadline | None:
        """The open clock of a kind, if there is one."""
        for clock in self.known_clocks:
            if clock.kind == kind and clock.about == about and clock.state in OPEN_DEADLINES:
                return clock
        return None

    def in_time(self, kind: str) -> bool:
        """False once an open clock of that kind has passed."""
        return not any(
            d.kind == kind and d.state in OPEN_DEADLINES and d.passed(self._instant())
            for d in self.known_clocks
        )

    def time_is_up(self, kind: str) -> bool:
        """True where a clock of that kind has passed, also while the sweep is enforcing it."""
        due = {DeadlineState.PENDING, DeadlineState.FAILED, DeadlineState.ENFORCED}
        return any(
            d.kind == kind and d.state in due and d.passed(self._instant())
            for d in self.clocks or ()
        )

    def _instant(self) -> datetime:
        if self.now is None:
            raise RuntimeError(
                f"{self.reference} was read without the time: use a Batch or cases.present"
            )
        return self.now
