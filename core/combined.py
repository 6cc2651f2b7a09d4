"""Several queries as parts of one statement, each still read out of its own index.

The ORM's own unions sort all that their parts hold, and SQLite takes no limit in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Part = tuple[str, tuple[Any, ...]]


def text(query: QuerySet[Any, Any]) -> Part:
    """The statement of a query and its values; an empty one where the query can find nothing."""
    try:
        return query.query.sql_with_params()
    except EmptyResultSet:
        return "", ()


def rows(statement: str, parts: Sequence[Part]) -> list[tuple[Any, ...]]:
    """Run a statement that was made of these parts, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for _text, values in parts for value in values])
        return list(cursor.fetchall())


def in_order(*queries: QuerySet[Any, Any], wanted: slice) -> list[Any]:
    """Keys of the rows of several queries in one order; of each no more is read than may be wanted.

    Each query gives two columns, what it is ordered by and the key, and has that order.
    """
    start, stop = wanted.start or 0, wanted.stop
    parts = [part for query in queries if (part := text(query[:stop]))[0]]
    if not parts:
        return []
    union = " UNION ALL ".join(
        f"SELECT * FROM ({statement}) AS part" for statement, _values in parts
    )
    found = rows(f"{union} ORDER BY 1, 2 LIMIT {int(stop - start)} OFFSET {int(start)}", parts)
    return [key for _moment, key in found]
