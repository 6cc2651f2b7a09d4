"""The questionnaire, saved page by page, and the opening of the dispute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, NotAllowed, Refused
from disputes import questionnaire
from disputes.effects import opening
from disputes.models import Dispute, DisputeDraft, DraftFile
from disputes.selectors import eligibility
from disputes.services import evidence as evidence_services
from disputes.services import input
from disputes.states import STEPS, Step
from evidence import services as files
from evidence.states import FileState
from orders.models import Order

DRAFT_PURPOSE = "dispute_draft"
MAX_ANSWER = 40_000
TOO_MANY = _("This is more than the number of files you may add to one case.")
GONE = _("This questionnaire was sent or thrown away meanwhile. Look at your orders.")


def start_draft(*, order: Order, user_id: int) -> DisputeDraft:
    """The buyer's questionnaire for an order: the one that was begun, or a new one.

    Raises `Refused` with the reason where no dispute can be opened.
    """
    now = clock.now()
    if (no := eligibility.why_not(order, user_id, now)) is not None:
        raise no.refusal()
    draft, _made = DisputeDraft.objects.get_or_create(
        order=order, buyer_id=user_id, defaults={"started_at": now, "saved_at": now}
    )
    return draft


def save_answers(
    *, draft_id: int, user_id: int, step: str, answers: dict[str, Any], go_on: bool = True
) -> DisputeDraft:
    """Keep the answers of one page as they are, good or not: nothing typed is lost.

    With `go_on` the questionnaire moves to the next page; without, it is an autosave.
    """
    if step not in STEPS:
        raise Refused(_("There is no such page."), "step")
    if len(str(answers)) > MAX_ANSWER:
        raise Refused(_("This text is too long."), "too_long")
    with transaction.atomic():
        draft = _own(draft_id, user_id, lock=True)
        draft.answers = questionnaire.merged(draft.answers, step, input.storable(answers))
        draft.step = questionnaire.next_step(step) if go_on else step
        draft.saved_at = clock.now()
        draft.save(update_fields=["answers", "step", "saved_at"])
    return draft


def upload_draft_files(
    *, draft_id: int, user_id: int, uploads: Sequence[Any], caption: str = ""
) -> tuple[list[DraftFile], list[str]]:
    """Receive files into the questionnaire; for each that was not taken, a sentence that names it."""
    draft = _own(draft_id, user_id)
    policy = draft.order.policy
    if len(uploads) > _room(draft):
        raise Refused(TOO_MANY, "too_many_files")
    words = input.text(caption, evidence_services.CAPTION_MAX, optional=True)
    received, troubles = evidence_services.receive_all(
        uploads,
        uploader_id=user_id,
        purpose=DRAFT_PURPOSE,
        subject=draft.order.reference,
        policy=policy,
    )
    try:
        with transaction.atomic():
            draft = _own(draft_id, user_id, lock=True)  # uploads side by side count each other
            if len(received) > _room(draft):
                raise Refused(TOO_MANY, "too_many_files")
            now = clock.now()
            made = [
                DraftFile.objects.create(draft=draft, file=file, caption=words, added_at=now)
                for file in received
            ]
    except Refused:
        for file in received:
            files.erase(file.pk, why="not attached")
        raise
    return made, troubles


def _room(draft: DisputeDraft) -> int:
    """How many files may still be added to the questionnaire."""
    used = draft.files.exclude(file__state=FileState.REFUSED).count()
    return max(0, int(draft.order.policy.get("evidence_max_files")) - used)


def remove_draft_file(*, draft_id: int, user_id: int, file_id: int) -> None:
    """Take a file out of the questionnaire again; it is erased. Nothing happens the second time.

    Raises `CaseChanged` where the questionnaire was sent meanwhile: its files are the dispute's evidence then.
    """
    with transaction.atomic():
        draft = _own(draft_id, user_id, lock=True)
        removed, _rows = draft.files.filter(file_id=file_id).delete()
        if removed:
            files.erase(file_id, why="removed by its uploader")


def drop_draft(*, draft_id: int, user_id: int) -> None:
    """Throw the questionnaire away with its files. Raises `CaseChanged` where it is gone already."""
    with transaction.atomic():
        draft = _own(draft_id, user_id, lock=True)
        thrown = list(draft.files.values_list("file_id", flat=True))
        draft.delete()
        for file_id in thrown:
            files.erase(file_id, why="removed by its uploader")


def _own(draft_id: int, user_id: int, *, lock: bool = False) -> DisputeDraft:
    """The person's own draft; where it is gone, it was sent or thrown away in another tab."""
    rows = DisputeDraft.objects.select_related("order").filter(pk=draft_id, buyer_id=user_id)
    draft = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if draft is None:
        raise NotAllowed if DisputeDraft.objects.filter(pk=draft_id).exists() else CaseChanged(GONE)
    return draft


def open_dispute(*, order_id: int, actor: Actor) -> Dispute:
    """Open the dispute that the buyer's questionnaire describes.

    The order's row is the lock: of fifty openings at once one writes, and the others get the dispute that
    it wrote. Raises `Refused` where the order cannot be disputed, `Unfinished` (with the page) where an
    answer is missing or no longer fits.
    """
    try:
        with Batch() as batch:
            return _open(batch, order_id, actor)
    except IntegrityError:
        found = Dispute.objects.filter(order_id=order_id, buyer_id=actor.user_id).first()
        if found is None:
            raise
        return found


def _open(batch: Batch, order_id: int, actor: Actor) -> Dispute:
    locked = batch.lock(Order, [order_id])
    if not locked or actor.user_id is None:
        raise NotAllowed
    order = locked[0]
    known = eligibility.existing(order)
    if known is not None and known.buyer_id == actor.user_id:
        return known
    if (no := eligibility.why_not(order, actor.user_id, batch.now, known=known)) is not None:
        raise no.refusal()
    own = DisputeDraft.objects.select_for_update(no_key=True)  # a file is not taken out meanwhile
    draft = own.filter(order=order, buyer_id=actor.user_id).first()
    if draft is None:
        raise questionnaire.Unfinished(_("Say whether the order arrived."), Step.RECEIVED)
    claim = questionnaire.claim_of(order, draft.answers, batch.now)
    rows = draft.files.select_related("file").order_by("added_at", "pk")
    chosen = [(row.file, row.caption) for row in rows if row.file.state in evidence_services.USABLE]
    if len(chosen) > int(order.policy.get("evidence_max_files")):
        raise questionnaire.Unfinished(TOO_MANY, Step.EVIDENCE)
    claim.files.extend(chosen)
    dispute = opening.open_dispute(batch, order, claim, actor)
    for file, _caption in chosen:
        batch.change(file, purpose=evidence_services.PURPOSE, subject=dispute.reference)
    draft.delete()
    return dispute
