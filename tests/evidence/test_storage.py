"""Whole files or none, under names that cannot be guessed."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from evidence import storage


def written(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_kept_file_is_whole_private_and_randomly_named(disk: Path) -> None:
    names = {storage.keep(storage.CLEAN, ContentFile(b"evidence")) for _ in range(3)}

    assert len(names) == 3
    assert all(len(name.rsplit("/", 1)[1]) == 32 for name in names)
    assert [path.read_bytes() for path in written(disk)] == [b"evidence"] * 3
    assert {path.stat().st_mode & 0o077 for path in disk.rglob("*")} == {0}


@pytest.mark.parametrize("after", [0, 1])
@pytest.mark.fault("R17", tries=1)
def test_full_disk_leaves_nothing_behind(
    after: int, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def full(out: Any, chunk: bytes) -> None:
        calls.append(chunk)
        out.write(chunk[: len(chunk) // 2])
        if len(calls) > after:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write", full)

    with pytest.raises(OSError, match="No space") as raised:
        storage.keep(storage.QUARANTINE, ContentFile(bytes(3 * storage.CHUNK)))

    assert storage.is_full(raised.value)
    assert written(disk) == []


def test_storage_that_keeps_less_than_it_got_is_found_out(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "write", lambda out, chunk: out.write(chunk[:-1]))

    with pytest.raises(storage.Incomplete):
        storage.keep(storage.CLEAN, ContentFile(b"evidence"))

    assert written(disk) == []


def test_evidence_has_no_address_of_its_own(disk: Path) -> None:
    name = storage.keep(storage.CLEAN, ContentFile(b"evidence"))

    with pytest.raises(ValueError, match="no address"):
        storage.files().url(name)


def test_drop_forgives_what_is_gone(disk: Path) -> None:
    name = storage.keep(storage.CLEAN, ContentFile(b"evidence"))

    storage.drop(name, name, "")

    assert written(disk) == []
