"""Reading the chain of events back, link by link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction

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
        for reference, fault in _lost_ends():
            if reference not in broken:
                yield f"{reference}: {fault}"


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


ENDS = """
    SELECT c.reference, c.version, coalesce(e.seq, 0) FROM {table} c LEFT JOIN core_event e
        ON e.subject = c.reference AND e.seq = (SELECT max(seq) FROM core_event WHERE subject = c.reference)
    WHERE c.version <> coalesce(e.seq, 0) OR c.audit_head <> coalesce(e.hash, '{genesis}')"""


def _lost_ends() -> Iterator[tuple[str, str]]:
    """Cases that know of another last event than their chain has."""
    tables = [connection.ops.quote_name(model._meta.db_table) for model in case_models()]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(ENDS.format(table=t, genesis=GENESIS) for t in tables))
        for reference, version, seq in cursor.fetchall():
            yield reference, f"the case says {version} events, the chain ends at {seq}"
