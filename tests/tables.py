"""All tables at once: whether anything was written, and nothing in them any more."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connection, transaction

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""What belongs to the schema, not to anybody's work."""


@cache
def _tables() -> tuple[str, ...]:
    return tuple(sorted(set(connection.introspection.table_names()) - KEPT))


def last_transaction() -> int:
    """A number that grows with whatever writes or locks a row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


def written() -> list[Any]:
    """What changes with every row that is inserted, changed or deleted, and with nothing else (a lock, say)."""
    looks = (
        f"SELECT '{name}', count(*), coalesce(max(xmin::text::bigint), 0) FROM {name}"
        for name in _tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return list(cursor.fetchall())


BLOATED = 4 * 2**20
"""Bytes of tables beyond which every look at them takes longer than new files for all of them."""


def emptied() -> None:
    """The next run begins in an empty marketplace. A few rows go faster one by one than with their tables' files;
    where many have been, their pages would be read again by everybody who comes after.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = 'replica'"
        )  # no trigger, no foreign key
        cursor.execute(
            "SELECT sum(pg_relation_size(name)) FROM unnest(%s::text[]) name", [list(_tables())]
        )
        if cursor.fetchone()[0] > BLOATED:
            cursor.execute(f"TRUNCATE {', '.join(_tables())}")
            return
        for name, count, _last in written():
            if count:
                cursor.execute(f"DELETE FROM {name}")


Rows = dict[str, list[bytes]]


def saved() -> Rows:
    """Every row of every table, in one order, as it can be put back."""
    found = {}
    with connection.cursor() as cursor:
        for name, count, _last in written():
            if count:
                with cursor.copy(f"COPY {name} TO STDOUT") as copy:
                    rows = b"".join(bytes(block) for block in copy).splitlines(keepends=True)
                found[name] = sorted(rows)
    return found


def added(before: Rows, after: Rows) -> Rows:
    """The rows that came; none may have changed."""
    for name, rows in before.items():
        assert set(rows) <= set(after.get(name, ())), f"rows of {name} changed"
    new = {name: set(rows) - set(before.get(name, ())) for name, rows in after.items()}
    return {name: sorted(rows) for name, rows in new.items() if rows}


def put_back(*parts: Rows) -> None:
    """Rows that were saved, into empty tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        for name in sorted({name for part in parts for name in part}):
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(b"".join(row for part in parts for row in part.get(name, ())))


@cache
def may_lift_triggers() -> bool:
    """Whether the test's role may do so: the superuser of a server of its own may, another's guest may not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])
