"""The mediator: taking a case, asking, deciding; and what happens when the platform is late."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, Refused, TimeIsUp
from core.models import Deadline, DeadlineState, Event
from disputes import policies, states
from disputes.effects import ending, people, telling
from disputes.models import Decision, Dispute, EvidenceRequest, Finding
from disputes.states import Kind, RequestState

DAY = timedelta(days=1)
QUESTIONS = (Kind.EVIDENCE_BUYER, Kind.EVIDENCE_SELLER)


@dataclass(frozen=True, slots=True)
class Found:
    """One allegation with what the mediator found. `cited` are evidence numbers."""

    allegation: str
    party: str
    result: str
    cited: tuple[int, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision as the mediator sends it; checked by the service before it comes here."""

    verdict: str
    amount: Decimal
    reason: str
    statement: str
    return_required: bool = False
    postage_payer: str = ""
    findings: tuple[Found, ...] = field(default_factory=tuple)


def claim(batch: Batch, dispute: Dispute, actor: Actor) -> Event:
    """A mediator takes the case. The time to decide starts, or goes on where the case was handed back."""
    event = batch.transition(dispute, "claim", actor, mediator_id=actor.person_id)
    _time_to_decide(batch, dispute)
    telling.both(batch, dispute, event, "dispute_claimed")
    return event


def assign(batch: Batch, dispute: Dispute, actor: Actor, mediator: Actor, note: str = "") -> Event:
    """An administrator gives a case that nobody took to a mediator, who has the same time to decide."""
    if not policies.is_mediator(dispute, mediator):
        raise NotAllowed(_("Choose a mediator who is no party of this case."))
    event = batch.transition(
        dispute, "assign", actor, mediator_id=mediator.person_id, reason=note, data={"to": mediator.user_id}
    )  # fmt: skip
    _time_to_decide(batch, dispute)
    telling.both(batch, dispute, event, "dispute_claimed")
    telling.tell(batch, dispute, event, "dispute_handed_over", mediator.user_id, note=note)
    return event


def _time_to_decide(batch: Batch, dispute: Dispute) -> None:
    batch.end_deadlines(dispute, DeadlineState.MET, Kind.MEDIATOR_CLAIM)
    if any(d.kind == Kind.DECISION for d in dispute.open_deadlines):
        batch.resume(dispute, Kind.DECISION)
    else:
        batch.schedule_days(dispute, Kind.DECISION, "decision_days")


def hand_over(
    batch: Batch, dispute: Dispute, actor: Actor, mediator: Actor, note: str = ""
) -> Event:
    """Give the case to another mediator of the storefront, never to a party. The time runs on."""
    if not policies.is_mediator(dispute, mediator) or mediator.user_id == dispute.mediator_id:
        raise NotAllowed(_("Choose another mediator who is no party of this case."))
    before = dispute.mediator_id
    event = batch.transition(
        dispute, "hand_over", actor, mediator_id=mediator.user_id, reason=note,
        data={"from": before, "to": mediator.user_id},
    )  # fmt: skip
    telling.tell(batch, dispute, event, "dispute_handed_over", mediator.user_id, note=note)
    if before != actor.user_id:
        whose = people.still_mediator(batch, dispute.storefront_id, before)
        telling.tell(batch, dispute, event, "dispute_taken_from_you", whose)
    return event


def hand_back(batch: Batch, dispute: Dispute, actor: Actor, note: str = "") -> Event:
    """Put the case back into the queue; open questions end, what was left of the time is kept.

    Where the time to decide was over, the next mediator has the whole of it again.
    """
    before, late = dispute.mediator_id, dispute.overdue_at is not None
    event = batch.transition(dispute, "hand_back", actor, reason=note, data={"from": before})
    ending.void_requests(batch, dispute)
    batch.end_deadlines(dispute, DeadlineState.CANCELLED, *QUESTIONS)
    if late or not batch.pause(dispute, Kind.DECISION, why="handed_back"):
        batch.end_deadlines(dispute, DeadlineState.CANCELLED, Kind.DECISION)
    batch.schedule_days(dispute, Kind.MEDIATOR_CLAIM, "mediator_claim_days")
    telling.both(batch, dispute, event, "dispute_handed_back")
    if before != actor.user_id:
        whose = people.still_mediator(batch, dispute.storefront_id, before)
        telling.tell(batch, dispute, event, "dispute_taken_from_you", whose)
    return event


