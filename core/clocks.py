"""Clocks of a case inside a batch: started, met, stopped, moved; written with everything else at its end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

from core.models import OPEN_DEADLINES, Case, Deadline, DeadlineState, Storefront
from core.models.case import deadlines_of
from core.models.deadline import MICROSECOND


class Clocks(ABC):
    """The part of `core.batch.Batch` that keeps clocks."""

    _added: list[models.Model]
    _calendars: dict[int, Any]

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The database's time, read after the newest lock was held."""

    @abstractmethod
    def change(self, row: models.Model, **values: Any) -> None:
        """Change fields of a row that is no case."""

    @abstractmethod
    def _touch(self, row: models.Model) -> None:
        """Remember how the row was before it is changed."""

    def schedule(
        self,
        case: Case,
        kind: str,
        *,
        due: datetime,
        rule: str,
        steps: list[dict[str, Any]],
        started: datetime | None = None,
        about: str = "",
        calendar: str = "elapsed",
    ) -> Deadline:
        """Start a clock. `steps` is the sum that the page shows under "Why this date?"."""
        model = deadlines_of(type(case))
        begun = started or self.now
        deadline: Deadline = model(
            case=case,
            kind=kind,
            about=about,
            started_at=begun,
            due_at=due,
            explanation={
                "rule": rule,
                "policy": case.policy.number,
                "calendar": calendar,
                "started": begun.isoformat(),
                "due": due.isoformat(),
                "steps": steps,
            },
        )
        deadline.remind_at = (
            deadline.next_reminder(self.now) if (model, kind) in self._reminded() else None
        )
        assert case.clocks is not None
        case.clocks.append(deadline)
        self._added.append(deadline)
        self._touch(case)
        return deadline

    def schedule_days(
        self,
        case: Case,
        kind: str,
        setting: str,
        *,
        started: datetime | None = None,
        about: str = "",
        after: Deadline | None = None,
    ) -> Deadline:
        """Start a clock of so many days of 24 hours, as the case's own policy says.

        `after` is a clock with the same start that this one takes over from: what it was moved by (pauses,
        an outage) moves this one too, and its steps say why.
        """
        days = case.policy.days(setting)
        begun = (started or self.now).astimezone(UTC)  # elsewhere a day may have 23 hours
        steps: list[dict[str, Any]] = [{"kind": "add_days", "days": days}]
        moved = timedelta()
        if after is not None:
            first, *others = after.explanation["steps"]
            moved = after.due_at - begun - timedelta(days=first["days"])
            steps += others
        return self.schedule(
            case,
            kind,
            due=begun + timedelta(days=days) + moved,
            started=begun,
            rule=setting,
            steps=steps,
            about=about,
        )

    def schedule_working_days(
        self, case: Case, kind: str, setting: str, *, about: str = ""
    ) -> Deadline:
        """Start a clock of so many working days in the storefront's calendar."""
        span = self.calendar(case.storefront_id).add_working_days(
            self.now, case.policy.days(setting)
        )
        return self.schedule(
            case,
            kind,
            due=span.due,
            rule=setting,
            steps=span.steps,
            about=about,
            calendar="working",
        )

    def calendar(self, storefront_id: int) -> Any:
        """The storefront's working-day calendar, read once a batch."""
        if storefront_id not in self._calendars:
            self._calendars[storefront_id] = Storefront.objects.get(pk=storefront_id).calendar()
        return self._calendars[storefront_id]

    def end_deadlines(self, case: Case, state: str, *kinds: str, about: str | None = None) -> None:
        """End open clocks of these kinds (of all kinds where none is named) as met or cancelled."""
        for deadline in case.known_clocks:
            if deadline.state not in OPEN_DEADLINES or (kinds and deadline.kind not in kinds):
                continue
            if about is None or deadline.about == about:
                self.change(
                    deadline,
                    state=state,
                    left_us=None,
                    remind_at=None,
                    retry_at=None,
                    ended_at=self.now,
                )
        self._touch(case)

    def pause(self, case: Case, *kinds: str, why: str) -> list[Deadline]:
        """Stop clocks; what is left is kept to the microsecond. A clock that has passed is not paused."""
        stopped = []
        for deadline in case.open_deadlines:
            if (
                deadline.state == DeadlineState.PENDING
                and (not kinds or deadline.kind in kinds)
                and not deadline.passed(self.now)
            ):
                steps = [
                    *deadline.explanation["steps"],
                    {"kind": "paused", "from": self.now.isoformat(), "to": None, "why": why},
                ]
                self.change(
                    deadline,
                    state=DeadlineState.PAUSED,
                    left_us=(deadline.due_at - self.now) // MICROSECOND,
                    remind_at=None,
                    explanation={**deadline.explanation, "steps": steps},
                )
                stopped.append(deadline)
        self._touch(case)
        return stopped

    def resume(self, case: Case, *kinds: str) -> None:
        """Let stopped clocks go on with exactly what was left."""
        for deadline in case.open_deadlines:
            if deadline.state == DeadlineState.PAUSED and (not kinds or deadline.kind in kinds):
                assert deadline.left_us is not None
                due = self.now + deadline.left_us * MICROSECOND
                steps = [dict(step) for step in deadline.explanation["steps"]]
                _standing(steps)["to"] = self.now.isoformat()
                self.change(
                    deadline,
                    state=DeadlineState.PENDING,
                    due_at=due,
                    left_us=None,
                    explanation={**deadline.explanation, "steps": steps, "due": due.isoformat()},
                )
                if (type(deadline), deadline.kind) in self._reminded():
                    deadline.remind_at = deadline.next_reminder(self.now)
        self._touch(case)

    def move_due(
        self, case: Case, deadline: Deadline, due: datetime, step: dict[str, Any] | None = None
    ) -> None:
        """Give a running or stopped clock another end; the step says why, where the sum does not yet."""
        shift = due - deadline.due_at
        values: dict[str, Any] = {"due_at": due}
        if deadline.left_us is not None:
            values["left_us"] = deadline.left_us + shift // MICROSECOND
        steps = [*deadline.explanation["steps"], *([step] if step else [])]
        self.change(
            deadline,
            **values,
            explanation={**deadline.explanation, "steps": steps, "due": due.isoformat()},
        )
        self._touch(case)

    @staticmethod
    def _reminded() -> Any:
        from core import deadlines

        return deadlines.reminders


def _standing(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The pause that still lasts: not the last step of all, where a stopped clock was moved meanwhile."""
    return next(step for step in reversed(steps) if step["kind"] == "paused" and step["to"] is None)
