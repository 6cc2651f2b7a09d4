"""Counting no further than anybody reads: a page over a million cases stops at the first thousand."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from core import combined

MOST = 999


def capped(rows: QuerySet[Any, Any], most: int = MOST) -> int:
    """How many rows there are, or one more than `most`: the `capped` filter of templates says "999+" then."""
    return rows.order_by()[: most + 1].count()


def each(*lists: QuerySet[Any, Any], most: int = MOST) -> list[int]:
    """The same of several lists in one statement: all that a page counts, asked for at once.

    A list that was given an order is counted in it, which leads the planner to the index that has that order:
    else it may take the whole table for a short way to the first thousand.
    """
    ordered = (rows if rows.query.order_by else rows.order_by() for rows in lists)
    parts = [combined.text(rows.values("pk")[: most + 1]) for rows in ordered]
    columns = (
        f"(SELECT count(*) FROM ({text}) AS part)" if text else "0" for text, _values in parts
    )
    if not parts:
        return []
    (found,) = combined.rows(f"SELECT {', '.join(columns)}", parts)
    return [int(number) for number in found]


def together(*numbers: int, most: int = MOST) -> int:
    """The sum of capped counts, capped too."""
    return min(sum(numbers), most + 1)


class Pages(Paginator[Any]):
    """Pages of a list whose length is known as far as anybody reads; who reads on finds the next page there."""

    FURTHEST = 100_000

    def __init__(self, rows: Any, per_page: int, known: int) -> None:
        super().__init__(rows, per_page)
        self.count = known
        self.goes_on = known > MOST

    @property
    def at_least(self) -> str:
        """What is said of the length where it is not known."""
        return f"{self.count - 1}+" if self.goes_on else ""

    def get_page(self, number: Any) -> Page[Any]:
        """The page, with one row more read where it is beyond what was counted: whether another follows."""
        text = str(number)
        wanted = int(text) if text.isdecimal() and len(text) < 9 else 1
        if self.goes_on and self.num_pages <= wanted <= self.FURTHEST:
            before = (wanted - 1) * self.per_page
            if found := len(self.object_list[before : before + self.per_page + 1]):
                self.count, self.goes_on = before + found, found > self.per_page
                del self.num_pages
        return super().get_page(number)
