"""Messages, answers to the mediator, and the staff's notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import Actor, StaffRole
from core.errors import NotAllowed, Refused
from disputes import policies
from disputes.effects import mediation, talk
from disputes.models import Dispute, Message, ReadMark
from disputes.services import evidence, input
from disputes.services.input import moving
from disputes.states import Party


def send_message(*, dispute_id: int, actor: Actor, body: str, language: str = "") -> Message:
    """Write into the thread of the case. The message is kept with its cautions."""
    with moving(dispute_id) as (batch, dispute):
        input.still_open(dispute)
        words = input.text(body, input.message_limit(dispute), empty=_("Write a message first."))
        return talk.say(batch, dispute, actor, words, input.language(language))


def answer_evidence_request(
    *, dispute_id: int, actor: Actor, answer: str = "", file_ids: Sequence[int] = ()
) -> Dispute:
    """Answer the mediator in words, with files, or both. Raises `TimeIsUp` from the due moment on."""
    with moving(dispute_id) as (batch, dispute):
        words = input.text(answer, input.message_limit(dispute), optional=True)
        files = evidence.usable(dispute, actor, file_ids)
        if not words and not files:
            raise Refused(_("Write an answer or add a file."), "empty")
        party = policies.party_of(dispute, actor)
        request = next((r for r in dispute.hand.requests if r.party == party), None)
        mediation.answer(batch, dispute, actor, words)
        if files:
            talk.add_evidence(batch, dispute, actor, files, request)
    return dispute


def add_staff_note(*, dispute_id: int, actor: Actor, body: str) -> Dispute:
    """A note that only staff read. Never by somebody who is a party of the case."""
    with moving(dispute_id) as (batch, dispute):
        if policies.party_of(dispute, actor) != Party.PLATFORM or not actor.is_staff(
            *StaffRole.values
        ):
            raise NotAllowed
        talk.note(batch, dispute, actor, input.text(body, input.message_limit(dispute)))
    return dispute


def mark_read(*, dispute_id: int, user_id: int, at: datetime | None = None) -> None:
    """The thread was shown to this person as it stood then (now, where nothing is said)."""
    mark = ReadMark(dispute_id=dispute_id, reader_id=user_id, read_at=at or clock.now())
    ReadMark.objects.bulk_create(
        [mark],
        update_conflicts=True,
        unique_fields=["dispute", "reader"],
        update_fields=["read_at"],
    )
