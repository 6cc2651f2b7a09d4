"""Reading notices: each person their own."""

from __future__ import annotations

from typing import Any

from django.db.models import Min, QuerySet
from django.shortcuts import get_object_or_404

from core import clock
from notifications.models import Notice, Preference
from notifications.states import OPEN, Group, MailState

MOST_COUNTED = 100


def notices_of(user: Any) -> QuerySet[Notice]:
    """The person's notices, the newest first."""
    return Notice.objects.filter(recipient_id=user.pk).order_by("-pk")


def get_notice(user: Any, notice_id: int) -> Notice:
    """One of the person's notices; 404 for anybody else's."""
    return get_object_or_404(Notice, pk=notice_id, recipient_id=user.pk)


def unread_count(user: Any) -> int:
    """How many the person has not read, counted up to 100: cheap on every page."""
    if not user.is_authenticated:
        return 0
    unread = Notice.objects.filter(recipient_id=user.pk, read_at=None).order_by()
    return len(unread.values_list("pk", flat=True)[:MOST_COUNTED])


def wanted_groups(user: Any) -> list[str]:
    """The groups of which the person wants mails."""
    off = set(Preference.objects.filter(user_id=user.pk).values_list("group", flat=True))
    return [group for group in Group.values if group not in off]


def outbox() -> dict[str, Any]:
    """For the health page: mails due, set aside, and the age in seconds of the oldest that is due."""
    now = clock.now()
    due = Notice.objects.filter(mail_state__in=sorted(OPEN), send_after__lte=now).order_by()
    oldest = due.aggregate(first=Min("send_after"))["first"]
    return {
        "due": due.count(),
        "set_aside": Notice.objects.filter(mail_state=MailState.FAILED).count(),
        "oldest_seconds": (now - oldest).total_seconds() if oldest else 0.0,
    }
