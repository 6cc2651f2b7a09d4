"""From upload to clean copy, and everything that can go wrong on the way."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from celery.canvas import Signature
from django.core.management import call_command
from django.db import IntegrityError, connection

from core import clock
from core.errors import Refused
from evidence import services, storage
from evidence.models import EvidenceFile
from evidence.pipeline import Limits, Refusal, sandbox
from evidence.states import FileState
from tests.evidence import factories, samples

pytestmark = pytest.mark.django_db(transaction=True)


def stored(disk: Path) -> set[str]:
    return {str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file()}


def test_receive_puts_the_file_into_quarantine(disk: Path, frozen: Any) -> None:
    file = factories.received(samples.jpeg(), name="../../Küche\u202e.jpg", limits=Limits(pixels=9))

    assert (file.state, file.original_name) == (FileState.QUARANTINED, "Küche.jpg")
    assert (file.size_in, file.created_at) == (len(samples.jpeg()), frozen)
    assert Limits.from_json(file.limits).pixels == 9
    assert stored(disk) == {file.quarantine_name}
    assert len(file.handle) == 22


@pytest.fixture
def _tasks_run_at_once() -> Iterator[None]:
    """Instead of being sent to the broker."""
    before, current_app.conf.task_always_eager = current_app.conf.task_always_eager, True
    yield
    current_app.conf.task_always_eager = before


@pytest.mark.usefixtures("_tasks_run_at_once")
def test_receive_wakes_a_worker(disk: Path) -> None:
    file = factories.received()

    assert EvidenceFile.objects.get(pk=file.pk).state == FileState.CLEAN


def test_receive_does_not_need_the_broker(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **options: Any) -> None:
        raise ConnectionError("broker away")

    monkeypatch.setattr(Signature, "apply_async", away)

    file = factories.received()

    assert services.inspect_waiting() == 1
    assert EvidenceFile.objects.get(pk=file.pk).state == FileState.CLEAN


@pytest.mark.parametrize("task", ["inspect_waiting", "sweep_orphans"])
def test_tasks_are_known_by_the_names_of_the_schedule(task: str, disk: Path) -> None:
    factories.received()

    current_app.signature(f"evidence.tasks.{task}").apply()

    done = FileState.CLEAN if task == "inspect_waiting" else FileState.QUARANTINED
    assert EvidenceFile.objects.get().state == done


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [(b"", "empty", "This file is empty"), (bytes(3000), "too_large", "larger than 0 MB")],
)
def test_receive_refuses_at_once_and_leaves_nothing(
    data: bytes, code: str, words: str, disk: Path
) -> None:
    with pytest.raises(Refused) as refused:
        factories.received(data, limits=Limits(file_bytes=2000))

    assert refused.value.code == code
    assert words in str(refused.value)
    assert (EvidenceFile.objects.count(), stored(disk)) == (0, set())


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "storage_away")]
)
def test_receive_says_when_it_cannot_store(
    number: int, code: str, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(out: Any, chunk: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(storage, "write", fail)

    with pytest.raises(Refused) as refused:
        factories.received()

    assert refused.value.code == code
    assert "upload this file again" in str(refused.value)
    assert (EvidenceFile.objects.count(), stored(disk)) == (0, set())


def test_receive_drops_the_file_when_the_row_cannot_be_written(disk: Path) -> None:
    with pytest.raises(IntegrityError):
        factories.received(uploader_id=10**9)

    assert (EvidenceFile.objects.count(), stored(disk)) == (0, set())


@pytest.mark.parametrize("kind", samples.EVERY_TYPE)
def test_inspect_stores_a_clean_copy_of_every_type(kind: str, disk: Path, frozen: Any) -> None:
    file = factories.received(samples.EVERY_TYPE[kind]())

    found = services.inspect(file.pk)

    assert found is not None
    assert (found.state, found.kind, found.checked_at) == (FileState.CLEAN, kind, frozen)
    assert stored(disk) == set(found.names)
    assert (disk / found.clean_name).stat().st_size == found.size
    assert bool(found.poster_name) == found.is_video
    assert found.removed == EvidenceFile.objects.get(pk=file.pk).removed != []


def test_inspect_refuses_with_a_sentence_and_deletes_the_original(disk: Path) -> None:
    file = factories.received(b"<html><script>alert(1)</script>", name="cat.jpg")

    found = services.inspect(file.pk)

    assert found is not None
    assert (found.state, found.refusal_code) == (FileState.REFUSED, "web_page")
    assert found.refusal_sentence.startswith("This is a web page, not a picture.")
    assert stored(disk) == set()


def test_two_inspectors_do_the_work_once(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, runs, second = factories.received(), [], []
    real = sandbox.inspect

    def while_another_tries(*args: Any) -> Any:
        runs.append(args)
        second.append(services.inspect(file.pk))
        return real(*args)

    monkeypatch.setattr(sandbox, "inspect", while_another_tries)

    first = services.inspect(file.pk)

    assert (len(runs), second) == (1, [None])
    assert first is not None
    assert (first.state, first.attempts) == (FileState.CLEAN, 1)
    assert services.inspect(file.pk) is None


@pytest.mark.postgres
def test_eight_inspectors_at_the_same_moment_do_the_work_once(disk: Path) -> None:
    file, start = factories.received(), threading.Barrier(8)

    def work(_number: int) -> EvidenceFile | None:
        try:
            start.wait()
            return services.inspect(file.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(work, range(8)))

    assert len([outcome for outcome in outcomes if outcome is not None]) == 1
    kept = EvidenceFile.objects.get(pk=file.pk)
    assert (kept.state, kept.attempts, stored(disk)) == (FileState.CLEAN, 1, set(kept.names))


def test_thawed_inspector_changes_nothing(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, real, outcomes = factories.received(), sandbox.inspect, list[Any]()

    def frozen_for_long(*args: Any) -> Any:
        if not outcomes:
            outcomes.append("other")
            with clock.freeze(clock.now() + services.LEASE + timedelta(seconds=1)):
                outcomes.append(services.inspect(file.pk))
        return real(*args)

    monkeypatch.setattr(sandbox, "inspect", frozen_for_long)

    late = services.inspect(file.pk)

    kept = EvidenceFile.objects.get(pk=file.pk)
    assert (late, kept.state) == (None, FileState.CLEAN)
    assert kept.clean_name == outcomes[1].clean_name
    assert stored(disk) == set(kept.names)


@pytest.mark.fault("R17", tries=1)
def test_full_disk_at_the_check_is_tried_again_later(
    disk: Path, monkeypatch: pytest.MonkeyPatch, frozen: Any
) -> None:
    file = factories.received()

    def full(out: Any, chunk: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(storage, "write", full)
        assert services.inspect(file.pk) is None
    waiting = EvidenceFile.objects.get(pk=file.pk)
    at_once = services.inspect_waiting()
    with clock.freeze(frozen + services.RETRY_AFTER):
        later = services.inspect_waiting()

    assert (waiting.state, waiting.attempts) == (FileState.QUARANTINED, 0)
    assert (at_once, later) == (0, 1)
    assert stored(disk) == set(EvidenceFile.objects.get(pk=file.pk).names)


def test_file_that_kills_its_workers_is_refused_in_the_end(disk: Path, frozen: Any) -> None:
    file = factories.received()
    EvidenceFile.objects.update(attempts=services.MAX_ATTEMPTS)

    found = services.inspect(file.pk)

    assert found is not None
    assert (found.state, found.refusal_code) == (FileState.REFUSED, "not_checked")
    assert stored(disk) == set()


def test_lost_original_is_said(disk: Path) -> None:
    file = factories.received()
    storage.drop(file.quarantine_name)

    found = services.inspect(file.pk)

    assert found is not None
    assert found.refusal_code == "lost"


def test_one_bad_file_does_not_stop_the_others(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = factories.received(), factories.received()
    real = sandbox.inspect

    def trouble_with_one(source: Path, folder: Path, limits: Limits) -> Any:
        if not trouble_with_one.__dict__.setdefault("seen", False):
            trouble_with_one.__dict__["seen"] = True
            raise sandbox.Trouble("no process")
        return real(source, folder, limits)

    monkeypatch.setattr(sandbox, "inspect", trouble_with_one)

    assert services.inspect_waiting() == 1

    assert EvidenceFile.objects.get(pk=bad.pk).state == FileState.QUARANTINED
    assert EvidenceFile.objects.get(pk=good.pk).state == FileState.CLEAN


def test_erase_leaves_a_receipt_and_nothing_else(disk: Path, frozen: Any) -> None:
    file = factories.clean()

    erased = services.erase(file.pk, why="kept for three years")
    again = services.erase(file.pk, why="twice")

    assert stored(disk) == set()
    assert (erased.state, erased.sha256) == (FileState.ERASED, file.sha256)
    assert (erased.original_name, erased.names, erased.dhash) == ("", [], None)
    assert (again.erased_at, again.erased_why) == (frozen, "kept for three years")


def test_sweep_removes_old_orphans_only(disk: Path) -> None:
    file = factories.clean()
    orphan = storage.keep_path(storage.CLEAN, disk / file.clean_name)
    young = storage.keep_path(storage.QUARANTINE, disk / file.clean_name)
    long_ago = time.time() - 3 * 3600
    for name in (*file.names, orphan):
        os.utime(disk / name, (long_ago, long_ago))
    cut = disk / (orphan + ".part")
    cut.write_bytes(b"half a fi")
    os.utime(cut, (long_ago, long_ago))

    assert services.sweep_orphans() == 2

    assert stored(disk) == {*file.names, young}


def test_sweep_ends_what_nobody_could_check_for_days(disk: Path) -> None:
    file = factories.received()

    with clock.freeze(clock.now() + services.QUARANTINE_DAYS + timedelta(hours=1)):
        services.sweep_orphans()

    file = EvidenceFile.objects.get(pk=file.pk)
    assert (file.state, file.refusal_code) == (FileState.REFUSED, "not_checked")
    assert stored(disk) == set()


def test_limits_follow_the_policy() -> None:
    class Policy:
        def get(self, name: str) -> int:
            return {
                "evidence_max_file_bytes": 1, "photo_shrink_bytes": 2, "evidence_max_pixels": 3,
                "video_max_seconds": 4, "pdf_max_pages": 5,
            }[name]  # fmt: skip

    assert services.limits_of(Policy()) == Limits(1, 2, 3, 4, 5)


def test_refusal_of_the_pipeline_is_the_one_of_the_row() -> None:
    file = EvidenceFile(refusal_code="pdf_too_long", refusal_facts={"pages": 9, "limit": 5})

    assert file.refusal_sentence == Refusal("pdf_too_long", pages=9, limit=5).sentence
    assert EvidenceFile().refusal_sentence == ""


def test_command_says_what_it_swept(disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sweep_evidence")

    assert capsys.readouterr().out == "0 objects deleted\n"
