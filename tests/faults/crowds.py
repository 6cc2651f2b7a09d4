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


MOVED = """
    WITH moved AS (
        UPDATE disputes_disputedeadline SET due_at = due_at + interval '{by} day', remind_at = NULL WHERE id IN (
            SELECT id FROM disputes_disputedeadline WHERE kind = 'seller_answer' AND state = 'pending'
            AND {which}) RETURNING case_id, due_at)
    UPDATE disputes_dispute c SET next_due_at = moved.due_at FROM moved WHERE moved.case_id = c.id"""
PUT_OFF = MOVED.format(by=1, which="true")
"""Sellers who have not answered yet get a day more."""


def run_out(count: int) -> str:
    """The statement by which so many of them lose it again, while workers are at work."""
    later = "due_at > clock_timestamp() ORDER BY id LIMIT"
    return MOVED.format(by=-1, which=f"{later} {count}")
