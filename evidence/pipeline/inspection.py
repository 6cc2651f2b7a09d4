"""The order of the checks; the only entry into the pipeline besides the sandbox around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evidence.pipeline import hashes, kinds
from evidence.pipeline.facts import Inspection, Limits
from evidence.pipeline.refusal import Refusal


def inspect(source: Path, folder: Path, limits: Limits) -> Inspection:
    """Check `source` and write `clean` (and `thumb`, `poster`) into `folder`.

    Raises Refusal for whatever is wrong with the file; only a full or failing disk of ours comes
    out as OSError, because that is not the uploader's fault.
    """
    size = source.stat().st_size
    if size > limits.file_bytes:
        raise Refusal("too_large", megabytes=limits.file_bytes // 1024**2)
    kind = kinds.recognise(source)
    found = reader_of(kind)(source, kind, folder, limits)
    clean = folder / "clean"
    found.size = clean.stat().st_size
    found.sha256 = hashes.sha256(clean)
    return found


def reader_of(kind: kinds.Kind) -> Callable[[Path, kinds.Kind, Path, Limits], Inspection]:
    """The reader of a type, imported when first needed: the video libraries take half a second."""
    if kind.is_image:
        from evidence.pipeline import images

        return images.inspect
    if kind is kinds.Kind.PDF:
        from evidence.pipeline import pdfs

        return pdfs.inspect
    from evidence.pipeline import videos

    return videos.inspect
