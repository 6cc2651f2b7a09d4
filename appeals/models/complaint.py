"""The complaint: one decision, the parties that say it is wrong, and every legal move on one screen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from appeals import policies as may
from appeals import states
from appeals.models.at_hand import AtHand
from appeals.states import ComplaintState as S
from appeals.states import Kind
from core.fsm import StateField
from core.models import Case, Deadline
from core.transitions import in_time, time_is_up
from disputes.models.moves import moves
from disputes.states import Party

UNDER_REVIEW = list(states.UNDER_REVIEW)
AFTER_FIRST = list(states.AFTER_FIRST)


class Complaint(Case):
    """All that is said against one decision, by one party or by both; one review answers it.

    `look` is the number of the review: the first, or the second and last one after feedback. `overdue_at` is
    when the review became late; it puts the complaint on top of the queue until the review is sent.
    """

    REFERENCE_PREFIX = "CPL"
    TERMINAL = states.TERMINAL
    OWNERS, CLOCKS = states.OWNERS, states.CLOCKS

    state = StateField(choices=S.choices, default=S.WAITING)
    dispute = models.ForeignKey(
        "disputes.Dispute", on_delete=models.PROTECT, related_name="complaints"
    )
    decision = models.OneToOneField(
        "disputes.Decision", on_delete=models.PROTECT, related_name="complaint"
    )
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="reviews_in_hand",
    )
    look = models.PositiveSmallIntegerField(default=states.FIRST)
    complained_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)

    at_hand: AtHand | None = None

    class Meta:
        ordering = ("-complained_at", "-pk")
        indexes = (
            models.Index(
                fields=("storefront", "state", "overdue_at", "next_due_at", "id"),
                name="complaint_due",
            ),
            models.Index(fields=("storefront", "-ended_at", "-id"), name="complaint_ended"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=sorted(states.OPEN | states.TERMINAL)), name="complaint_state"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=sorted(states.TERMINAL), ended_at__isnull=False, next_due_at__isnull=True
                )
                | Q(state__in=sorted(states.OPEN), ended_at__isnull=True),
                name="complaint_ends_without_clock",
            ),
            models.CheckConstraint(
                condition=Q(state=S.IN_REVIEW, reviewer__isnull=False)
                | (~Q(state=S.IN_REVIEW) & Q(reviewer__isnull=True)),
                name="complaint_in_one_hand",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True)
                | (~Q(reviewer=F("buyer")) & ~Q(reviewer=F("seller")) & ~Q(reviewer=F("decided_by"))),
                name="complaint_reviewer_apart",
            ),
            models.CheckConstraint(
                condition=Q(look__in=(states.FIRST, states.SECOND)), name="complaint_look"
            ),
            models.UniqueConstraint(
                fields=("reviewer",), condition=Q(reviewer__isnull=False), name="complaint_one_a_reviewer"
            ),
        )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.state in states.OPEN

    @property
    def hand(self) -> AtHand:
        """What was read under the lock. A programming error where an effect runs without it."""
        if self.at_hand is None:
            raise RuntimeError(f"{self.reference} was locked without its rows: use effects.loading")
        return self.at_hand

    @property
    def complainants(self) -> list[str]:
        """The sides that complained, the first one first."""
        return [grounds.party for grounds in self.hand.grounds]

    def running(self, kind: str) -> Deadline | None:
        """The open clock of a kind, however often it was missed before."""
        return next((d for d in self.open_deadlines if d.kind == kind), None)

    def person(self, party: str) -> int:
        """The key of the person on a side."""
        return self.buyer_id if party == Party.BUYER else self.seller_id

    def _rest(self) -> None:
        """Nobody has it in hand any more."""
        self.reviewer_id = None

    # The parties

    @moves(
        "joined", UNDER_REVIEW, None, [may.may_still_join, in_time(Kind.JOINING)], may.has_not_complained,
    )  # fmt: skip
    def join(self) -> None:
        """The other party complains about the same decision: one review answers both."""

    @moves("joining_ended", UNDER_REVIEW, None, [time_is_up(Kind.JOINING)], may.is_clock)
    def end_joining(self) -> None:
        """The other party did not complain; the result may be sent."""

    @moves(
        "feedback_given", AFTER_FIRST, S.FEEDBACK_GIVEN,
        [in_time(Kind.FEEDBACK), in_time(Kind.READING)], may.may_give_feedback,
    )  # fmt: skip
    def give_feedback(self) -> None:
        """A party that complained says how the service did."""

    # The reviewer

    @moves("drawn", S.WAITING, S.IN_REVIEW, [], may.may_review)
    def draw(self, reviewer_id: int) -> None:
        """The portal gives the complaint to a reviewer who has nothing to do with the case."""
        self.reviewer_id, self.drawn_at = reviewer_id, self.now

    @moves("handed_back", S.IN_REVIEW, S.WAITING, [], may.may_hand_back)
    def hand_back(self) -> None:
        """Back into the queue; the time to review runs on."""
        self._rest()

    @moves("assigned", UNDER_REVIEW, S.IN_REVIEW, [], may.may_assign)
    def assign(self, reviewer_id: int) -> None:
        """A lead gives the complaint to a reviewer by name."""
        self.reviewer_id, self.drawn_at = reviewer_id, self.now

    @moves(
        "review_late",
        UNDER_REVIEW,
        S.WAITING,
        [time_is_up(Kind.REVIEW), may.first_time],
        may.is_clock,
    )
    def take_away(self) -> None:
        """The review is late for the first time: another reviewer takes it from the top of the queue."""
        self.overdue_at = self.overdue_at or self.now
        self._rest()

    @moves(
        "review_late",
        UNDER_REVIEW,
        None,
        [time_is_up(Kind.REVIEW), may.not_first_time],
        may.is_clock,
    )
    def stay_late(self) -> None:
        """The review is late again: whoever has it keeps it, and those above are alarmed."""
        self.overdue_at = self.overdue_at or self.now

    @moves(
        "found_correct", S.IN_REVIEW, S.DECISION_CORRECT, [may.everybody_spoke, may.first_look], may.is_own_reviewer,
    )  # fmt: skip
    def find_correct(self) -> None:
        """The decision was correct. The parties may give feedback."""
        self._answer()

    @moves(
        "found_correct", S.IN_REVIEW, S.DECISION_STANDS, [may.everybody_spoke, may.second_look], may.is_own_reviewer,
    )  # fmt: skip
    def find_correct_again(self) -> None:
        """The last look, too, finds the decision correct: it stands."""
        self._answer()
        self.ended_at = self.now

    @moves("found_wrong", S.IN_REVIEW, S.DECISION_WRONG, [may.everybody_spoke], may.is_own_reviewer)
    def find_wrong(self) -> None:
        """The decision was wrong: who complained about it is compensated."""
        self._answer()
        self.ended_at = self.now

    def _answer(self) -> None:
        self.reviewed_at, self.overdue_at = self.now, None
        self._rest()

    # After a decision that was correct

    @moves(
        "feedback_ended",
        S.DECISION_CORRECT,
        S.DECISION_STANDS,
        [time_is_up(Kind.FEEDBACK)],
        may.is_clock,
    )
    def end_feedback(self) -> None:
        """Nobody gave feedback: the decision stands."""
        self.ended_at = self.now

    @moves("reopened", S.FEEDBACK_GIVEN, S.WAITING, [in_time(Kind.READING)], may.may_read_feedback)
    def reopen(self) -> None:
        """Who read the feedback wants a third person to look again, once and for the last time."""
        self.look, self.reopened_at = states.SECOND, self.now

    @moves(
        "feedback_read",
        S.FEEDBACK_GIVEN,
        S.DECISION_STANDS,
        [in_time(Kind.READING)],
        may.may_read_feedback,
    )
    def leave(self) -> None:
        """The feedback was read, and nothing in it asks for another look: the decision stands."""
        self.ended_at = self.now

    @moves(
        "feedback_unread",
        S.FEEDBACK_GIVEN,
        S.DECISION_STANDS,
        [time_is_up(Kind.READING)],
        may.is_clock,
    )
    def end_reading(self) -> None:
        """Nobody asked for another look in time: the decision stands, and the lead is told."""
        self.ended_at = self.now
