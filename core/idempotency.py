"""One effect for a form that arrives twice: double click, back button, retry after a lost answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction

from core.models import DoneOnce


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
