"""The words a dispute is made of: states, clocks, reasons, outcomes. Nothing here touches a row."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DisputeState(TextChoices):
    AWAITING_SELLER = "awaiting_seller", _("Waiting for the seller")
    NEGOTIATING = "negotiating", _("Negotiating")
    AWAITING_RETURN = "awaiting_return", _("Waiting for the return")
    RETURN_IN_TRANSIT = "return_in_transit", _("Return on its way")
    AWAITING_REPLACEMENT = "awaiting_replacement", _("Waiting for the replacement")
    REPLACEMENT_IN_TRANSIT = "replacement_in_transit", _("Replacement on its way")
    ESCALATED = "escalated", _("Waiting for a mediator")
    IN_MEDIATION = "in_mediation", _("With a mediator")
    DECIDED = "decided", _("Decided")
    UNDER_COMPLAINT = "under_complaint", _("Complaint about the decision")
    RESOLVED = "resolved", _("Resolved")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED = "closed", _("Closed")


class Party(TextChoices):
    """Whose voice it is. The platform speaks through its mediators."""

    BUYER = "buyer", _("Buyer")
    SELLER = "seller", _("Seller")
    PLATFORM = "platform", _("Mediator")


class Kind(TextChoices):
    """The clocks of a dispute. Each is a setting of the policy and has one consequence."""

    SELLER_ANSWER = "seller_answer", _("Seller's answer")
    NEGOTIATION = "negotiation", _("Time to agree")
    RETURN_SHIP = "return_ship", _("Sending the return")
    RETURN_DELIVERY = "return_delivery", _("Return on its way")
    RETURN_CONFIRM = "return_confirm", _("Checking the return")
    REPLACEMENT_SHIP = "replacement_ship", _("Sending the replacement")
    REPLACEMENT_DELIVERY = "replacement_delivery", _("Replacement on its way")
    REPLACEMENT_CONFIRM = "replacement_confirm", _("Checking the replacement")
    MEDIATOR_CLAIM = "mediator_claim", _("A mediator takes the case")
    DECISION = "decision", _("The mediator decides")
    EVIDENCE_BUYER = "evidence_buyer", _("Buyer's answer to the mediator")
    EVIDENCE_SELLER = "evidence_seller", _("Seller's answer to the mediator")
    COMPLAINT_WINDOW = "complaint_window", _("Decision becomes final")
    COMPLAINT_REVIEW = "complaint_review", _("Review of the decision")
    SETTLEMENT_PROPOSAL = "settlement_proposal", _("Answer to the settlement")
    SETTLEMENT = "settlement", _("Refund of the settlement")


S = DisputeState
OPEN: frozenset[str] = frozenset(
    {
        S.AWAITING_SELLER, S.NEGOTIATING, S.AWAITING_RETURN, S.RETURN_IN_TRANSIT, S.AWAITING_REPLACEMENT,
        S.REPLACEMENT_IN_TRANSIT, S.ESCALATED, S.IN_MEDIATION, S.DECIDED, S.UNDER_COMPLAINT,
    }
)  # fmt: skip
TERMINAL: frozenset[str] = frozenset({S.RESOLVED, S.WITHDRAWN, S.CLOSED})

JUDGED: tuple[str, ...] = (S.CLOSED, S.DECIDED, S.RESOLVED, S.UNDER_COMPLAINT, S.WITHDRAWN)
"""Decided, or over: what the queue shows apart, by an index of its own."""
BEFORE_DECISION: tuple[str, ...] = (
    S.AWAITING_SELLER, S.NEGOTIATING, S.AWAITING_RETURN, S.RETURN_IN_TRANSIT, S.AWAITING_REPLACEMENT,
    S.REPLACEMENT_IN_TRANSIT, S.ESCALATED, S.IN_MEDIATION,
)  # fmt: skip
SETTLEABLE: tuple[str, ...] = (S.AWAITING_SELLER, S.NEGOTIATING, S.ESCALATED, S.IN_MEDIATION)
"""Where a settlement can be proposed: nothing has been agreed or decided yet."""

OWNERS: dict[str, tuple[str, ...]] = {
    S.AWAITING_SELLER: (Party.SELLER,),
    S.NEGOTIATING: (Party.BUYER, Party.SELLER),
    S.AWAITING_RETURN: (Party.BUYER,),
    S.RETURN_IN_TRANSIT: (Party.SELLER,),
    S.AWAITING_REPLACEMENT: (Party.SELLER,),
    S.REPLACEMENT_IN_TRANSIT: (Party.BUYER,),
    S.ESCALATED: (Party.PLATFORM,),
    S.IN_MEDIATION: (Party.PLATFORM,),
    S.DECIDED: (Party.BUYER, Party.SELLER),
    S.UNDER_COMPLAINT: (Party.PLATFORM,),
}
"""Who must act in each open state; nobody acts in the others."""

CLOCKS: dict[str, tuple[str, ...]] = {
    S.AWAITING_SELLER: (Kind.SELLER_ANSWER,),
    S.NEGOTIATING: (Kind.NEGOTIATION,),
    S.AWAITING_RETURN: (Kind.RETURN_SHIP,),
    S.RETURN_IN_TRANSIT: (Kind.RETURN_DELIVERY, Kind.RETURN_CONFIRM),
    S.AWAITING_REPLACEMENT: (Kind.REPLACEMENT_SHIP,),
    S.REPLACEMENT_IN_TRANSIT: (Kind.REPLACEMENT_DELIVERY, Kind.REPLACEMENT_CONFIRM),
    S.ESCALATED: (Kind.MEDIATOR_CLAIM,),
    S.IN_MEDIATION: (Kind.DECISION, Kind.EVIDENCE_BUYER, Kind.EVIDENCE_SELLER),
    S.DECIDED: (Kind.COMPLAINT_WINDOW,),
    S.UNDER_COMPLAINT: (Kind.COMPLAINT_REVIEW,),
}
"""The clocks that belong to a state. At least one of them runs while the state lasts."""

TURN_CLOCKS: frozenset[str] = frozenset(
    {
        Kind.SELLER_ANSWER, Kind.NEGOTIATION, Kind.RETURN_SHIP, Kind.RETURN_DELIVERY,
        Kind.RETURN_CONFIRM, Kind.REPLACEMENT_SHIP, Kind.REPLACEMENT_DELIVERY, Kind.REPLACEMENT_CONFIRM,
        Kind.COMPLAINT_WINDOW,
    }
)  # fmt: skip
"""Clocks that end somebody's turn: once one has passed, only the clock itself may move the case."""

