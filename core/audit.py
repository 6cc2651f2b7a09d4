"""Reading the chain of events back, link by link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from core.models import Case, Event
from core.models.event import GENESIS


def case_models() -> list[type[Case]]:
    """Every kind of case that this installation knows."""
    return [model for model in apps.get_models() if issubclass(model, Case)]


def broken_links() -> Iterator[str]:
    """A sentence for each subject whose chain does not hold, at its first broken link.

    Events and cases are read in one snapshot, so that a case that moves meanwhile is no fault; neither is
    ever held in memory as a whole.
    """
    with _snapshot():
        broken: set[str] = set()
        for subject, fault in _broken_chains():
            broken.add(subject)
            yield f"{subject}: {fault}"
        for model in case_models():
            yield from _lost_ends(model, broken)


@contextmanager
def _snapshot() -> Iterator[None]:
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _broken_chains() -> Iterator[tuple[str, str]]:
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
            yield subject, fault
        seq, previous = event.seq, event.hash


def _lost_ends(model: type[Case], broken: set[str]) -> Iterator[str]:
    """Cases that know of another last event than their chain has."""
    last = Event.objects.filter(subject=OuterRef("reference")).order_by("-seq")
    rows = model._default_manager.annotate(
        last_seq=Subquery(last.values("seq")[:1]), last_hash=Subquery(last.values("hash")[:1])
    ).values_list("reference", "version", "audit_head", "last_seq", "last_hash")
    for reference, version, head, seq, known in rows.order_by("pk").iterator(chunk_size=5000):
        if reference not in broken and (version, head) != (seq or 0, known or GENESIS):
            yield f"{reference}: the case says {version} events, the chain ends at {seq or 0}"
