"""The mediator's work on a case."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant
from core import clock
from core.actors import Actor
from core.errors import CaseChanged, NotAllowed, Refused
from disputes import policies, statements
from disputes.effects import mediation
from disputes.effects.mediation import Found, Ruling
from disputes.models import DecisionDraft, Dispute, EvidenceItem
from disputes.services import input
from disputes.services.input import moving
from disputes.services.negotiation import check_return
from disputes.states import DecisionReason, DisputeState, Finding, Party, Verdict
from evidence.states import FileState

PARTIES = (Party.BUYER.value, Party.SELLER.value)
FINDINGS_MAX = 30


def claim_dispute(*, dispute_id: int, actor: Actor) -> Dispute:
    """Take an escalated case. Never as a party; of two at once, one reads that the case changed."""
    with moving(dispute_id) as (batch, dispute):
        mediation.claim(batch, dispute, actor)
    return dispute


def hand_over_dispute(
    *, dispute_id: int, actor: Actor, mediator_id: int, note: str = ""
) -> Dispute:
    """Give the case to another mediator of the storefront."""
    with moving(dispute_id) as (batch, dispute):
        roles = RoleGrant.of(mediator_id, dispute.storefront_id)
        words = input.text(note, input.message_limit(dispute), optional=True)
        mediation.hand_over(batch, dispute, actor, Actor.person(mediator_id, roles), words)
    return dispute


def assign_dispute(*, dispute_id: int, actor: Actor, mediator_id: int, note: str = "") -> Dispute:
    """Give a case that nobody took to a mediator of the storefront."""
    with moving(dispute_id) as (batch, dispute):
        roles = RoleGrant.of(mediator_id, dispute.storefront_id)
        words = input.text(note, input.message_limit(dispute), optional=True)
        mediation.assign(batch, dispute, actor, Actor.person(mediator_id, roles), words)
    return dispute


def hand_back_dispute(*, dispute_id: int, actor: Actor, note: str = "") -> Dispute:
    """Put the case back into the queue."""
    with moving(dispute_id) as (batch, dispute):
        words = input.text(note, input.message_limit(dispute), optional=True)
        mediation.hand_back(batch, dispute, actor, words)
    return dispute


def request_evidence(*, dispute_id: int, actor: Actor, party: str, question: str) -> Dispute:
    """Ask buyer or seller a question in words; they have the days of the policy for it."""
    if party not in PARTIES:
        raise Refused(_("Choose the buyer or the seller."), "party")
    with moving(dispute_id) as (batch, dispute):
        words = input.text(question, input.message_limit(dispute), empty=_("Write the question."))
        mediation.ask(batch, dispute, actor, party, words)
    return dispute


def take_back_request(*, dispute_id: int, actor: Actor, party: str) -> Dispute:
    """The answer is not needed any more."""
    with moving(dispute_id) as (batch, dispute):
        mediation.take_back(batch, dispute, actor, party)
    return dispute


def save_decision_draft(*, dispute_id: int, actor: Actor, content: dict[str, Any]) -> DecisionDraft:
    """Keep the findings form as it stands. No event: nothing about the case has changed yet."""
    dispute = Dispute.objects.get(pk=dispute_id)
    if dispute.state != DisputeState.IN_MEDIATION:
        raise CaseChanged
    if not policies.is_own_mediator(dispute, actor):
        raise NotAllowed
    draft, _made = DecisionDraft.objects.update_or_create(
        dispute=dispute,
        defaults={
            "mediator_id": actor.person_id,
            "content": input.storable(content),
            "saved_at": clock.now(),
        },
    )
    return draft


def decide_dispute(
    *,
    dispute_id: int,
    actor: Actor,
    verdict: str,
    reason: str,
    statement: str,
    findings: Sequence[Found],
    amount: Decimal | None = None,
    return_required: bool = False,
    postage_payer: str = "",
) -> Dispute:
    """Send the decision.

    Refused until every allegation has a finding, everything proved cites evidence of this case, a reason
    is picked and the statement is written. `amount` counts only for `part`: more than 0 and less than all.
    A return needs goods that arrived.
    """
    with moving(dispute_id) as (batch, dispute):
        if (
            not policies.is_own_mediator(dispute, actor)
            and dispute.state == DisputeState.IN_MEDIATION
        ):
            raise NotAllowed
        ruling = Ruling(
            verdict=_known(verdict, Verdict.values, _("Choose all, part or none.")),
            amount=granted(dispute, verdict, amount),
            reason=_known(reason, DecisionReason.values, _("Pick a reason from the list.")),
            statement=input.text(statement, input.STATEMENT_MAX, empty=_("Write the statement to both parties.")),
            return_required=return_required, postage_payer=postage_payer,
            findings=tuple(check_findings(dispute, findings)),
        )  # fmt: skip
        check_return(return_required, postage_payer, ruling.amount)
        if return_required and not policies.has_goods(dispute):
            raise Refused(_("Nothing arrived, so nothing can be sent back."), "return")
        mediation.decide(batch, dispute, actor, ruling)
        DecisionDraft.objects.filter(dispute_id=dispute.pk).delete()
    return dispute


def granted(dispute: Dispute, verdict: str, amount: Decimal | None) -> Decimal:
    """The money that a verdict gives, in the dispute's currency."""
    if verdict == Verdict.NONE:
        return Decimal(0)
    if verdict == Verdict.ALL:
        if not dispute.at_most:
            raise Refused(_("Nothing is left on this order to refund."), "amount")
        return dispute.at_most
    if amount is None:
        raise Refused(_("Write the amount that the buyer gets."), "amount")
    policies.check_amount(
        amount, refundable=dispute.at_most, currency=dispute.currency, least=Decimal(0)
    )
    if amount >= dispute.at_most:
        raise Refused(_("This is all of the money. Choose “refund all” instead."), "amount")
    return amount


def check_findings(dispute: Dispute, findings: Sequence[Found]) -> list[Found]:
    """Every allegation is marked, and a cited proof exists wherever "proved" is said."""
    if len(findings) > FINDINGS_MAX:
        raise Refused(_("These are too many findings."), "findings")
    taken = EvidenceItem.objects.filter(dispute_id=dispute.pk, file__state=FileState.CLEAN)
    numbers = set(taken.values_list("number", flat=True))
    marked = {found.code for found in findings if found.code}
    for allegation in statements.allegations(dispute):
        if allegation.code not in marked:
            raise Refused(
                _("A finding is still open: %(text)s") % {"text": allegation.text}, "finding_open"
            )
    checked = []
    for found in findings:
        if found.result not in Finding.values or found.party not in PARTIES:
            raise Refused(_("Mark each finding as proved, not proved or not needed."), "finding")
        words = input.text(
            found.allegation, input.message_limit(dispute), empty=_("Name the allegation.")
        )
        if found.result == Finding.PROVED and not found.cited:
            raise Refused(
                _("Cite the evidence that proves this: %(text)s") % {"text": words}, "finding_proof"
            )
        if not set(found.cited) <= numbers:
            raise Refused(_("A finding cites evidence that is not in this case."), "finding_cited")
        checked.append(
            Found(
                words, found.party, found.result, tuple(sorted(set(found.cited))), found.code[:32]
            )
        )
    return checked


def _known(value: str, values: Sequence[str], message: Any) -> str:
    if value not in values:
        raise Refused(message, "choice")
    return value
