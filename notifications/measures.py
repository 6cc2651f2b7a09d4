"""Figures of the outbox for the monitoring."""

from __future__ import annotations

from core.watch import measured
from notifications import selectors


@measured("outbox_age_seconds", "Age of the oldest mail that is due and was not sent.")
def outbox_age() -> float:
    return float(selectors.outbox()["oldest_seconds"])


@measured("mails", "Mails that are due, and those that were set aside.", "state")
def mails() -> dict[str, float]:
    outbox = selectors.outbox()
    return {"due": outbox["due"], "set_aside": outbox["set_aside"]}
