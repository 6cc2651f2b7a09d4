"""Files that become evidence of a dispute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.actors import Actor
from core.errors import NotAllowed, Refused
from core.transitions import allowed
from disputes import policies
from disputes.effects import talk
from disputes.models import Dispute, EvidenceItem
from disputes.services import input
from disputes.services.input import moving
from evidence import services as files
from evidence.models import EvidenceFile
from evidence.states import FileState

PURPOSE = "dispute"
CAPTION_MAX = 200
USABLE = (FileState.QUARANTINED, FileState.CLEAN)


def room_left(dispute: Dispute, party: str) -> int:
    """How many files this party may still add to the case."""
    most = int(dispute.policy.get("evidence_max_files"))
    given = EvidenceItem.objects.filter(dispute_id=dispute.pk, party=party)
    return max(0, most - given.exclude(file__state=FileState.REFUSED).count())


def usable(
    dispute: Dispute, actor: Actor, file_ids: Sequence[int], caption: str = ""
) -> list[tuple[EvidenceFile, str]]:
    """The actor's own uploads to this case that are not evidence yet, in the order given.

    Raises `Refused` for more than the policy allows, `NotAllowed` for anybody else's file.
    """
    wanted = list(dict.fromkeys(file_ids))
    if not wanted:
        return []
    rows = EvidenceFile.objects.filter(
        pk__in=wanted, uploader_id=actor.user_id, purpose=PURPOSE, subject=dispute.reference,
        state__in=USABLE, dispute_item=None,
    )  # fmt: skip
    found = {file.pk: file for file in rows}
    if set(found) != set(wanted):
        raise NotAllowed(_("One of these files is not yours to add, or was not taken."))
    if len(wanted) > room_left(dispute, policies.party_of(dispute, actor) or ""):
        raise Refused(
            _("This is more than the number of files you may add to one case."), "too_many_files"
        )
    words = input.text(caption, CAPTION_MAX, optional=True)
    return [(found[pk], words) for pk in wanted]


def add_evidence(
    *, dispute_id: int, actor: Actor, file_ids: Sequence[int], caption: str = ""
) -> list[EvidenceItem]:
    """Put uploads of a party into the case as E1, E2, …, at any time while it is open."""
    with moving(dispute_id) as (batch, dispute):
        input.still_open(dispute)
        chosen = usable(dispute, actor, file_ids, caption)
        if not chosen:
            raise Refused(_("Choose a file first."), "empty")
        return talk.add_evidence(batch, dispute, actor, chosen)


def upload_evidence(
    *, dispute: Dispute, actor: Actor, uploads: Sequence[Any], caption: str = ""
) -> tuple[list[EvidenceItem], list[str]]:
    """Receive several files and put those that could be received into the case.

    `dispute` is the page's (with time and clocks). Returns the new evidence and, for each file that was not
    taken, a sentence that names it. What the later check refuses is shown on its evidence.
    """
    input.still_open(dispute)
    if "add_evidence" not in allowed(dispute, actor):
        raise NotAllowed
    if len(uploads) > room_left(dispute, policies.party_of(dispute, actor) or ""):
        raise Refused(
            _("This is more than the number of files you may add to one case."), "too_many_files"
        )
    received, troubles = receive_all(
        uploads,
        uploader_id=actor.user_id,
        purpose=PURPOSE,
        subject=dispute.reference,
        policy=dispute.policy,
    )
    if not received:
        return [], troubles
    try:
        ids = [file.pk for file in received]
        return add_evidence(
            dispute_id=dispute.pk, actor=actor, file_ids=ids, caption=caption
        ), troubles
    except Exception:
        for file in received:
            files.erase(file.pk, why="not attached")
        raise


def receive_all(
    uploads: Sequence[Any], *, uploader_id: int | None, purpose: str, subject: str, policy: Any
) -> tuple[list[EvidenceFile], list[str]]:
    """Put several uploads into quarantine; for each that was not taken, a sentence with its name."""
    received, troubles = [], []
    assert uploader_id is not None
    for upload in uploads:
        try:
            received.append(
                files.receive(
                    uploader_id=uploader_id, purpose=purpose, subject=subject, uploaded_file=upload,
                    limits=files.limits_of(policy),
                )
            )  # fmt: skip
        except Refused as refusal:
            troubles.append(f"{upload.name}: {refusal}")
    return received, troubles
