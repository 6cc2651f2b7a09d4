"""Forms with files take effect once too, although storing a file must not happen inside a transaction.

The key of the form is claimed before and settled after. A try that failed frees it; one that died (a killed
worker) holds it for a while. A repeat is told that all is well only where the first try was settled:
nothing that was not stored is ever called stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core import web
from core.models import DoneOnce

FIRST, STORED, BUSY = "first", "stored", "busy"
LEASE = timedelta(minutes=2)


class Sending:
    """One arrival of a form. `state`: first (do it), stored (it was done), busy (another try is at it)."""

    def __init__(self, state: str) -> None:
        self.state, self.empty = state, False

    @property
    def is_first(self) -> bool:
        return self.state == FIRST

    @property
    def is_busy(self) -> bool:
        return self.state == BUSY


@contextmanager
def sending(request: HttpRequest) -> Iterator[Sending]:
    """Claim the form's key for the block. Set `empty` where nothing was stored, so that it may come again."""
    scope, key = web.scope_of(request), web.form_key(request)
    marks = DoneOnce.objects.filter(scope=scope, key=key)
    arrival = Sending(_claim(scope, key, marks) if key else FIRST)
    if not (arrival.is_first and key):
        yield arrival
        return
    try:
        yield arrival
    except BaseException:
        marks.delete()
        raise
    if arrival.empty:
        marks.delete()
    else:
        marks.update(result=STORED)


def _claim(scope: str, key: str, marks: QuerySet[DoneOnce]) -> str:
    mark, made = DoneOnce.objects.get_or_create(scope=scope, key=key, defaults={"result": BUSY})
    if made or mark.result == STORED:
        return FIRST if made else STORED
    now = timezone.now()  # the machine's time: a lease, never a deadline
    left = marks.filter(result=BUSY, created_at__lt=now - LEASE)
    return FIRST if left.update(created_at=now) else BUSY
