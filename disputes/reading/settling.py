"""What a settlement's date means beside the day on which its refund is expected."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.templatetags import timewords


def last_day(expected: datetime) -> str:
    """The day by which a refund is promised: one that ends at midnight is the day before it."""
    return timewords.moment(expected - timedelta(microseconds=1), "day")


def too_early(expected: datetime | None, by: datetime) -> str:
    """A warning where the refund is promised for a day after the settlement's own; else nothing."""
    if expected is None or expected <= by:
        return ""
    return _(
        "The refund to the card is expected by %(day)s, which is after that moment: the dispute may go on"
        " although the money is on its way."
    ) % {"day": last_day(expected)}
