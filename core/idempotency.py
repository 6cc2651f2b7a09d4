"""One effect for a form that arrives twice: double click, back button, retry after a lost answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from core.models import DoneOnce

REMEMBERED = timedelta(days=8)
"""Longer than a session lasts, and so than any form that can still be sent."""
AT_ONCE = 5_000


def once(scope: str, key: str, act: Callable[[], str]) -> str:
    """Run `act` at most once per (scope, key) and return its result, for repeats the stored one.

    Two requests at the same moment: the second waits for the first's transaction on the unique row. Where
    `act` raises, nothing is kept and the same form may be sent again. An empty key means no protection.
    """
    if not key:
        return act()
    done = DoneOnce.objects.filter(scope=scope, key=key).first()
    if done is not None:
        return done.result
    try:
        with transaction.atomic():
            done = DoneOnce(scope=scope, key=key[:64])
            done.save(force_insert=True)
            done.result = act()
            done.save(update_fields=["result"])
            return done.result
    except IntegrityError:
        earlier = DoneOnce.objects.filter(scope=scope, key=key).first()
        if earlier is None:
            raise
        return earlier.result


def forget() -> int:
    """Drop the keys of forms that nobody can send any more; how many. Safe to run at any time and twice."""
    dropped = 0
    old = DoneOnce.objects.filter(created_at__lt=Now() - REMEMBERED).order_by("created_at")
    while pks := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        dropped += DoneOnce.objects.filter(pk__in=pks).delete()[0]
    return dropped
