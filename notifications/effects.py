"""Telling people: rows that are written together with the event that they tell of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.batch import Batch
from core.models import Event
from notifications import kinds
from notifications.models import Notice


def notify(
    batch: Batch,
    event: Event,
    *,
    kind: str,
    to: Iterable[int | None],
    params: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> list[Notice]:
    """Tell each person of this event once, in the portal and by mail.

    A person who was told of the event before, in this batch, is not told again: the first kind
    stands, so tell the parties before the wider circle. `params` are facts for the sentences (see
    `kinds`), JSON without personal data beyond what these say. `quiet` lets the mail wait for the
    recipient's morning, besides kinds that always do.
    """
    told: set[int] = event.__dict__.setdefault("_told", set())
    calm = quiet or kinds.find(kind).quiet
    facts = dict(params or {})
    notices = []
    for user_id in to:
        if user_id is None or user_id in told:
            continue
        told.add(user_id)
        notice = Notice(
            kind=kind,
            recipient_id=user_id,
            event=event,
            subject=event.subject,
            params=facts,
            quiet=calm,
            created_at=event.at,
            send_after=event.at,
        )
        notices.append(batch.add(notice))
    return notices
