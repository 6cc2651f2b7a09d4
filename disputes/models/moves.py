"""How a legal move of a dispute is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from core.fsm import transition

Move = TypeVar("Move", bound=Callable[..., Any])


def moves(
    event: str, source: Any, target: Any, conditions: list[Any], permission: Any
) -> Callable[[Move], Move]:
    """A legal move and the past-tense name of the event that it writes."""
    return transition(
        "state",
        source,
        target,
        conditions=conditions,
        permission=permission,
        custom={"event": event},
    )
