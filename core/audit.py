"""Reading the chain of events back, link by link."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from core.models import Case, Event
from core.models.event import GENESIS


def case_models() -> list[type[Case]]:
    """Every kind of case that this installation knows."""
    return [model for model in apps.get_models() if issubclass(model, Case)]


def broken_links() -> Iterator[str]:
    """A sentence for each subject whose chain does not hold, at its first broken link."""
    heads: dict[str, tuple[int, str]] = {}
    broken: set[str] = set()
    subject, seq, previous, bad = "", 0, GENESIS, False
    for event in Event.objects.order_by("subject", "seq").iterator(chunk_size=5000):
        if event.subject != subject:
            subject, seq, previous, bad = event.subject, 0, GENESIS, False
        if bad:
            continue
        fault = ""
        if event.seq != seq + 1:
            fault = f"event {seq + 1} is missing"
        elif event.previous != previous:
            fault = f"event {event.seq} does not follow the event before it"
        elif event.digest() != event.hash:
            fault = f"event {event.seq} ({event.name}) was changed"
        if fault:
            bad = True
            broken.add(subject)
            yield f"{subject}: {fault}"
        seq, previous = event.seq, event.hash
        heads[subject] = (seq, previous)
    for model in case_models():
        rows = model._default_manager.order_by("pk").values_list(
            "reference", "version", "audit_head"
        )
        for reference, version, head in rows.iterator(chunk_size=5000):
            last, known = heads.get(reference, (0, GENESIS))
            if reference not in broken and (version, head) != (last, known):
                yield f"{reference}: the case says {version} events, the chain ends at {last}"
