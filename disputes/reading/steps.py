"""The way of a dispute as a row of steps: what is done, what is now, what may come."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.models import DeadlineState
from core.templatetags import timewords
from disputes import policies
from disputes.models import Dispute
from disputes.reading import payout, terms
from disputes.states import TERMINAL, Kind, Outcome, Party, Wanted
from disputes.states import DisputeState as S

Step = dict[str, Any]
RETURNS = (Outcome.RETURN_CONFIRMED, Outcome.RETURN_UNANSWERED)
REPLACEMENTS = (Outcome.REPLACED, Outcome.REPLACEMENT_NOT_SENT, Outcome.REPLACEMENT_LOST)


def _day(at: datetime | None) -> str:
    return timewords.moment(at, "day") if at else ""


def _until(dispute: Dispute, *kinds: str) -> str:
    """The end of the step's own clock; a clock that stands still has none, and a missed target is late."""
    clock = next((c for kind in kinds if (c := dispute.deadline(kind))), None)
    if clock is None:
        return _("later than promised") if dispute.overdue_at else ""
    if clock.state == DeadlineState.PAUSED:
        return _("stands still")
    return _("until %(day)s") % {"day": _day(clock.due_at)}


def steps_of(dispute: Dispute, side: str) -> list[Step]:
    """The stepper of a dispute page."""
    found = [{"label": _("Opened"), "note": _day(dispute.opened_at), "state": "done"}]
    found += [
        *_answer(dispute, side),
        *_talk(dispute),
        *_mediator(dispute),
        *_return(dispute, side),
        *_replacement(dispute, side),
    ]
    first = next((n for n, step in enumerate(found) if step["state"] != "done"), len(found))
    found[first:first] = _refunded(dispute)
    found.append(_end(dispute))
    return found


def _step(label: str, note: str, state: str) -> Step:
    return {"label": label, "note": note, "state": state}


def _answer(dispute: Dispute, side: str) -> list[Step]:
    label = _("Seller answers") if side == Party.BUYER else _("You answer")
    if dispute.state == S.AWAITING_SELLER:
        return [_step(label, _until(dispute, Kind.SELLER_ANSWER), "now")]
    if dispute.answered_at is None:
        return []
    return [
        _step(
            _("Seller answered") if side == Party.BUYER else _("You answered"),
            _day(dispute.answered_at),
            "done",
        )
    ]


def _talk(dispute: Dispute) -> list[Step]:
    if dispute.state == S.AWAITING_SELLER:
        return [_step(_("You two negotiate"), _("if the seller does not accept"), "maybe")]
    if dispute.state == S.NEGOTIATING:
        return [_step(_("You two negotiate"), _until(dispute, Kind.NEGOTIATION), "now")]
    contested = dispute.contest_reason or dispute.replacement_contest
    first, last = dispute.answered_at, dispute.escalated_at or dispute.agreed_at
    if first and last and last > first and not contested:
        return [_step(_("You two negotiated"), _day(last), "done")]
    return []


def _mediator(dispute: Dispute) -> list[Step]:
    if dispute.state in (S.AWAITING_SELLER, S.NEGOTIATING):
        return [_step(_("Mediator"), _("only if you do not agree"), "maybe")]
    if dispute.state == S.ESCALATED:
        return [
            _step(_("A mediator takes the case"), _until(dispute, Kind.MEDIATOR_CLAIM), "now"),
            _step(_("Mediator decides"), "", "next"),
        ]
    if dispute.state == S.IN_MEDIATION:
        return [_step(_("Mediator decides"), _until(dispute, Kind.DECISION), "now")]
    if dispute.state == S.UNDER_COMPLAINT:
        return [
            _step(_("Mediator decided"), _day(dispute.decided_at), "done"),
            _step(_("Decision is reviewed"), _until(dispute, Kind.COMPLAINT_REVIEW), "now"),
        ]
    if dispute.state == S.DECIDED:
        return [
            _step(_("Mediator decided"), _day(dispute.decided_at), "done"),
            _step(_("Decision becomes final"), _until(dispute, Kind.COMPLAINT_WINDOW), "now"),
        ]
    if dispute.decided_at:
        return [_step(_("Mediator decided"), _day(dispute.decided_at), "done")]
    return []


def _return(dispute: Dispute, side: str) -> list[Step]:
    label = _("You send it back") if side == Party.BUYER else _("It comes back to you")
    if dispute.state == S.AWAITING_RETURN:
        return [_step(label, _until(dispute, Kind.RETURN_SHIP), "now")]
    if dispute.state == S.RETURN_IN_TRANSIT:
        return [
            _step(
                _("Return on its way"),
                _until(dispute, Kind.RETURN_CONFIRM, Kind.RETURN_DELIVERY),
                "now",
            )
        ]
    replacing = dispute.state in (S.AWAITING_REPLACEMENT, S.REPLACEMENT_IN_TRANSIT)
    sent = replacing or dispute.outcome in REPLACEMENTS
    if dispute.outcome in RETURNS or (sent and dispute.return_required):
        return [_step(_("Returned"), "", "done")]
    if dispute.state in (S.DECIDED, S.UNDER_COMPLAINT) and dispute.return_required:
        return [_step(label, _("once it is final"), "next")]
    if dispute.wanted == Wanted.RETURN_REFUND and dispute.state in (
        S.AWAITING_SELLER,
        S.NEGOTIATING,
    ):
        return [_step(label, _("if agreed"), "maybe")]
    return []


def _replacement(dispute: Dispute, side: str) -> list[Step]:
    label = _("You send a replacement") if side == Party.SELLER else _("Replacement is sent")
    if dispute.state == S.AWAITING_REPLACEMENT:
        return [_step(label, _until(dispute, Kind.REPLACEMENT_SHIP), "now")]
    if dispute.state == S.REPLACEMENT_IN_TRANSIT:
        until = _until(dispute, Kind.REPLACEMENT_CONFIRM, Kind.REPLACEMENT_DELIVERY)
        return [_step(_("Replacement on its way"), until, "now")]
    if dispute.outcome == Outcome.REPLACED:
        return [_step(_("Replaced"), "", "done")]
    if dispute.state in (S.AWAITING_RETURN, S.RETURN_IN_TRANSIT) and dispute.replacement:
        return [_step(label, _("once it is back"), "next")]
    if dispute.wanted == Wanted.REPLACEMENT and dispute.state in (S.AWAITING_SELLER, S.NEGOTIATING):
        return [_step(label, _("if agreed"), "maybe")]
    return []


def _refunded(dispute: Dispute) -> list[Step]:
    """Money that is with the bank, or came, while the dispute goes on: it stands behind the reader, not ahead."""
    if dispute.state in TERMINAL or not dispute.refund_requested:
        return []
    return [_step(_("Refund requested"), terms.amount(dispute, dispute.refund_requested), "done")]


def _end(dispute: Dispute) -> Step:
    if dispute.state in TERMINAL:
        moves = (
            dispute.final_amount and dispute.outcome != Outcome.WITHDRAWN
        )  # what was agreed fell with it
        label = _("Over, money moves") if moves else _("Over")
        return _step(label, _day(dispute.ended_at), "done")
    if dispute.deadline(Kind.SETTLEMENT) is not None:
        return _step(_("Over"), _until(dispute, Kind.SETTLEMENT), "next")
    if not dispute.refund_requested:
        return _step(_("Money moves"), "", "next")
    more = dispute.state in payout.SETTLED and policies.still_due(
        dispute, dispute.final_amount or Decimal(0)
    )
    return _step(_("The rest of the money moves") if more and more > 0 else _("Over"), "", "next")
