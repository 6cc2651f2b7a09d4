"""The private storage of evidence: whole files under random names, in two areas, never by address.

In a demo a folder that no web server serves, in production a private bucket; both behind
`STORAGES["evidence"]`. A file is written whole or not at all, and its size is checked after writing.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

logger = logging.getLogger(__name__)

QUARANTINE, CLEAN = "quarantine", "clean"
AREAS = (QUARANTINE, CLEAN)
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
CHUNK = 256 * 1024


class Incomplete(Exception):
    """The storage accepted a file and kept another number of bytes."""


class PrivateFiles(FileSystemStorage):
    """A folder with whole-or-nothing writes: a hidden name, flushed to the disk, then renamed."""

    def _save(self, name: str, content: File[bytes]) -> str:
        target = Path(self.path(name))
        for folder in reversed(target.relative_to(self.location).parents):
            (Path(self.location) / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".part")
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                for chunk in content.chunks(CHUNK):
                    write(out, chunk)
                out.flush()
                os.fsync(out.fileno())
            unfinished.rename(target)
            _flush_folder(target.parent)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return name

    def url(self, name: str | None) -> str:
        raise ValueError("Evidence has no address of its own; the view asks who may see it.")


def write(out: IO[bytes], chunk: bytes) -> None:
    """The one place that writes to the disk."""
    out.write(chunk)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files() -> Storage:
    return storages["evidence"]


def new_name(area: str) -> str:
    token = secrets.token_urlsafe(24)
    return f"{area}/{token[:2].lower()}/{token}"


def keep(area: str, content: Any) -> str:
    """Store a file (Django's File, its `size` known) and return its name.

    Raises what the storage raises, or Incomplete; in both cases nothing is left behind.
    """
    wanted = content.size
    name = files().save(new_name(area), content)
    try:
        kept = files().size(name)
        if kept != wanted:
            raise Incomplete(f"{kept} of {wanted} bytes")
    except BaseException:
        drop(name)
        raise
    return name


def keep_path(area: str, path: Path) -> str:
    with path.open("rb") as stream:
        return keep(area, File(stream, name=path.name))


def drop(*names: str) -> None:
    """Delete; what cannot be deleted now is found by `sweep_orphans` later."""
    for name in filter(None, names):
        try:
            files().delete(name)
        except Exception:
            logger.warning("evidence_not_deleted", extra={"object": name}, exc_info=True)


def objects() -> Iterator[tuple[str, datetime]]:
    """Every stored object with the time of its writing, area by area."""
    for area in AREAS:
        for folder in _folders(area):
            _below, names = files().listdir(folder)
            for name in names:
                full = f"{folder}/{name}"
                try:
                    yield full, files().get_modified_time(full)
                except FileNotFoundError:
                    continue  # gone meanwhile: a worker finished with it


def _folders(area: str) -> list[str]:
    try:
        below, _names = files().listdir(area)
    except FileNotFoundError:
        return []
    return [f"{area}/{folder}" for folder in below]


def is_full(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in NO_SPACE
