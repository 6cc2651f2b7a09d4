"""The questionnaire's answers: what each page asks, and when all of it is good enough to send."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import money, words
from core.errors import Refused
from disputes import policies
from disputes.effects.opening import Claim
from disputes.selectors import eligibility
from disputes.states import STEPS, PostagePayer, Step, Wanted
from orders.models import Order

KEYS: dict[str, tuple[str, ...]] = {
    Step.RECEIVED: ("received",),
    Step.REASON: ("reason",),
    Step.STORY: ("story", "language"),
    Step.WANTED: ("wanted", "amount", "postage_payer"),
    Step.EVIDENCE: (),
    Step.CHECK: (),
}
"""Which answers each page gives. They are kept as JSON; the amount as text."""


class Unfinished(Refused):
    """An answer is missing or no longer fits; `step` is the page on which it is given."""

    def __init__(self, message: Any, step: str) -> None:
        super().__init__(message, "unfinished")
        self.step = step


def next_step(step: str) -> str:
    """The page after this one; the last one stays."""
    return STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]


def previous_step(step: str) -> str | None:
    position = STEPS.index(step)
    return STEPS[position - 1] if position else None


def merged(answers: dict[str, Any], step: str, given: dict[str, Any]) -> dict[str, Any]:
    """The answers with those of one page replaced; a reason that no longer fits the first answer goes."""
    now = {**answers, **{key: given[key] for key in KEYS[step] if key in given}}
    if step == Step.RECEIVED and answers.get("received") != now.get("received"):
        now.pop("reason", None)
    return now


def claim_of(order: Order, answers: dict[str, Any], now: datetime) -> Claim:
    """All answers, checked against the order as it is now. Raises `Unfinished` naming the page."""
    received, reason = answers.get("received"), str(answers.get("reason") or "")
    if not isinstance(received, bool):
        raise Unfinished(_("Say whether the order arrived."), Step.RECEIVED)
    try:
        eligibility.check_reason(order, received, reason, now)
    except Refused as refusal:
        page = Step.RECEIVED if refusal.code == "confirmed" else Step.REASON
        raise Unfinished(refusal.message, page) from None
    try:
        story = words.clean_text(
            str(answers.get("story") or ""), int(order.policy.get("description_max_chars"))
        )
    except Refused as refusal:
        raise Unfinished(refusal.message, Step.STORY) from None
    if not story:
        raise Unfinished(_("Say in your own words what happened."), Step.STORY)
    wanted, payer = (
        str(answers.get("wanted") or ""),
        str(answers.get("postage_payer") or PostagePayer.SELLER),
    )
    if wanted not in wishes(received):
        raise Unfinished(_("Choose what you want."), Step.WANTED)
    if payer not in PostagePayer.values:
        raise Unfinished(_("Say who should pay the postage of the return."), Step.WANTED)
    amount = _amount(order, answers.get("amount"))
    return Claim(
        received=received, reason=reason, story=story, wanted=wanted, amount=amount,
        language=str(answers.get("language") or "")[:12], postage_payer=payer,
    )  # fmt: skip


def _amount(order: Order, value: Any) -> Decimal:
    """The amount asked, read as its field reads it: what was refused there is not taken for another amount here."""
    typed = "" if value is None else str(value)
    if not typed.strip():
        raise Unfinished(_("Write how much you want back."), Step.WANTED)
    try:
        amount = money.parse_amount(typed, order.currency)
        return policies.check_amount(
            amount, refundable=order.refundable, currency=order.currency, least=Decimal(0)
        )
    except Refused as refusal:
        raise Unfinished(refusal.message, Step.WANTED) from None


def wishes(received: bool) -> tuple[str, ...]:
    """What can be asked for: nothing can be sent back that never arrived."""
    kept = (Wanted.REFUND.value, Wanted.REPLACEMENT.value)
    return (
        (Wanted.REFUND.value, Wanted.RETURN_REFUND.value, Wanted.REPLACEMENT.value)
        if received
        else kept
    )
