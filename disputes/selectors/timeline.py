"""What happened in a dispute, newest first, in words: one line for each event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core.actors import Actor, ActorKind
from core.models import Event
from core.templatetags import timewords
from disputes import policies, words
from disputes.models import Dispute, EvidenceItem
from disputes.states import Kind, Party, Reason, Verdict
from evidence.states import FileState

YOU, BUYER, SELLER, MEDIATOR, CLOCK = (
    _("You"),
    _("The buyer"),
    _("The seller"),
    _("A mediator"),
    _("The clock"),
)
STAFF_ONLY = frozenset({"staff_note_added", "reminded"})
DAILY = frozenset({"claim_target_missed", "decision_target_missed", "review_target_missed"})
"""Alarms that come again every day while a target of ours is missed; parties read the first only."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event: when, who (by role, never by name), what in a phrase, and the reason if one was given."""

    at: datetime
    who: Any
    what: str
    reason: str
    name: str
    side: str
    is_clock: bool


Say = Callable[[Dispute, dict[str, Any], str | None], Any]
"""A phrase from the dispute, the event's data and the side that reads."""


def _fixed(text: Any) -> Say:
    return lambda dispute, data, reader: text


def _terms(text: Any) -> Say:
    return lambda dispute, data, reader: text % {"terms": _in_words(dispute, data)}


def _in_words(dispute: Dispute, data: dict[str, Any]) -> str:
    return words.terms(data, dispute.currency, received=dispute.received)


def _of_party(you: Any, buyer: Any, seller: Any) -> Say:
    """A phrase about the party that the event names, as the reader calls it."""

    def say(dispute: Dispute, data: dict[str, Any], reader: str | None) -> Any:
        party = data.get("party")
        return you if party == reader else buyer if party == Party.BUYER else seller

    return say


def _date(value: Any) -> str:
    instant = value if isinstance(value, datetime) else parse_datetime(str(value or ""))
    return timewords.moment(instant, "short") if instant else ""


def _label(choices: Any, value: Any) -> Any:
    return dict(choices.choices).get(value, value)


PHRASES: dict[str, Say] = {
    "opened": lambda d, data, r: _("Dispute opened: %(reason)s") % {"reason": _label(Reason, data.get("reason"))},
    "request_accepted": _terms(_("Request accepted: %(terms)s")),
    "request_rejected": _fixed(_("Request rejected")),
    "seller_stayed_silent": _fixed(_("The seller did not answer in time: the buyer gets the amount asked for")),
    "offer_made": _terms(_("Offer: %(terms)s")),
    "offer_accepted": _terms(_("Offer accepted: %(terms)s")),
    "escalated": _fixed(_("A mediator was called")),
    "escalated_by_clock": _fixed(_("The time to agree was over: the dispute went to the mediators")),
    "return_shipped": lambda d, data, r: _("Return sent: %(carrier)s %(tracking_number)s") % data,
    "return_missed": _fixed(_("The return was not sent in time: closed without a refund")),
    "return_delivered": _fixed(_("The return arrived")),
    "return_confirmed": _fixed(_("Return confirmed")),
    "return_contested": _fixed(_("Return contested; the dispute went to the mediators")),
    "return_left_unanswered": _fixed(_("No answer about the return: it counts as complete")),
    "replacement_shipped": lambda d, data, r: _("Replacement sent: %(carrier)s %(tracking_number)s") % data,
    "replacement_missed": _fixed(_("The replacement was not sent in time: the buyer gets the amount asked for")),
    "replacement_delivered": _fixed(_("The replacement arrived")),
    "replacement_confirmed": _fixed(_("Replacement confirmed")),
    "replacement_contested": _fixed(_("Replacement contested; the dispute went to the mediators")),
    "replacement_left_unanswered": _fixed(_("No answer about the replacement: the dispute closed as replaced")),
    "replacement_lost": _fixed(_("The replacement did not arrive: the buyer gets the amount asked for")),
    "claimed": _fixed(_("Case taken")),
    "assigned": _fixed(_("Case given to a mediator")),
    "handed_over": _fixed(_("Case handed to another mediator")),
    "handed_back": _fixed(_("Case put back into the queue")),
    "claim_target_missed": _fixed(_("No mediator took the case in time; our administrators were told")),
    "decision_target_missed": _fixed(_("The decision is late; the mediator and our administrators were told")),
    "evidence_requested": _of_party(_("Question to you"), _("Question to the buyer"), _("Question to the seller")),
    "evidence_request_answered": _fixed(_("The mediator's question was answered")),
    "evidence_request_taken_back": _fixed(_("The mediator's question was taken back")),
    "evidence_request_expired": _of_party(
        _("You did not answer the mediator in time"), _("The buyer did not answer the mediator in time"),
        _("The seller did not answer the mediator in time"),
    ),
    "decided": lambda d, data, r: _("Decision: %(verdict)s (%(terms)s)")
    % {"verdict": _label(Verdict, data.get("verdict")), "terms": _in_words(d, data)},
    "complained": _fixed(_("Complaint about the decision; another person will review it")),
    "complaint_joined": _fixed(_("Complaint about the decision; the same review answers it")),
    "review_target_missed": _fixed(_("The review of the decision is late")),
    "review_promised_again": lambda d, data, r: _("The review of the decision has a new date: %(date)s")
    % {"date": _date(data.get("due"))},
    "complaint_answered": _fixed(_("The decision was reviewed and is final")),
    "closed": _fixed(_("The decision is final and the dispute closed")),
    "return_started": _fixed(_("The decision is final: the return starts")),
    "withdrawn": _fixed(_("Dispute withdrawn")),
    "settlement_proposed": lambda d, data, r: _("Settlement proposed: %(terms)s by %(date)s")
    % {"terms": words.amount(data, d.currency), "date": _date(data.get("by"))},
    "settlement_agreed": lambda d, data, r: _("Settlement agreed: %(terms)s by %(date)s")
    % {"terms": words.amount(data, d.currency), "date": _date(data.get("by"))},
    "settlement_declined": _fixed(_("Settlement declined")),
    "settlement_taken_back": _fixed(_("Settlement taken back")),
    "settled": _fixed(_("The refund came in time: settled")),
    "settlement_lapsed": _fixed(_("The settlement lapsed; the dispute goes on")),
    "clock_extended": lambda d, data, r: _("More time after an outage of our portal: %(clock)s")
    % {"clock": _label(Kind, data.get("clock"))},
    "message_added": _fixed(_("Message")),
    "evidence_added": lambda d, data, r: _("Evidence added: %(numbers)s")
    % {"numbers": ", ".join(data["numbers"])} if data.get("numbers") else _("A file was sent and not taken"),
    "staff_note_added": _fixed(_("Staff note")),
    "reminded": _fixed(_("Reminder sent")),
}  # fmt: skip
"""A phrase for every event of a dispute; a test holds this complete."""


