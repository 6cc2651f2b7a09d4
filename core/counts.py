"""Counting no further than anybody reads: a page over a million cases stops at the first thousand."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

MOST = 999


def capped(rows: QuerySet[Any, Any], most: int = MOST) -> int:
    """How many rows there are, or one more than `most`: the `capped` filter of templates says "999+" then."""
    return rows.order_by()[: most + 1].count()
