"""What readers said about the help pages, for those who write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from help.models import Answer
from help.pages import ALL, Page

LATEST = 100


@dataclass(frozen=True, slots=True)
class Tally:
    page: Page
    yes: int
    no: int


def tallies(storefront_id: int) -> list[Tally]:
    """Every page with its answers; the one that helped least on top."""
    rows = Answer.objects.filter(storefront_id=storefront_id).values("page")
    counted: dict[str, Any] = {
        row["page"]: row
        for row in rows.annotate(yes=Count("pk", filter=Q(helpful=True)), no=Count("pk", filter=Q(helpful=False)))
    }  # fmt: skip
    found = [
        Tally(page, counted.get(page.slug, {}).get("yes", 0), counted.get(page.slug, {}).get("no", 0))
        for page in ALL
    ]  # fmt: skip
    return sorted(found, key=lambda tally: (-tally.no, tally.yes))


def notes(storefront_id: int) -> list[Answer]:
    """The latest lines that readers wrote."""
    rows = Answer.objects.filter(storefront_id=storefront_id).exclude(note="")
    return list(rows.order_by("-pk")[:LATEST])
