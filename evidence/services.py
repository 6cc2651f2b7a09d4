"""What happens to a file: received, inspected, erased, and what was left behind swept away.

Storage and decoding never happen inside a transaction. A worker claims a file with a token and a
time; whoever returns without still holding the claim (frozen, or slow) changes nothing.
"""

from __future__ import annotations

import logging
import secrets
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from core.tasks import nudge
from evidence import names, selectors, storage, uploads
from evidence.models import OBJECTS, EvidenceFile
from evidence.pipeline import Inspection, Limits, Refusal, sandbox
from evidence.states import FileState

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
RETRY_AFTER = timedelta(minutes=1)
MAX_ATTEMPTS = 4
BATCH = 50
#: After this `inspect_waiting` leaves the rest to its next run, well inside a task's time limit.
BUDGET_SECONDS = 30
#: Objects younger than this may belong to an upload or a worker that is at it right now.
ORPHAN_AGE = timedelta(hours=2)
QUARANTINE_DAYS = timedelta(days=2)
SWEEP_CHUNK = 500


def limits_of(policy: Any) -> Limits:
    """The limits of a case's policy version."""
    return Limits(
        file_bytes=int(policy.get("evidence_max_file_bytes")),
        photo_shrink_bytes=int(policy.get("photo_shrink_bytes")),
        pixels=int(policy.get("evidence_max_pixels")),
        video_seconds=int(policy.get("video_max_seconds")),
        pdf_pages=int(policy.get("pdf_max_pages")),
    )


