"""Messages and evidence: neither moves the case, both are part of it."""

from __future__ import annotations

from typing import Any

from core import words
from core.actors import Actor
from core.batch import Batch
from core.models import Event
from disputes import policies
from disputes.effects import telling
from disputes.models import Dispute, EvidenceItem, EvidenceRequest, Message, StaffNote


def say(batch: Batch, dispute: Dispute, actor: Actor, body: str, language: str = "") -> Message:
    """Keep a message as written, with a caution where it hints at a deal outside the portal."""
    hints = words.outside_deal_hints(body)
    event = batch.transition(
        dispute, "add_message", actor, data={"caution": hints} if hints else {}
    )
    party = policies.party_of(dispute, actor)
    message = batch.add(
        Message(
            dispute=dispute, author_id=actor.person_id, party=party or "", body=body, language=language,
            caution=hints, sent_at=batch.now,
        )
    )  # fmt: skip
    telling.others(batch, dispute, event, "dispute_message", party=party)
    return message


def add_evidence(
    batch: Batch,
    dispute: Dispute,
    actor: Actor,
    files: list[tuple[Any, str]],
    request: EvidenceRequest | None = None,
) -> list[EvidenceItem]:
    """Number the files of one party and put them into the case."""
    first = dispute.evidence_count + 1
    numbers = [f"E{number}" for number in range(first, first + len(files))]
    event = batch.transition(dispute, "add_evidence", actor, data={"numbers": numbers})
    party = policies.party_of(dispute, actor)
    items = [
        batch.add(
            EvidenceItem(
                dispute=dispute, file=file, number=number, party=party or "", author_id=actor.person_id,
                caption=caption, request=request, added_at=batch.now,
            )
        )
        for number, (file, caption) in enumerate(files, start=first)
    ]  # fmt: skip
    batch.change(dispute, evidence_count=dispute.evidence_count + len(files))
    telling.others(
        batch, dispute, event, "dispute_evidence_added", party=party, numbers=", ".join(numbers)
    )
    return items


def note(batch: Batch, dispute: Dispute, actor: Actor, body: str) -> Event:
    """A note among the staff; the event says that there is one, not what it says."""
    batch.add(
        StaffNote(dispute=dispute, author_id=actor.person_id, body=body, written_at=batch.now)
    )
    return batch.record(dispute, "staff_note_added", actor)