STAFF_TARGETS: frozenset[str] = frozenset(
    {Kind.MEDIATOR_CLAIM, Kind.DECISION, Kind.COMPLAINT_REVIEW}
)
"""Targets of the platform itself: when they pass, staff is alerted and nobody loses a right."""

EVIDENCE_CLOCK: dict[str, str] = {
    Party.BUYER: Kind.EVIDENCE_BUYER,
    Party.SELLER: Kind.EVIDENCE_SELLER,
}

AWAITED: dict[str, str] = {
    Kind.SELLER_ANSWER: Party.SELLER,
    Kind.RETURN_SHIP: Party.BUYER,
    Kind.RETURN_DELIVERY: Party.SELLER,
    Kind.RETURN_CONFIRM: Party.SELLER,
    Kind.REPLACEMENT_SHIP: Party.SELLER,
    Kind.REPLACEMENT_DELIVERY: Party.BUYER,
    Kind.REPLACEMENT_CONFIRM: Party.BUYER,
    Kind.EVIDENCE_BUYER: Party.BUYER,
    Kind.EVIDENCE_SELLER: Party.SELLER,
    Kind.SETTLEMENT_PROPOSAL: Party.SELLER,
}
"""Whose act a running clock waits for. The time to agree waits for whoever did not speak last."""


class Reason(TextChoices):
    """Why the buyer wants money back, in the words of the questionnaire."""

    NO_TRACKING = "no_tracking", _("Tracking shows nothing")
    WRONG_ADDRESS = "wrong_address", _("Delivered to another address or city")
    LATE = "late", _("The promised time is over")
    CUSTOMS = "customs", _("Held by customs")
    SENT_BACK = "sent_back", _("Sent back to the seller")
    SPECIFICATION = "specification", _("Not as described: specification")
    SIZE = "size", _("Not as described: size")
    COLOUR = "colour", _("Not as described: colour")
    STYLE = "style", _("Not as described: style or material")
    QUANTITY = "quantity", _("Not as described: quantity")
    DAMAGED = "damaged", _("Damaged")
    DEFECTIVE = "defective", _("Does not work")
    COUNTERFEIT = "counterfeit", _("Counterfeit")
    PARTS_MISSING = "parts_missing", _("Parts missing")


NOT_RECEIVED: tuple[Reason, ...] = (
    Reason.NO_TRACKING, Reason.WRONG_ADDRESS, Reason.LATE, Reason.CUSTOMS, Reason.SENT_BACK,
)  # fmt: skip
RECEIVED: tuple[Reason, ...] = tuple(r for r in Reason if r not in NOT_RECEIVED)


class Wanted(TextChoices):
    REFUND = "refund", _("Money back")
    RETURN_REFUND = "return_refund", _("Send it back and get money back")
    REPLACEMENT = "replacement", _("A replacement")


class PostagePayer(TextChoices):
    BUYER = "buyer", _("The buyer pays the postage")
    SELLER = "seller", _("The seller pays the postage")


