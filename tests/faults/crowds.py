"""Thousands of cases in seconds."""

from __future__ import annotations

from bench import copies, stories
from tests.tables import may_lift_triggers


def crowd(size: int, stage: str = "silent") -> None:
    """So many cases, most of them copies of a hundred. Only where no worker writes meanwhile."""
    if may_lift_triggers():
        copies.make(size, stage, most=100)
    else:
        stories.tell(size, stage)