def lost_its_mediator(batch: Batch, dispute: Dispute) -> Event:
    """The mediator lost the role or the account: the case goes back, and the administrators are told."""
    event = hand_back(batch, dispute, Actor.system("mediator_gone"))
    telling.admins(batch, dispute, event, "dispute_mediator_gone")
    return event


def ask(batch: Batch, dispute: Dispute, actor: Actor, party: str, question: str) -> EvidenceRequest:
    """Ask one party a question; that party has the days of the policy. One open question for each party."""
    if any(request.party == party for request in dispute.hand.requests):
        raise Refused(
            _("This party still has an open question. Wait for the answer or take it back."),
            "asked",
        )
    event = batch.transition(dispute, "request_evidence", actor, data={"party": party})
    request = EvidenceRequest(
        dispute=dispute,
        party=party,
        author_id=actor.person_id,
        question=question,
        asked_at=batch.now,
    )
    dispute.hand.requests.append(batch.add(request))
    clock = batch.schedule_days(dispute, states.EVIDENCE_CLOCK[party], "evidence_answer_days")
    telling.both(
        batch, dispute, event, "dispute_evidence_requested", party=party, until_at=clock.due_at
    )
    return request


def answer(batch: Batch, dispute: Dispute, actor: Actor, text: str) -> EvidenceRequest:
    """The party that was asked answers in time. Raises `TimeIsUp` at the due moment and after."""
    party = policies.party_of(dispute, actor) or ""
    request = next((r for r in dispute.hand.requests if r.party == party), None)
    if request is None:
        raise NotAllowed if party not in states.EVIDENCE_CLOCK else CaseChanged
    kind = states.EVIDENCE_CLOCK[party]
    if not dispute.in_time(kind):
        raise TimeIsUp
    event = batch.transition(dispute, "answer_evidence_request", actor, data={"party": party})
    batch.change(request, state=RequestState.ANSWERED, answer=text, ended_at=batch.now)
    dispute.hand.requests.remove(request)
    batch.end_deadlines(dispute, DeadlineState.MET, kind)
    telling.others(batch, dispute, event, "dispute_evidence_answered", party=party)
    return request


def take_back(batch: Batch, dispute: Dispute, actor: Actor, party: str) -> Event:
    """The mediator needs the answer no more."""
    request = next((r for r in dispute.hand.requests if r.party == party), None)
    if request is None:
        raise CaseChanged
    event = batch.transition(dispute, "take_back_request", actor, data={"party": party})
    batch.change(request, state=RequestState.VOID, ended_at=batch.now)
    dispute.hand.requests.remove(request)
    batch.end_deadlines(dispute, DeadlineState.CANCELLED, states.EVIDENCE_CLOCK[party])
    telling.both(batch, dispute, event, "dispute_evidence_taken_back", party=party)
    return event


def question_expired(batch: Batch, dispute: Dispute, party: str) -> Event:
    """The party did not answer: the mediator decides on what is there."""
    event = batch.transition(
        dispute,
        "evidence_request_expired",
        Actor.system("evidence_answer_days"),
        data={"party": party},
    )
    for request in [r for r in dispute.hand.requests if r.party == party]:
        batch.change(request, state=RequestState.EXPIRED, ended_at=batch.now)
        dispute.hand.requests.remove(request)
    telling.others(batch, dispute, event, "dispute_evidence_expired", party=party)
    return event


