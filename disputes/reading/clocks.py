"""What happens when a clock runs out, said to each side before it does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Deadline, DeadlineState
from disputes import policies
from disputes.models import Dispute, DisputeDeadline
from disputes.reading import payout, terms
from disputes.states import STAFF_TARGETS, Kind, Party

B, S = Party.BUYER, Party.SELLER
_MEDIATOR = gettext_lazy(
    "If nobody agrees by then, a mediator takes the case. Silence does not count against you here."
)
_TARGET = gettext_lazy(
    "This is our own target. If we miss it, the case goes to the top and our administrators are told."
)
_REVIEW = gettext_lazy(
    "If we miss it, you get a new date from us, and the review goes to the top of the queue."
)
_CONSEQUENCES: dict[tuple[str, str], Any] = {
    (Kind.SELLER_ANSWER, B): gettext_lazy(
        "If the seller stays silent, you get the %(asked)s that you asked for and send nothing back."
    ),
    (Kind.SELLER_ANSWER, S): gettext_lazy(
        "If you do nothing by then, %(asked)s goes back to the buyer, who sends nothing back."
    ),
    (Kind.NEGOTIATION, B): _MEDIATOR,
    (Kind.NEGOTIATION, S): _MEDIATOR,
    (Kind.RETURN_SHIP, B): gettext_lazy(
        "If you do not send it by then, the dispute closes and you get no refund."
    ),
    (Kind.RETURN_SHIP, S): gettext_lazy(
        "If the buyer does not send it by then, the dispute closes without a refund."
    ),
    (Kind.RETURN_DELIVERY, B): gettext_lazy(
        "If nobody records its arrival by then, it counts as arrived and you get %(final)s."
    ),
    (Kind.RETURN_DELIVERY, S): gettext_lazy(
        "If you record nothing by then, it counts as arrived and %(final)s goes back to the buyer."
    ),
    (Kind.RETURN_CONFIRM, B): gettext_lazy(
        "If the seller says nothing by then, you get %(final)s."
    ),
    (Kind.RETURN_CONFIRM, S): gettext_lazy(
        "If you say nothing by then, %(final)s goes back to the buyer."
    ),
    (Kind.REPLACEMENT_SHIP, B): gettext_lazy(
        "If the seller does not send it by then, the dispute ends and you get %(instead)s."
    ),
    (Kind.REPLACEMENT_SHIP, S): gettext_lazy(
        "If you do not send it by then, the dispute ends and %(instead)s goes back to the buyer."
    ),
    (Kind.REPLACEMENT_DELIVERY, B): gettext_lazy(
        "If nobody records its arrival by then, it counts as lost and you get %(instead)s."
    ),
    (Kind.REPLACEMENT_DELIVERY, S): gettext_lazy(
        "If nobody records its arrival by then, it counts as lost and %(instead)s goes back to the buyer."
    ),
    (Kind.REPLACEMENT_CONFIRM, B): gettext_lazy(
        "If you say nothing by then, the dispute closes as replaced and the seller gets the money that is held."
    ),
    (Kind.REPLACEMENT_CONFIRM, S): gettext_lazy(
        "If the buyer says nothing by then, the dispute closes as replaced and you get the money that is held."
    ),
    (Kind.MEDIATOR_CLAIM, B): _TARGET,
    (Kind.MEDIATOR_CLAIM, S): _TARGET,
    (Kind.DECISION, B): _TARGET,
    (Kind.DECISION, S): _TARGET,
    (Kind.COMPLAINT_REVIEW, B): _REVIEW,
    (Kind.COMPLAINT_REVIEW, S): _REVIEW,
    (Kind.EVIDENCE_BUYER, B): gettext_lazy(
        "If you do not answer by then, the mediator decides on what is there."
    ),
    (Kind.EVIDENCE_BUYER, S): gettext_lazy(
        "If the buyer does not answer by then, the mediator decides on what is there."
    ),
    (Kind.EVIDENCE_SELLER, B): gettext_lazy(
        "If the seller does not answer by then, the mediator decides on what is there."
    ),
    (Kind.EVIDENCE_SELLER, S): gettext_lazy(
        "If you do not answer by then, the mediator decides on what is there."
    ),
    (Kind.SETTLEMENT_PROPOSAL, B): gettext_lazy(
        "If the seller does not agree by then, the proposal lapses and the dispute goes on."
    ),
    (Kind.SETTLEMENT_PROPOSAL, S): gettext_lazy(
        "If you do not agree by then, the proposal lapses and the dispute goes on."
    ),
    (Kind.SETTLEMENT, B): gettext_lazy(
        "If the refund is not recorded by then, the dispute goes on where it was, with the time that was left."
    ),
    (Kind.SETTLEMENT, S): gettext_lazy(
        "If the refund is not recorded by then, the dispute goes on where it was, with the time that was left."
    ),
}


_MISSING: dict[tuple[str, str], Any] = {
    (Kind.SELLER_ANSWER, B): gettext_lazy(
        "If the seller stays silent, you get the %(asked)s that you asked for."
    ),
    (Kind.SELLER_ANSWER, S): gettext_lazy(
        "If you do nothing by then, %(asked)s goes back to the buyer."
    ),
}
"""The same where nothing arrived: there is nothing that could be sent back."""

_BEFORE_REPLACEMENT: dict[tuple[str, str], Any] = {
    (Kind.RETURN_SHIP, B): gettext_lazy(
        "If you do not send it by then, the dispute closes and you get no replacement."
    ),
    (Kind.RETURN_SHIP, S): gettext_lazy(
        "If the buyer does not send it by then, the dispute closes without a replacement."
    ),
    (Kind.RETURN_DELIVERY, B): gettext_lazy(
        "If nobody records its arrival by then, it counts as arrived and the seller has to send the replacement."
    ),
    (Kind.RETURN_DELIVERY, S): gettext_lazy(
        "If you record nothing by then, it counts as arrived and you have to send the replacement."
    ),
    (Kind.RETURN_CONFIRM, B): gettext_lazy(
        "If the seller says nothing by then, the seller has to send the replacement."
    ),
    (Kind.RETURN_CONFIRM, S): gettext_lazy(
        "If you say nothing by then, you have to send the replacement."
    ),
}
"""The same where a replacement was agreed: the return comes before it."""


def _less(dispute: Dispute, side: str) -> Any:
    """The same where less is left on the order than was asked for; nothing where there is enough."""
    left = policies.at_most(dispute, dispute.amount_asked)
    if left == dispute.amount_asked:
        return ""
    if not left:
        return _("All of the money was refunded already: after that the dispute is over.")
    if side == S:
        return ""
    if dispute.received:
        return gettext_lazy(
            "If the seller stays silent, you get %(asked)s, which is all that is left, and send nothing back."
        )
    return gettext_lazy("If the seller stays silent, you get %(asked)s, which is all that is left.")


def consequence(dispute: Dispute, kind: str, side: str) -> str:
    """What happens to this reader when the clock runs out and nobody has acted."""
    if is_late(dispute, kind):
        return ""
    if kind == Kind.COMPLAINT_WINDOW:
        if not dispute.return_required:
            return _("After that the decision is final and the dispute closes by itself.")
        if side == B:
            return _("After that the decision is final and your time to send it back starts.")
        return _("After that the decision is final and the buyer's time to send it back starts.")
    facts = {
        "asked": terms.amount(dispute, policies.at_most(dispute, dispute.amount_asked)),
        "final": terms.amount(
            dispute, policies.at_most(dispute, dispute.final_amount or Decimal(0))
        ),
        "instead": terms.amount(dispute, payout.instead(dispute)),
    }
    known = _CONSEQUENCES.get((kind, side), "")
    if dispute.replacement:
        known = _BEFORE_REPLACEMENT.get((kind, side), known)
    if not dispute.received:
        known = _MISSING.get((kind, side), known)
    if kind == Kind.SELLER_ANSWER:
        known = _less(dispute, side) or known
    words = str(known) % facts
    counted = payout.refunded_before(dispute) if kind in PAYING else ""
    return f"{words} {counted}".strip()


PAYING = frozenset(
    {
        Kind.SELLER_ANSWER, Kind.RETURN_DELIVERY, Kind.RETURN_CONFIRM, Kind.RETURN_SHIP,
        Kind.REPLACEMENT_SHIP, Kind.REPLACEMENT_DELIVERY,
    }
)  # fmt: skip
"""Clocks at whose end an amount is granted, or may be: what went back before counts toward it."""


AHEAD: dict[str, Any] = {
    Kind.SELLER_ANSWER: gettext_lazy("The buyer gets the money, if the seller has not answered"),
    Kind.NEGOTIATION: gettext_lazy("A mediator takes the case, if nobody agrees before"),
    Kind.RETURN_SHIP: gettext_lazy("The dispute closes, if nothing was sent back"),
    Kind.RETURN_DELIVERY: gettext_lazy("The return counts as arrived"),
    Kind.RETURN_CONFIRM: gettext_lazy("The refund follows, if the seller says nothing"),
    Kind.REPLACEMENT_SHIP: gettext_lazy("The buyer gets the money, if no replacement was sent"),
    Kind.REPLACEMENT_DELIVERY: gettext_lazy("The replacement counts as lost"),
    Kind.REPLACEMENT_CONFIRM: gettext_lazy("The dispute closes as replaced, if the buyer says nothing"),
    Kind.MEDIATOR_CLAIM: gettext_lazy("A mediator has taken the case, at the latest"),
    Kind.DECISION: gettext_lazy("The mediator has decided, at the latest"),
    Kind.EVIDENCE_BUYER: gettext_lazy("The buyer's time to answer the mediator ends"),
    Kind.EVIDENCE_SELLER: gettext_lazy("The seller's time to answer the mediator ends"),
    Kind.COMPLAINT_WINDOW: gettext_lazy("The decision becomes final"),
    Kind.COMPLAINT_REVIEW: gettext_lazy("The decision has been reviewed, at the latest"),
    Kind.SETTLEMENT_PROPOSAL: gettext_lazy("The proposed settlement lapses, if it is not agreed"),
    Kind.SETTLEMENT: gettext_lazy("The dispute goes on, if the refund is not recorded"),
}  # fmt: skip
"""What the history shows as still to come."""

SUMMARY: dict[str, Any] = {
    Kind.SELLER_ANSWER: gettext_lazy("Seller must answer"),
    Kind.NEGOTIATION: gettext_lazy("Time to agree ends"),
    Kind.RETURN_SHIP: gettext_lazy("Return must be sent"),
    Kind.RETURN_DELIVERY: gettext_lazy("Return counts as arrived"),
    Kind.RETURN_CONFIRM: gettext_lazy("Return must be checked"),
    Kind.REPLACEMENT_SHIP: gettext_lazy("Replacement must be sent"),
    Kind.REPLACEMENT_DELIVERY: gettext_lazy("Replacement counts as lost"),
    Kind.REPLACEMENT_CONFIRM: gettext_lazy("Replacement must be checked"),
    Kind.MEDIATOR_CLAIM: gettext_lazy("A mediator takes the case"),
    Kind.DECISION: gettext_lazy("Decision is due"),
    Kind.EVIDENCE_BUYER: gettext_lazy("Buyer must answer the mediator"),
    Kind.EVIDENCE_SELLER: gettext_lazy("Seller must answer the mediator"),
    Kind.COMPLAINT_WINDOW: gettext_lazy("Decision becomes final"),
    Kind.COMPLAINT_REVIEW: gettext_lazy("Review of the decision is due"),
    Kind.SETTLEMENT_PROPOSAL: gettext_lazy("Settlement must be agreed"),
    Kind.SETTLEMENT: gettext_lazy("Refund must be recorded"),
}
"""The name of a clock in a person's own calendar."""

