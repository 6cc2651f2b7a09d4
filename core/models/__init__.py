"""Rows that every case stands on."""

from core.models.case import Case
from core.models.deadline import OPEN_DEADLINES, RUNNING_DEADLINES, Deadline, DeadlineState
from core.models.event import Event
from core.models.idempotency import DoneOnce
from core.models.outage import Outage
from core.models.storefront import ClosingDay, DemoClock, PolicyVersion, Storefront
from core.models.watching import Alarm, Pulse, Tally

__all__ = [
    "OPEN_DEADLINES",
    "RUNNING_DEADLINES",
    "Alarm",
    "Case",
    "ClosingDay",
    "Deadline",
    "DeadlineState",
    "DemoClock",
    "DoneOnce",
    "Event",
    "Outage",
    "PolicyVersion",
    "Pulse",
    "Storefront",
    "Tally",
]