def receive(
    *,
    uploader_id: int,
    purpose: str,
    subject: str,
    uploaded_file: UploadedFile[Any],
    limits: Limits | None = None,
) -> EvidenceFile:
    """Put an upload into quarantine and wake a worker. Call it outside a transaction.

    Raises Refused with a sentence when the file is empty, too large, or cannot be stored; then
    neither a row nor a stored object exists. How many files somebody may have is the caller's rule.
    """
    limits = limits or Limits()
    size = int(uploaded_file.size or 0)
    trouble = getattr(uploaded_file, "trouble", "")
    if trouble == uploads.DISK_FULL:
        raise _no_room()
    if size == 0:
        raise Refused(Refusal("empty").sentence, "empty")
    if trouble == uploads.TOO_LARGE or size > limits.file_bytes:
        reason = Refusal("too_large", megabytes=limits.file_bytes // 1024**2)
        raise Refused(reason.sentence, reason.code)
    name = _keep_upload(uploaded_file)
    try:
        with transaction.atomic():
            file = EvidenceFile(
                uploader_id=uploader_id, purpose=purpose, subject=subject,
                original_name=names.shown(uploaded_file.name),
                declared_type=names.shown(uploaded_file.content_type)[:100],
                size_in=size, limits=limits.to_json(), quarantine_name=name,
                created_at=clock.now(),
            )  # fmt: skip
            file.save(force_insert=True)
            nudge(current_app.signature("evidence.tasks.inspect"), file.pk)
    except BaseException:
        storage.drop(name)
        raise
    return file


def _keep_upload(uploaded_file: UploadedFile[Any]) -> str:
    try:
        return storage.keep(storage.QUARANTINE, uploaded_file)
    except Exception as error:  # every storage has its own errors
        if storage.is_full(error):
            raise _no_room() from error
        logger.exception("evidence_not_stored")
        raise Refused(
            _(
                "The file could not be stored just now. Everything else that you entered is kept; "
                "please upload this file again in a few minutes."
            ),
            "storage_away",
        ) from error


def _no_room() -> Refused:
    logger.error("evidence_disk_full")
    return Refused(
        _(
            "There is no room for new files just now; we have been told. Everything else that you "
            "entered is kept. Please upload this file again later."
        ),
        "disk_full",
    )


def inspect(file_id: int) -> EvidenceFile | None:
    """Check one quarantined file and record the outcome; None where somebody else has it.

    Trouble of ours (storage away, disk full) leaves the file in quarantine for a later try; a file
    that took its worker down several times is refused.
    """
    file = _claim(file_id)
    if file is None:
        return None
    if file.attempts > MAX_ATTEMPTS:
        return _settle(file, refused=Refusal("not_checked"))
    kept: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
            try:
                source = _fetch(file, Path(folder))
                found = sandbox.inspect(source, Path(folder), Limits.from_json(file.limits))
            except Refusal as refusal:
                return _settle(file, refused=refusal)
            for part in ("clean", "thumb", "poster"):
                if (Path(folder) / part).exists():
                    kept[part] = storage.keep_path(storage.CLEAN, Path(folder) / part)
        settled = _settle(file, found=found, kept=kept)
    except Exception:
        logger.exception("evidence_not_inspected", extra={"file_id": file_id})
        storage.drop(*kept.values())
        _release(file)
        return None
    return settled


def _claim(file_id: int) -> EvidenceFile | None:
    """Take the file for `LEASE`; one conditional update decides between two workers."""
    now, token = clock.now(), secrets.token_hex(16)
    taken = selectors.waiting(now).filter(pk=file_id)
    claimed = taken.order_by().update(
        claim=token, claimed_until=now + LEASE, attempts=F("attempts") + 1
    )
    return EvidenceFile.objects.get(pk=file_id) if claimed else None


def _fetch(file: EvidenceFile, folder: Path) -> Path:
    """The quarantined file on a local disk, complete."""
    target = folder / "source"
    try:
        with storage.files().open(file.quarantine_name) as stream, target.open("wb") as out:
            for chunk in stream.chunks(storage.CHUNK):
                out.write(chunk)
    except FileNotFoundError as error:
        raise Refusal("lost") from error
    if target.stat().st_size != file.size_in:
        raise storage.Incomplete(f"{target.stat().st_size} of {file.size_in} bytes")
    return target


def _settle(
    file: EvidenceFile,
    *,
    found: Inspection | None = None,
    kept: dict[str, str] | None = None,
    refused: Refusal | None = None,
) -> EvidenceFile | None:
    """Record the outcome, if the claim is still ours; else throw away what we made."""
    with transaction.atomic():
        held = (
            EvidenceFile.objects.select_for_update()
            .filter(pk=file.pk, claim=file.claim, state=FileState.QUARANTINED)
            .first()
        )
        if held is not None:
            quarantined, now = held.quarantine_name, clock.now()
            if refused is not None:
                held.refuse(refused, now)
            else:
                assert found is not None
                held.pass_inspection(found, kept or {}, now)
            held.save()
            transaction.on_commit(lambda: storage.drop(quarantined))
    if held is None:
        storage.drop(*(kept or {}).values())
    return held


def _release(file: EvidenceFile) -> None:
    """Back into the queue after trouble of ours, which does not count against the file."""
    EvidenceFile.objects.filter(pk=file.pk, claim=file.claim).update(
        claim="", claimed_until=clock.now() + RETRY_AFTER, attempts=F("attempts") - 1
    )


def inspect_waiting() -> int:
    """Check what waits, oldest first; the number that was settled. Run often, by any number of
    workers: the broker may lose a nudge, the database does not."""
    settled, until = 0, time.monotonic() + BUDGET_SECONDS
    for file_id in list(selectors.waiting(clock.now()).values_list("pk", flat=True)[:BATCH]):
        settled += inspect(file_id) is not None
        if time.monotonic() > until:
            break
    return settled


def erase(file_id: int, *, why: str) -> EvidenceFile:
    """Erase a file for good; the row stays as the receipt. Safe to call twice.

    The caller records the event in its own case. What the storage cannot delete now is swept later,
    because no row points to it any more.
    """
    with transaction.atomic():
        file = EvidenceFile.objects.select_for_update().get(pk=file_id)
        if file.state != FileState.ERASED:
            gone = file.names
            file.erase(why, clock.now())
            file.save()
            transaction.on_commit(lambda: storage.drop(*gone))
    return file


def sweep_orphans() -> int:
    """Delete stored objects that no row points to, and refuse files stuck in quarantine."""
    for file_id in EvidenceFile.objects.filter(
        state=FileState.QUARANTINED, created_at__lt=clock.now() - QUARANTINE_DAYS
    ).values_list("pk", flat=True)[:SWEEP_CHUNK]:
        _give_up(file_id)
    dropped, chunk = 0, []
    before = timezone.now() - ORPHAN_AGE  # objects bear the machine's time, never the demo's
    for name, written_at in storage.objects():
        if written_at < before:
            chunk.append(name)
        if len(chunk) == SWEEP_CHUNK:
            dropped += _drop_unknown(chunk)
            chunk = []
    return dropped + _drop_unknown(chunk)


def _give_up(file_id: int) -> None:
    if (file := _claim(file_id)) is not None:
        _settle(file, refused=Refusal("not_checked"))


def _drop_unknown(candidates: list[str]) -> int:
    known: set[str] = set()
    for column in OBJECTS:
        named = EvidenceFile.objects.filter(~Q(**{column: ""}), **{f"{column}__in": candidates})
        known.update(named.values_list(column, flat=True))
    orphans = [name for name in candidates if name not in known]
    storage.drop(*orphans)
    return len(orphans)
