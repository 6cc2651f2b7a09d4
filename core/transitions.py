"""Conditions that read the clock, and the list of what somebody may do now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.actors import Actor
from core.errors import CaseChanged, NotAllowed, NotDue, Refused, TimeIsUp

Condition = Callable[[Any], bool]


def in_time(kind: str, message: Any = None) -> Condition:
    """The transition is open only while that deadline has not passed: at `due_at` itself it has.

    A paused or absent deadline forbids nothing.
    """

    def condition(case: Any) -> bool:
        return bool(case.in_time(kind))

    condition.refusal = lambda: TimeIsUp(message)  # type: ignore[attr-defined]
    condition.__name__ = f"in_time_{kind}"
    return condition


def time_is_up(kind: str) -> Condition:
    """The transition belongs to the clock: it is open only once that deadline has passed."""

    def condition(case: Any) -> bool:
        return bool(case.time_is_up(kind))

    condition.refusal = NotDue  # type: ignore[attr-defined]
    condition.__name__ = f"time_is_up_{kind}"
    return condition


def needs(test: Condition, message: Any) -> Condition:
    """A condition on the case's own data, with the sentence that is said when it does not hold."""

    def condition(case: Any) -> bool:
        return test(case)

    condition.refusal = lambda: Refused(message)  # type: ignore[attr-defined]
    condition.__name__ = getattr(test, "__name__", "needs")
    return condition


def refusal_of(condition: Condition) -> Refused | None:
    """The refusal that belongs to a condition, where it names one."""
    make = getattr(condition, "refusal", None)
    return make() if make else None


def allowed(case: Any, actor: Actor) -> list[str]:
    """Names of the transitions that this actor could run on this case at this moment.

    Pages show exactly these; the batch asks again under the row lock.
    """
    return sorted(t.name for t in case.get_available_user_state_transitions(actor))


def why_not(case: Any, name: str, actor: Actor) -> Refused | None:
    """Why this actor cannot run that transition on this case at this moment; None where it is open.

    `CaseChanged` where it does not start from this state, `NotAllowed`, or the refusal of the first
    condition that does not hold. The batch asks the same question under the row lock.
    """
    meta = getattr(case, name)._django_fsm
    if not meta.has_transition(case.state):
        return CaseChanged()
    rule = meta.get_transition(case.state)
    if not rule.has_perm(case, actor):
        return NotAllowed()
    failed = next((test for test in rule.conditions if not test(case)), None)
    return None if failed is None else refusal_of(failed) or CaseChanged()


def graph(model: Any) -> list[tuple[str, str, str]]:
    """Every (source, transition, target) of a machine; a target equal to its source changes nothing."""
    field = model._meta.get_field("state")
    edges = set()
    for t in field.get_all_transitions(model):
        sources = [value for value, _ in field.choices] if t.source in {"*", "+"} else [t.source]
        targets = getattr(t.target, "allowed_states", None) or [t.target]
        for source in sources:
            for target in targets:
                edges.add((str(source), t.name, str(source if target is None else target)))
    return sorted(edges)
