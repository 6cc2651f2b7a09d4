"""What became of decisions: how many were complained about, found wrong, compensated, and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from appeals.models import Compensation, Review
from appeals.states import Result
from core import clock, money
from disputes.models import Decision
from disputes.states import DecisionReason

LEAST = 5
"""Below so many decisions there is no rate: it would say more of chance, or of one person, than of the work."""
DAYS = 365


@dataclass(slots=True)
class Tally:
    """Decisions of one reason or one mediator in the last year."""

    label: str
    decisions: int = 0
    complaints: int = 0
    reviewed: int = 0
    wrong: int = 0
    compensation: dict[str, Decimal] = field(default_factory=dict)
    times: list[timedelta] = field(default_factory=list)

    @property
    def rate(self) -> int | None:
        """Of a hundred decisions, how many were found wrong; none where there are too few."""
        return round(100 * self.wrong / self.decisions) if self.decisions >= LEAST else None

    @property
    def days(self) -> float | None:
        """The median time from complaint to result in days; none where there are too few."""
        if len(self.times) < LEAST:
            return None
        return round(median(t.total_seconds() for t in self.times) / 86_400, 1)

    @property
    def paid(self) -> str:
        """The compensation of each currency."""
        return ", ".join(money.format_amount(a, c) for c, a in sorted(self.compensation.items()))


def by_reason(storefront_ids: list[int]) -> list[Tally]:
    """One line for each ground of a decision."""
    labels = dict(DecisionReason.choices)
    return _tallies(storefront_ids, lambda decision: str(labels[decision.reason]))


def by_mediator(storefront_ids: list[int]) -> list[Tally]:
    """One line for each mediator, for those who lead them."""
    return _tallies(storefront_ids, lambda decision: str(decision.mediator))


def _tallies(storefront_ids: list[int], name: Callable[[Decision], str]) -> list[Tally]:
    since = clock.now() - timedelta(days=DAYS)
    rows = Decision.objects.filter(dispute__storefront_id__in=storefront_ids, decided_at__gte=since)
    decisions = rows.select_related("mediator", "complaint").defer("statement")
    found: dict[str, Tally] = {}
    by_complaint: dict[int, Tally] = {}
    for decision in decisions.iterator(chunk_size=2000):
        tally = found.setdefault(name(decision), Tally(name(decision)))
        tally.decisions += 1
        complaint = getattr(decision, "complaint", None)
        if complaint is not None:
            tally.complaints += 1
            by_complaint[complaint.pk] = tally
    _results(by_complaint, Review.objects.filter(complaint_id__in=list(by_complaint)))
    _paid(by_complaint, Compensation.objects.filter(review__complaint_id__in=list(by_complaint)))
    return sorted(found.values(), key=lambda t: (-t.decisions, t.label))


def _results(tallies: dict[int, Tally], reviews: Iterable[Any]) -> None:
    rows: Any = reviews
    last: dict[int, Any] = {}
    for review in rows.select_related("complaint").order_by("look"):
        if review.complaint_id not in last:
            waited = review.reviewed_at - review.complaint.complained_at
            tallies[review.complaint_id].times.append(waited)
        last[review.complaint_id] = review
    for key, review in last.items():
        tallies[key].reviewed += 1
        tallies[key].wrong += review.result == Result.WRONG


def _paid(tallies: dict[int, Tally], compensations: Iterable[Any]) -> None:
    rows: Any = compensations
    for paid in rows.select_related("review"):
        known = tallies[paid.review.complaint_id].compensation
        known[paid.currency] = known.get(paid.currency, Decimal(0)) + paid.amount