def timeline(
    dispute: Dispute, actor: Actor, evidence: Iterable[EvidenceItem] | None = None
) -> list[Line]:
    """The dispute's history for this reader, newest first: no names, no staff notes for parties.

    `evidence` saves a query: all items of the dispute with their files.
    """
    side = policies.party_of(dispute, actor)
    events = list(Event.objects.filter(subject=dispute.reference).order_by("-seq"))
    if side != Party.PLATFORM:
        events = _for_parties(events)
    items = dispute.evidence.select_related("file") if evidence is None else evidence
    untaken = {item.label for item in items if item.file.state == FileState.REFUSED}
    return [_line(dispute, event, side, untaken) for event in events]


def _for_parties(events: list[Event]) -> list[Event]:
    """Without staff's own events, and of each run of daily alarms the first; a new state ends the run."""
    shown: list[Event] = []
    alarmed: set[str] = set()
    for event in reversed(events):
        if event.from_state != event.to_state:
            alarmed.clear()
        if event.name not in STAFF_ONLY | alarmed:
            shown.append(event)
        if event.name in DAILY:
            alarmed.add(event.name)
    return shown[::-1]


def _line(dispute: Dispute, event: Event, reader: str | None, untaken: set[str]) -> Line:
    if event.actor_kind != ActorKind.PERSON:
        side, who = "", CLOCK
    elif event.actor_id == dispute.buyer_id:
        side, who = Party.BUYER, BUYER
    elif event.actor_id == dispute.seller_id:
        side, who = Party.SELLER, SELLER
    else:
        side, who = Party.PLATFORM, MEDIATOR
    if side and side == reader and reader != Party.PLATFORM:
        who = YOU
    phrase, data = PHRASES.get(event.name, _fixed(event.name)), event.data
    if untaken and "numbers" in data:
        data = data | {"numbers": [n for n in data["numbers"] if n not in untaken]}
    at = (
        parse_datetime(str(event.data.get("at") or "")) if event.name == "opened" else None
    ) or event.at
    visible = event.reason if reader == Party.PLATFORM or side != Party.PLATFORM else ""
    return Line(at, who, str(phrase(dispute, data, reader)), visible, event.name, side, not side)