def decide(batch: Batch, dispute: Dispute, actor: Actor, ruling: Ruling) -> Decision:
    """Send the decision: both read it, its time to become final starts, money moves unless a return is first."""
    before = dispute.hand.decision
    decision = Decision(
        dispute=dispute, number=before.number + 1 if before else 1, mediator_id=actor.person_id,
        verdict=ruling.verdict, amount=ruling.amount, return_required=ruling.return_required,
        postage_payer=ruling.postage_payer if ruling.return_required else "", reason=ruling.reason,
        statement=ruling.statement, decided_at=batch.now,
    )  # fmt: skip
    event = batch.transition(
        dispute, "decide", actor, decision=decision,
        data={
            "verdict": ruling.verdict, "amount": ruling.amount, "reason": ruling.reason,
            "return": ruling.return_required, "postage_payer": decision.postage_payer, "number": decision.number,
        },
    )  # fmt: skip
    dispute.hand.decision = batch.add(decision)
    for position, found in enumerate(ruling.findings, start=1):
        batch.add(
            Finding(
                decision=decision, position=position, code=found.code, party=found.party,
                allegation=found.allegation, result=found.result, cited=list(found.cited),
            )
        )  # fmt: skip
    ending.clear_table(batch, dispute, Kind.DECISION)
    paid = [] if ruling.return_required else ending.pay(batch, dispute)
    batch.schedule_days(dispute, Kind.COMPLAINT_WINDOW, "complaint_days")
    kind = f"dispute_decided_{ruling.verdict}" + ("_return" if ruling.return_required else "")
    telling.both(batch, dispute, event, kind, amount=ruling.amount, **ending.where(paid))
    return decision


def became_final(batch: Batch, dispute: Dispute) -> Event:
    """The decision is final: the dispute closes or the return begins."""
    actor = Actor.system("complaint_days")
    if dispute.return_required:
        event = batch.transition(dispute, "start_return", actor)
        batch.schedule_days(dispute, Kind.RETURN_SHIP, "return_ship_days")
        telling.both(
            batch, dispute, event, "dispute_return_started",
            amount=dispute.final_amount, postage_payer=dispute.postage_payer,
        )  # fmt: skip
        return event
    event = batch.transition(dispute, "close", actor)
    ending.finish(batch, dispute, event, "dispute_closed", refund=False)
    return event


def nobody_claimed(batch: Batch, dispute: Dispute, deadline: Deadline) -> Event:
    """The case waits too long for a mediator: top of the queue, admins alerted, again every day."""
    event = batch.transition(
        dispute, "mediator_overdue", Actor.system("mediator_claim_days"), data=missed(deadline)
    )
    remind_daily(batch, dispute, deadline)
    telling.admins(batch, dispute, event, "dispute_claim_overdue")
    return event


def nobody_decided(batch: Batch, dispute: Dispute, deadline: Deadline) -> Event:
    """The decision is late: top of the queue, admins and the mediator alerted, again every day."""
    event = batch.transition(
        dispute, "decision_overdue", Actor.system("decision_days"), data=missed(deadline)
    )
    remind_daily(batch, dispute, deadline)
    whose = people.still_mediator(batch, dispute.storefront_id, dispute.mediator_id)
    telling.admins(batch, dispute, event, "dispute_decision_overdue", whose)
    return event


def missed(deadline: Deadline) -> dict[str, Any]:
    """What a missed target of ours tells its event: since when, and how often."""
    return {"due": deadline.due_at, "times": int(deadline.about or 1)}


def remind_daily(batch: Batch, dispute: Dispute, missed: Deadline) -> None:
    """A missed target of the platform keeps a clock: it comes due again at the same hour every day."""
    late = max(1, -(-(batch.now - missed.due_at) // DAY))
    due = missed.due_at + late * DAY
    if due <= batch.now:
        due += DAY
    steps = [
        *missed.explanation.get("steps", []),
        {"kind": "add_days", "days": (due - missed.due_at).days},
    ]
    batch.schedule(
        dispute, missed.kind, due=due, started=missed.started_at, rule=missed.explanation.get("rule", ""),
        steps=steps, about=str(int(missed.about or 1) + 1),
    )  # fmt: skip