OWN_QUESTION = {B: Kind.EVIDENCE_BUYER, S: Kind.EVIDENCE_SELLER}


def main_clock(dispute: Dispute, side: str) -> Deadline | None:
    """The clock that matters most to this reader: a settlement, a question to them, else the state's own.

    One that stands still (the time to decide, while a case waits for another mediator) only where no other runs.
    """
    open_clocks = dispute.open_deadlines
    by_kind = {d.kind: d for d in reversed(open_clocks)}
    for kind in (Kind.SETTLEMENT, OWN_QUESTION.get(Party(side))):
        if kind in by_kind:
            return by_kind[kind]
    asides = {Kind.SETTLEMENT_PROPOSAL, Kind.EVIDENCE_BUYER, Kind.EVIDENCE_SELLER}
    own = [d for d in open_clocks if d.kind not in asides]
    return next((d for d in own if d.state != DeadlineState.PAUSED), own[0] if own else None)


def is_late(dispute: Dispute, kind: str) -> bool:
    """The platform has missed its own target, so that this clock only repeats the alarm every day."""
    return dispute.overdue_at is not None and kind in STAFF_TARGETS


def running(dispute: Dispute, side: str) -> Deadline | None:
    """The clock that this reader sees: once our target is missed, how late we are, and the first sum.

    A late clock is for reading only and never saved; the clock in the database comes due again every day.
    """
    clock = main_clock(dispute, side)
    if clock is None or dispute.overdue_at is None or not is_late(dispute, clock.kind):
        return clock
    steps = clock.explanation.get("steps", [])
    days = [n for n, step in enumerate(steps) if step["kind"] == "add_days"]
    promised = steps[: days[1]] if len(days) > 1 else steps
    return DisputeDeadline(
        case=dispute, kind=clock.kind, state=DeadlineState.PENDING, started_at=clock.started_at,
        due_at=dispute.overdue_at, explanation={**clock.explanation, "steps": promised},
    )  # fmt: skip


def is_target(kind: str) -> bool:
    """True for targets of the platform's own staff: late is late, but nobody's time is up."""
    return kind in STAFF_TARGETS
