"""A correction in words, for the buyer and for the desk. Loaded rows only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core import money
from orders import reading
from orders.models import Correction
from orders.states import CorrectionState, Finding, RefundState

S = CorrectionState
TONES = {S.OPEN: "caution", S.REQUESTED: "caution", S.ADJUSTED: "caution", S.SETTLED: "money-in"}


def part(correction: Correction, side: str) -> dict[str, Any]:
    """A correction on the page of payments. Its refund is loaded."""
    return {
        "correction": correction, "found": found(correction), "doing": doing(correction),
        "tone": TONES.get(S(correction.state), ""), "label": correction.get_state_display(),
        "note": correction.note if side == reading.STAFF or correction.state == S.DISMISSED else "",
        "over": correction.ended_at is not None,
    }  # fmt: skip


def found(correction: Correction) -> str:
    """What the settlement showed, with the amounts."""
    there = (
        money.format_amount(correction.found_amount, correction.found_currency)
        if correction.found_amount is not None
        else ""
    )
    refund = correction.refund
    if refund is None:
        return _("The bank booked a refund of %(found)s that we do not know.") % {"found": there}
    facts = {"amount": money.format_amount(refund.amount, refund.currency), "found": there}
    sentence = {
        Finding.CHARGED: _("We found that the bank charged %(found)s instead of paying %(amount)s back."),
        Finding.TWICE: _("We found that the bank paid %(amount)s back more than once: %(found)s in all."),
        Finding.OTHER_AMOUNT: _("We found that the bank paid %(found)s back instead of %(amount)s."),
        Finding.OTHER_CURRENCY: _("We found that the bank paid %(found)s back instead of %(amount)s."),
        Finding.NEVER_MADE: _("We found that the bank never paid %(amount)s back."),
    }[Finding(correction.finding)]  # fmt: skip
    return sentence % facts


def doing(correction: Correction) -> str:
    """What we do about it, or how it ended."""
    if correction.state == S.OPEN and correction.finding == Finding.TWICE:
        return _("We settle that with the bank. You need not do anything.")
    return {
        S.OPEN: _("We look into it and have it put right. You need not do anything."),
        S.REQUESTED: _("We have asked the bank to put it right. You need not do anything."),
        S.ADJUSTED: _("We have put it right, and wait until the bank confirms it."),
        S.SETTLED: _("It is settled."),
        S.DISMISSED: _("We looked into it: there is nothing to put right."),
    }[S(correction.state)]


def moves(correction: Correction) -> list[dict[str, str]]:
    """The steps that an administrator can take now."""
    steps: list[tuple[str, str]] = []
    if correction.state == S.OPEN:
        steps.append(("ask", _("The bank is asked to put it right")))
    if correction.state in {S.OPEN, S.REQUESTED}:
        refund = correction.refund
        if (
            correction.finding == Finding.NEVER_MADE
            and refund is not None
            and refund.state in {RefundState.SUBMITTED, RefundState.FAILED}
        ):
            steps.append(("send_again", _("Send the refund again, under the same key")))
        steps.append(("adjust", _("It is put right on our side")))
    steps.append(("settle", _("It is settled")))
    if correction.state in {S.OPEN, S.REQUESTED}:
        steps.append(("dismiss", _("It was no mistake")))
    return [{"value": value, "label": label} for value, label in steps]
