"""What may happen to a dispute that was decided: it becomes final, or a party complains first."""

from __future__ import annotations

from typing import Any

from core.models import Case
from core.transitions import time_is_up
from disputes import policies as may
from disputes.models.moves import moves
from disputes.states import DisputeState as S
from disputes.states import Kind

DEC, UC, AR, END = S.DECIDED, S.UNDER_COMPLAINT, S.AWAITING_RETURN, S.CLOSED


class AfterDecision(Case):
    """The moves from a decision on. The complaint itself is a case of its own, on a floor above."""

    ended_at: Any
    overdue_at: Any
    agreed_at: Any
    outcome: Any

    class Meta:
        abstract = True

    def _end(self, outcome: str) -> None:
        self.ended_at, self.outcome, self.overdue_at = self.now, outcome, None

    @moves(
        "closed", DEC, END, [time_is_up(Kind.COMPLAINT_WINDOW), may.no_return_decided], may.is_clock,
    )  # fmt: skip
    def close(self) -> None:
        """The time until the decision is final is over."""
        self._end(self.outcome)

    @moves(
        "return_started", DEC, AR, [time_is_up(Kind.COMPLAINT_WINDOW), may.return_decided], may.is_clock,
    )  # fmt: skip
    def start_return(self) -> None:
        """The decision is final and asks for a return: the buyer's time to send it starts."""
        self.agreed_at = self.now

    @moves("complained", DEC, UC, [may.clock_runs], may.is_party)
    def complain(self) -> None:
        """A party says that the decision is wrong: all that waits for it to be final waits for the review."""

    @moves("complaint_joined", UC, None, [], may.is_party)
    def join_complaint(self) -> None:
        """The other party complains about the same decision: one review answers both."""

    @moves("review_target_missed", UC, None, [time_is_up(Kind.COMPLAINT_REVIEW)], may.is_clock)
    def review_overdue(self) -> None:
        """The review is later than promised."""
        self.overdue_at = self.overdue_at or self.now

    @moves("review_promised_again", UC, None, [], may.is_clock)
    def promise_review(self) -> None:
        """The review has a new date, which both parties were told."""
        self.overdue_at = None

    @moves("complaint_answered", UC, END, [may.no_return_decided], may.is_clock)
    def end_review(self) -> None:
        """The review is over: the decision is final."""
        self._end(self.outcome)

    @moves("complaint_answered", UC, AR, [may.return_decided], may.is_clock)
    def end_review_with_return(self) -> None:
        """The review is over: the decision is final, and the buyer's time to send it back starts."""
        self.agreed_at, self.overdue_at = self.now, None
