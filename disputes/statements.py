"""What is alleged, and the statement of a decision drafted from the chosen facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import money
from disputes.effects.mediation import Found
from disputes.models import Dispute
from disputes.states import DecisionReason, Finding, Party, PostagePayer, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Allegation:
    """A claim of one side that a decision has to answer. `code` keeps it apart from the others."""

    code: str
    party: str
    text: Any


BUYER_SAYS: dict[str, Any] = {
    Reason.NO_TRACKING: _("The order did not arrive; the tracking shows nothing"),
    Reason.WRONG_ADDRESS: _("The order was delivered to another address or city"),
    Reason.LATE: _("The order did not arrive in the promised time"),
    Reason.CUSTOMS: _("The order did not arrive; customs holds it"),
    Reason.SENT_BACK: _("The order did not arrive; it was sent back"),
    Reason.SPECIFICATION: _("The product has another specification than described"),
    Reason.SIZE: _("The product has another size than described"),
    Reason.COLOUR: _("The product has another colour than described"),
    Reason.STYLE: _("The product has another style or material than described"),
    Reason.QUANTITY: _("Fewer pieces came than were ordered"),
    Reason.DAMAGED: _("The product was damaged on arrival"),
    Reason.DEFECTIVE: _("The product does not work"),
    Reason.COUNTERFEIT: _("The product is a counterfeit"),
    Reason.PARTS_MISSING: _("Parts were missing on arrival"),
}
SELLER_DENIES: dict[bool, Any] = {
    True: _("The product left whole and as described"),
    False: _("The order was sent and delivered to the right address"),
}
RETURN_CONTESTED = _("What came back was not complete or not as it was sent")
REPLACEMENT_CONTESTED = _("The replacement did not come, or was not right")

SUGGESTED: dict[str, str] = {
    Reason.NO_TRACKING: DecisionReason.NOT_DELIVERED,
    Reason.WRONG_ADDRESS: DecisionReason.DELIVERED_ELSEWHERE,
    Reason.LATE: DecisionReason.NOT_DELIVERED,
    Reason.CUSTOMS: DecisionReason.NOT_DELIVERED,
    Reason.SENT_BACK: DecisionReason.NOT_DELIVERED,
    Reason.DAMAGED: DecisionReason.DAMAGED_ON_ARRIVAL,
    Reason.DEFECTIVE: DecisionReason.DOES_NOT_WORK,
    Reason.COUNTERFEIT: DecisionReason.COUNTERFEIT,
    Reason.QUANTITY: DecisionReason.INCOMPLETE,
    Reason.PARTS_MISSING: DecisionReason.INCOMPLETE,
}


def allegations(dispute: Dispute) -> list[Allegation]:
    """What each side claims: the buyer's reason, the seller's rejection, a contested return or replacement."""
    found = [Allegation(dispute.reason, Party.BUYER, BUYER_SAYS[dispute.reason])]
    if dispute.seller_answer:
        found.append(Allegation("denial", Party.SELLER, SELLER_DENIES[dispute.received]))
    if dispute.contest_reason:
        found.append(Allegation("return", Party.SELLER, RETURN_CONTESTED))
    if dispute.replacement_contest:
        found.append(Allegation("replacement", Party.BUYER, REPLACEMENT_CONTESTED))
    return found


def suggested_reason(dispute: Dispute, verdict: str) -> str:
    """The ground that fits the buyer's reason and the verdict; the mediator may choose another."""
    if verdict == Verdict.NONE:
        return DecisionReason.NOT_SHOWN
    return SUGGESTED.get(dispute.reason, DecisionReason.NOT_AS_DESCRIBED)


def draft(
    dispute: Dispute,
    findings: Sequence[Found],
    *,
    verdict: str,
    amount: Decimal,
    reason: str = "",
    return_required: bool = False,
    postage_payer: str = "",
) -> str:
    """The statement to both parties, in the active language, from what was found and decided.

    The mediator edits it; names of people are left out, so that the text can be read by anybody.
    """
    parts = [_found(found) for found in findings]
    if reason:
        parts.append(
            say("The ground of this decision: %(reason)s.")
            % {"reason": DecisionReason(reason).label}
        )
    parts.append(_granted(dispute, verdict, amount, return_required))
    if return_required and postage_payer in PostagePayer.values:
        parts.append(f"{PostagePayer(postage_payer).label}.")
    if return_required:
        days = dispute.policy.days("return_ship_days")
        parts.append(
            ngettext(
                "The return starts when this decision is final and has to be sent within %(days)d day of that.",
                "The return starts when this decision is final and has to be sent within %(days)d days of that.",
                days,
            )
            % {"days": days}
        )
    days = dispute.policy.days("complaint_days")
    parts.append(
        ngettext(
            "This decision becomes final %(days)d day after it was sent.",
            "This decision becomes final %(days)d days after it was sent.",
            days,
        )
        % {"days": days}
    )
    return "\n".join(part for part in parts if part)


def _found(found: Found) -> str:
    said = {"text": found.allegation.rstrip("."), "cited": ", ".join(f"E{n}" for n in found.cited)}
    if found.party == Party.BUYER:
        if found.result == Finding.PROVED:
            return say("The buyer said: “%(text)s.” We find this proved (%(cited)s).") % said
        if found.result == Finding.NOT_PROVED:
            return say("The buyer said: “%(text)s.” We find this not proved.") % said
        return say("The buyer said: “%(text)s.” This did not need to be decided.") % said
    if found.result == Finding.PROVED:
        return say("The seller said: “%(text)s.” We find this proved (%(cited)s).") % said
    if found.result == Finding.NOT_PROVED:
        return say("The seller said: “%(text)s.” We find this not proved.") % said
    return say("The seller said: “%(text)s.” This did not need to be decided.") % said


def _granted(dispute: Dispute, verdict: str, amount: Decimal, return_required: bool) -> str:
    facts = {"amount": money.format_amount(amount, dispute.currency)}
    if verdict == Verdict.NONE:
        return say("There is no refund. The money of the order goes to the seller.")
    if return_required:
        return (
            say("The buyer gets %(amount)s back after returning the order to the seller.") % facts
        )
    if not dispute.received:
        if verdict == Verdict.ALL:
            return say("The buyer gets all of the money back: %(amount)s.") % facts
        return say("The buyer gets %(amount)s back.") % facts
    if verdict == Verdict.ALL:
        return (
            say("The buyer gets all of the money back: %(amount)s. The order need not be returned.")
            % facts
        )
    return say("The buyer gets %(amount)s back and keeps the order.") % facts
