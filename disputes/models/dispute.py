"""The dispute: one order, two parties, one state, and every legal move on one screen."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fsm import StateField
from core.models import RUNNING_DEADLINES
from core.transitions import time_is_up
from disputes import policies as may
from disputes import states
from disputes.models import constraints
from disputes.models.after_decision import AfterDecision
from disputes.models.at_hand import AtHand
from disputes.models.indexes import INDEXES
from disputes.models.moves import moves
from disputes.states import DisputeState as S
from disputes.states import Kind, Outcome, Party, PostagePayer, Reason, Wanted

if TYPE_CHECKING:
    from disputes.models import Decision, Offer, Settlement

AS, NEG, AR, RIT = S.AWAITING_SELLER, S.NEGOTIATING, S.AWAITING_RETURN, S.RETURN_IN_TRANSIT
AREP, REPT = S.AWAITING_REPLACEMENT, S.REPLACEMENT_IN_TRANSIT
ESC, MED, DEC = S.ESCALATED, S.IN_MEDIATION, S.DECIDED
RES, OUT, END = S.RESOLVED, S.WITHDRAWN, S.CLOSED
OPEN = sorted(states.OPEN)
SETTLEABLE = list(states.SETTLEABLE)


class Dispute(AfterDecision):
    """A buyer's claim on one order, once per order ever.

    `final_amount`, `return_required`, `postage_payer` and `replacement` are the terms that bind: those
    of the accepted offer or of the decision. `refund_requested` sums what this dispute has already asked
    the order to pay back, so that nothing is paid twice. `overdue_at` is when the platform missed its own
    target; it puts the case on top of the queue until a mediator has acted. `awaits_buyer` and
    `awaits_seller` mirror whose act the running clocks wait for.
    """

    REFERENCE_PREFIX = "DSP"
    TERMINAL = states.TERMINAL
    OWNERS, CLOCKS = states.OWNERS, states.CLOCKS

    state = StateField(choices=S.choices, default=S.AWAITING_SELLER)
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="dispute")
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="disputes_as_buyer"
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="disputes_as_seller"
    )
    mediator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="disputes_as_mediator",
    )
    received = models.BooleanField(help_text=_("The buyer's answer: did the order arrive?"))
    reason = models.CharField(max_length=32, choices=Reason.choices)
    story = models.TextField(help_text=_("What happened, in the buyer's own words"))
    story_language = models.CharField(max_length=12, blank=True, default="")
    wanted = models.CharField(max_length=16, choices=Wanted.choices)
    amount_asked = models.DecimalField(max_digits=14, decimal_places=4)
    currency = models.CharField(max_length=3)
    seller_answer = models.TextField(
        blank=True, default="", help_text=_("Why the seller rejected the request")
    )
    contest_reason = models.TextField(
        blank=True, default="", help_text=_("What was wrong with the return")
    )
    replacement_contest = models.TextField(
        blank=True, default="", db_default="", help_text=_("What was wrong with the replacement")
    )
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True, default="")
    final_amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    refund_requested = models.DecimalField(max_digits=14, decimal_places=4, default=Decimal(0))
    return_required = models.BooleanField(default=False)
    postage_payer = models.CharField(
        max_length=8, choices=PostagePayer.choices, blank=True, default=""
    )
    replacement = models.BooleanField(default=False)
    evidence_count = models.PositiveSmallIntegerField(
        default=0, help_text=_("Numbers given so far: E1, E2, …")
    )
    spoke_last = models.CharField(
        max_length=8, choices=Party.choices, default=Party.BUYER, db_default=Party.BUYER,
        help_text=_("Who made the latest move of the negotiation"),
    )  # fmt: skip
    awaits_buyer = models.BooleanField(default=False, db_default=False, editable=False)
    awaits_seller = models.BooleanField(default=False, db_default=False, editable=False)

    at_hand: AtHand | None = None

    class Meta:
        ordering = ("-opened_at", "-pk")
        indexes = INDEXES
        constraints = constraints.CONSTRAINTS

    @property
    def is_open(self) -> bool:
        return self.state in states.OPEN

    @property
    def at_most(self) -> Decimal:
        """The most that this dispute can grant: what is left on the order and what it requested itself."""
        return self.order.refundable + self.refund_requested

    @property
    def hand(self) -> AtHand:
        """What was read under the lock. A programming error where an effect runs without it."""
        if self.at_hand is None:
            raise RuntimeError(f"{self.reference} was locked without its rows: use effects.load")
        return self.at_hand

    def mirror(self) -> None:
        """Also whom it waits for, so that lists and counts of one person are read out of an index.

        While a settlement is agreed everybody waits for the money.
        """
        super().mirror()
        buyer = seller = False
        for clock in self.known_clocks:
            if clock.state in RUNNING_DEADLINES:
                if clock.kind == Kind.SETTLEMENT:
                    buyer = seller = False
                    break
                side = states.AWAITED.get(clock.kind)
                if clock.kind == Kind.NEGOTIATION:
                    side = Party.SELLER if self.spoke_last == Party.BUYER else Party.BUYER
                buyer, seller = buyer or side == Party.BUYER, seller or side == Party.SELLER
        self.awaits_buyer, self.awaits_seller = buyer, seller

    def _begin_mediation(self, mediator_id: int) -> None:
        """From now on the case is this mediator's, and the platform is late no more."""
        self.mediator_id, self.claimed_at, self.overdue_at = mediator_id, self.now, None

    def _bind(self, terms: Any) -> None:
        """Take over the terms of an offer or of a decision."""
        self.final_amount = terms.amount
        self.return_required = terms.return_required
        self.postage_payer = terms.postage_payer
        self.replacement = getattr(terms, "replacement", False)

    # The seller answers

    @moves(
        "request_accepted", AS, RES, [may.refund_wanted, may.clock_runs, may.not_settling], may.is_seller,
    )  # fmt: skip
    def accept_request(self, offer: Offer) -> None:
        """The seller gives what the buyer asked for; nothing has to be sent back."""
        self.answered_at = self.agreed_at = self.now
        self._bind(offer)
        self._end(Outcome.AGREED)

    @moves(
        "request_accepted", AS, AR, [may.return_wanted, may.clock_runs, may.not_settling], may.is_seller,
    )  # fmt: skip
    def accept_request_with_return(self, offer: Offer) -> None:
        """The seller gives what the buyer asked for, once the order is back."""
        self.answered_at = self.agreed_at = self.now
        self._bind(offer)

    @moves(
        "request_accepted", AS, AREP, [may.replacement_wanted, may.clock_runs, may.not_settling], may.is_seller,
    )  # fmt: skip
    def accept_request_with_replacement(self, offer: Offer) -> None:
        """The seller sends the replacement that the buyer asked for."""
        self.answered_at = self.agreed_at = self.now
        self._bind(offer)

    @moves("request_rejected", AS, NEG, [may.clock_runs, may.not_settling], may.is_seller)
    def reject_request(self, answer: str) -> None:
        """The seller refuses, in words; both may now offer, and either may call a mediator."""
        self.answered_at, self.seller_answer = self.now, answer
        self.spoke_last = Party.SELLER

    @moves("seller_stayed_silent", AS, RES, [time_is_up(Kind.SELLER_ANSWER)], may.is_clock)
    def default_to_buyer(self) -> None:
        """The seller stayed silent: the buyer gets the amount asked and sends nothing back."""
        self.final_amount, self.return_required, self.replacement = self.amount_asked, False, False
        self._end(Outcome.SELLER_SILENT)

    # Both negotiate

    @moves("offer_made", [AS, NEG], NEG, [may.clock_runs, may.not_settling], may.whose_turn)
    def make_offer(self, party: str) -> None:
        """A party offers terms; the seller's first offer is also the answer to the request."""
        self.answered_at = self.answered_at or self.now
        self.spoke_last = party

    @moves("offer_accepted", NEG, RES, [may.clock_runs, may.not_settling], may.is_party)
    def accept_offer(self, offer: Offer) -> None:
        """A party accepts the other's standing offer, which is about money only."""
        self.agreed_at = self.now
        self._bind(offer)
        self._end(Outcome.AGREED)

    @moves("offer_accepted", NEG, AR, [may.clock_runs, may.not_settling], may.is_party)
    def accept_offer_with_return(self, offer: Offer) -> None:
        """A party accepts the other's standing offer, which asks for a return."""
        self.agreed_at = self.now
        self._bind(offer)

    @moves("offer_accepted", NEG, AREP, [may.clock_runs, may.not_settling], may.is_party)
    def accept_offer_with_replacement(self, offer: Offer) -> None:
        """A party accepts the other's standing offer of a replacement, for which nothing is sent back."""
        self.agreed_at = self.now
        self._bind(offer)

    @moves("escalated", NEG, ESC, [may.clock_runs, may.not_settling], may.is_party)
    def escalate(self) -> None:
        """A party calls a mediator. Final: the offers end."""
        self.escalated_at = self.now

    @moves("escalated_by_clock", NEG, ESC, [time_is_up(Kind.NEGOTIATION)], may.is_clock)
    def escalate_by_clock(self) -> None:
        """The time to agree is over: a mediator takes the case."""
        self.escalated_at = self.now

    # The return

    @moves("return_shipped", AR, RIT, [may.clock_runs], may.is_buyer)
    def ship_return(self) -> None:
        """The buyer has sent the order back and names carrier and tracking number."""

    @moves("return_missed", AR, END, [time_is_up(Kind.RETURN_SHIP)], may.is_clock)
    def return_not_sent(self) -> None:
        """The buyer did not send the order back in time: no refund and no replacement."""
        self.final_amount, self.replacement = Decimal(0), False
        self._end(Outcome.RETURN_NOT_SENT)

    @moves(
        "return_delivered", RIT, None, [may.clock_runs, may.return_not_recorded], may.is_seller_or_clock,
    )  # fmt: skip
    def record_return_delivery(self) -> None:
        """The return has arrived: the seller's time to check it starts."""

    @moves(
        "return_confirmed", RIT, RES, [may.clock_runs, may.no_replacement_agreed], may.is_seller,
    )  # fmt: skip
    def confirm_return(self) -> None:
        """The seller has the order back and it is complete: the agreed refund follows."""
        self._end(Outcome.RETURN_CONFIRMED)

    @moves("return_confirmed", RIT, AREP, [may.clock_runs, may.replacement_agreed], may.is_seller)
    def confirm_return_and_replace(self) -> None:
        """The seller has the order back and it is complete: the agreed replacement follows."""

    @moves("return_contested", RIT, ESC, [may.clock_runs], may.is_seller)
    def contest_return(self, contest: str) -> None:
        """The seller says what is wrong with what came back; a mediator decides."""
        self.escalated_at, self.contest_reason = self.now, contest

    @moves(
        "return_left_unanswered", RIT, RES, [may.return_time_is_up, may.no_replacement_agreed], may.is_clock,
    )  # fmt: skip
    def return_unanswered(self) -> None:
        """The seller neither confirmed nor contested the return: the agreed refund follows."""
        self._end(Outcome.RETURN_UNANSWERED)

    @moves(
        "return_left_unanswered", RIT, AREP, [may.return_time_is_up, may.replacement_agreed], may.is_clock,
    )  # fmt: skip
    def replace_unanswered_return(self) -> None:
        """The seller said nothing about the return: the agreed replacement follows."""

    # The replacement

    @moves("replacement_shipped", AREP, REPT, [may.clock_runs], may.is_seller)
    def ship_replacement(self) -> None:
        """The seller has sent the replacement and names carrier and tracking number."""

    @moves("replacement_missed", AREP, RES, [time_is_up(Kind.REPLACEMENT_SHIP)], may.is_clock)
    def replacement_not_sent(self) -> None:
        """The seller did not send the replacement in time: the buyer gets the amount asked."""
        self._refund_instead(Outcome.REPLACEMENT_NOT_SENT)

    @moves(
        "replacement_delivered", REPT, None, [may.clock_runs, may.replacement_not_recorded], may.is_party_or_clock,
    )  # fmt: skip
    def record_replacement_delivery(self) -> None:
        """The replacement has arrived: the buyer's time to check it starts."""

    @moves("replacement_confirmed", REPT, RES, [may.clock_runs], may.is_buyer)
    def confirm_replacement(self) -> None:
        """The buyer has the replacement and it is right: what is held belongs to the seller."""
        self._end(Outcome.REPLACED)

    @moves("replacement_contested", REPT, ESC, [may.clock_runs], may.is_buyer)
    def contest_replacement(self, contest: str) -> None:
        """The buyer says what is wrong with what came, or that nothing did; a mediator decides."""
        self.escalated_at, self.replacement_contest = self.now, contest

    @moves(
        "replacement_left_unanswered", REPT, RES, [time_is_up(Kind.REPLACEMENT_CONFIRM)], may.is_clock,
    )  # fmt: skip
    def replacement_unanswered(self) -> None:
        """The replacement was delivered and the buyer said nothing about it: replaced."""
        self._end(Outcome.REPLACED)

    @moves("replacement_lost", REPT, RES, [time_is_up(Kind.REPLACEMENT_DELIVERY)], may.is_clock)
    def replacement_never_came(self) -> None:
        """Nobody recorded that the replacement arrived: the buyer gets the amount asked."""
        self._refund_instead(Outcome.REPLACEMENT_LOST)

    def _refund_instead(self, outcome: str) -> None:
        """No replacement came: what was asked for it is due, and never less than was agreed beside it."""
        self.final_amount = max(self.final_amount or Decimal(0), self.amount_asked)
        self.replacement = False
        self._end(outcome)

    # The mediator

    @moves("claimed", ESC, MED, [may.not_settling], may.is_mediator)
    def claim(self, mediator_id: int) -> None:
        """A mediator takes the case and is named to both parties by role."""
        self._begin_mediation(mediator_id)

    @moves("assigned", ESC, MED, [may.not_settling], may.may_assign)
    def assign(self, mediator_id: int) -> None:
        """An administrator gives a case that nobody took to a mediator."""
        self._begin_mediation(mediator_id)

    @moves("handed_over", MED, MED, [may.not_settling], may.may_hand_over)
    def hand_over(self, mediator_id: int) -> None:
        """Another mediator takes the case. The time to decide runs on."""
        self.mediator_id = mediator_id

    @moves("handed_back", MED, ESC, [may.not_settling], may.may_hand_back)
    def hand_back(self) -> None:
        """The case goes back to the queue; what was left of the time to decide is kept, none where it was over."""
        self.mediator_id, self.overdue_at = None, None

    @moves("claim_target_missed", ESC, None, [time_is_up(Kind.MEDIATOR_CLAIM)], may.is_clock)
    def mediator_overdue(self) -> None:
        """Nobody took the case in time: on top of the queue, admins are alerted every day."""
        self.overdue_at = self.overdue_at or self.now

    @moves("decision_target_missed", MED, None, [time_is_up(Kind.DECISION)], may.is_clock)
    def decision_overdue(self) -> None:
        """The mediator did not decide in time: on top of the queue, admins are alerted every day."""
        self.overdue_at = self.overdue_at or self.now

    @moves("evidence_requested", MED, None, [may.not_settling], may.is_own_mediator)
    def request_evidence(self) -> None:
        """The mediator asks one party a question; that party sees until when."""

    @moves("evidence_request_answered", MED, None, [may.answer_in_time], may.may_answer)
    def answer_evidence_request(self) -> None:
        """The party answers the mediator, in words, with evidence or both."""

    @moves("evidence_request_taken_back", MED, None, [], may.is_own_mediator)
    def take_back_request(self) -> None:
        """The mediator no longer needs the answer."""

    @moves("evidence_request_expired", MED, None, [may.evidence_time_is_up], may.is_clock)
    def evidence_request_expired(self) -> None:
        """The party did not answer: the mediator decides on what is there."""

    @moves("decided", MED, DEC, [may.not_settling, may.no_question_open], may.is_own_mediator)
    def decide(self, decision: Decision) -> None:
        """The mediator decides. Without a return the refund is requested at once."""
        self.decided_at, self.overdue_at = self.now, None
        self.outcome = states.VERDICT_OUTCOME[decision.verdict]
        self._bind(decision)

    # The buyer gives up, or settles

    @moves(
        "withdrawn", list(states.BEFORE_DECISION), OUT, [may.clock_runs, may.not_settling], may.is_buyer,
    )  # fmt: skip
    def withdraw(self) -> None:
        """The buyer gives up, for good: no second dispute on this order."""
        self._end(Outcome.WITHDRAWN)

    @moves(
        "settlement_proposed", SETTLEABLE, None, [may.clock_runs, may.nothing_proposed], may.is_buyer,
    )  # fmt: skip
    def propose_settlement(self) -> None:
        """The buyer offers to close the dispute once a refund is recorded by a date."""

    @moves(
        "settlement_agreed", SETTLEABLE, None,
        [may.settlement_proposed, may.proposal_in_time, may.clock_runs], may.is_seller,
    )  # fmt: skip
    def agree_settlement(self) -> None:
        """The seller agrees: the refund is requested at once and the dispute's clocks stand still."""
        self.answered_at = self.answered_at or self.now

    @moves("settlement_declined", SETTLEABLE, None, [may.settlement_proposed], may.is_seller)
    def decline_settlement(self) -> None:
        """The seller does not agree; the dispute goes on as if nothing had been proposed."""

    @moves("settlement_taken_back", SETTLEABLE, None, [may.settlement_proposed], may.is_buyer)
    def take_back_settlement(self) -> None:
        """The buyer takes the proposal back before the seller agreed."""

    @moves("settled", SETTLEABLE, RES, [may.settling], may.is_clock)
    def settle(self, settlement: Settlement) -> None:
        """The refund was recorded in time: the dispute is over."""
        self.final_amount = settlement.amount
        self._end(Outcome.SETTLED)

    @moves("settlement_lapsed", SETTLEABLE, None, [may.settlement_is_over], may.is_clock)
    def lapse_settlement(self) -> None:
        """The date passed without the refund, or without an answer: the dispute goes on where it was."""

    # Everybody talks

    @moves("message_added", OPEN, None, [], may.may_speak)
    def add_message(self) -> None:
        """A message in the thread that both parties and the mediator read."""

    @moves("evidence_added", OPEN, None, [], may.is_party)
    def add_evidence(self) -> None:
        """A file of one party, numbered for the case; the other party sees it too."""