class Goods(TextChoices):
    """What an offer says about the goods, as letters put it."""

    KEPT = "kept", _("the buyer keeps the order")
    BACK = "back", _("the buyer sends the order back")
    AGAIN = "again", _("the seller sends a replacement")
    SWAPPED = "swapped", _("the buyer sends the order back and the seller sends a replacement")
    NONE = "none", _("nothing more is sent")


class Outcome(TextChoices):
    """How it ended. One word per ending, because each has its own letter to the parties."""

    AGREED = "agreed", _("Agreed")
    SELLER_SILENT = "seller_silent", _("The seller did not answer")
    RETURN_CONFIRMED = "return_confirmed", _("Returned and refunded")
    RETURN_UNANSWERED = "return_unanswered", _("Returned; the seller did not answer")
    RETURN_NOT_SENT = "return_not_sent", _("The return was not sent")
    REPLACED = "replaced", _("Replaced")
    REPLACEMENT_NOT_SENT = "replacement_not_sent", _("The replacement was not sent")
    REPLACEMENT_LOST = "replacement_lost", _("The replacement did not arrive")
    DECIDED_ALL = "decided_all", _("Decided: all of the money")
    DECIDED_PART = "decided_part", _("Decided: part of the money")
    DECIDED_NONE = "decided_none", _("Decided: no refund")
    WITHDRAWN = "withdrawn", _("Withdrawn by the buyer")
    SETTLED = "settled", _("Settled")


FOR_THE_BUYER: tuple[Outcome, ...] = (
    Outcome.SELLER_SILENT, Outcome.RETURN_CONFIRMED, Outcome.RETURN_UNANSWERED, Outcome.REPLACED,
    Outcome.REPLACEMENT_NOT_SENT, Outcome.REPLACEMENT_LOST, Outcome.DECIDED_ALL,
)  # fmt: skip
FOR_THE_SELLER: tuple[Outcome, ...] = (Outcome.DECIDED_NONE, Outcome.RETURN_NOT_SENT)


class OfferState(TextChoices):
    STANDING = "standing", _("Standing")
    REPLACED = "replaced", _("Replaced by a newer one")
    ACCEPTED = "accepted", _("Accepted")
    VOID = "void", _("No longer valid")


class RequestState(TextChoices):
    """A mediator's question to one party."""

    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    EXPIRED = "expired", _("Not answered in time")
    VOID = "void", _("No longer needed")


class SettlementState(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", _("Agreed, waiting for the refund")
    SETTLED = "settled", _("Settled")
    DECLINED = "declined", _("Declined")
    TAKEN_BACK = "taken_back", _("Taken back")
    LAPSED = "lapsed", _("Lapsed")
    VOID = "void", _("No longer valid")


SETTLEMENT_OPEN: frozenset[str] = frozenset({SettlementState.PROPOSED, SettlementState.AGREED})


class Verdict(TextChoices):
    """How much of the refundable money the mediator gives back."""

    ALL = "all", _("Refund all")
    PART = "part", _("Refund part")
    NONE = "none", _("No refund")


VERDICT_OUTCOME: dict[str, Outcome] = {
    Verdict.ALL: Outcome.DECIDED_ALL,
    Verdict.PART: Outcome.DECIDED_PART,
    Verdict.NONE: Outcome.DECIDED_NONE,
}


class Finding(TextChoices):
    PROVED = "proved", _("Proved")
    NOT_PROVED = "not_proved", _("Not proved")
    NOT_NEEDED = "not_needed", _("Not needed")


class DecisionReason(TextChoices):
    """The ground of a decision, picked from a list so that like cases can be counted."""

    NOT_DELIVERED = "not_delivered", _("The order was not delivered")
    DELIVERED_ELSEWHERE = "delivered_elsewhere", _("The order was delivered elsewhere")
    DAMAGED_ON_ARRIVAL = "damaged_on_arrival", _("Damaged on arrival")
    DOES_NOT_WORK = "does_not_work", _("Does not work")
    NOT_AS_DESCRIBED = "not_as_described", _("Not as described")
    COUNTERFEIT = "counterfeit", _("Counterfeit")
    INCOMPLETE = "incomplete", _("Parts or pieces missing")
    DELIVERED_AS_DESCRIBED = "delivered_as_described", _("Delivered as described")
    NOT_SHOWN = "not_shown", _("The claim was not shown")
    RETURN_INCOMPLETE = "return_incomplete", _("The return was incomplete or used")
    BUYER_ERROR = "buyer_error", _("The buyer gave a wrong address or did not fetch the parcel")


class Step(TextChoices):
    """The pages of the questionnaire, in order: one question each."""

    RECEIVED = "received", _("Did it arrive?")
    REASON = "reason", _("What is wrong?")
    STORY = "story", _("What happened?")
    WANTED = "wanted", _("What do you want?")
    EVIDENCE = "evidence", _("Evidence")
    CHECK = "check", _("Check and send")


STEPS: tuple[str, ...] = tuple(Step.values)
