"""What goes into an inspection (limits) and what comes out of it (facts); both travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from evidence.pipeline.kinds import Kind


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one upload, from the policy version under which the case runs."""

    file_bytes: int = 50 * 1024 * 1024
    photo_shrink_bytes: int = 3 * 1024 * 1024
    pixels: int = 80_000_000
    video_seconds: int = 180
    pdf_pages: int = 50

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        known = {f.name for f in fields(cls)}
        return cls(**{name: int(value) for name, value in values.items() if name in known})

    def to_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(slots=True)
class Inspection:
    """Facts about a clean file. `kind` is the type found, `stored_kind` the type that we keep."""

    kind: Kind
    stored_kind: Kind
    size: int = 0
    sha256: str = ""
    dhash: int | None = None
    dhash_mirrored: int | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    pages: int | None = None
    #: When the camera says that it was taken; a claim of the file, not proof.
    taken_at: datetime | None = None
    thumb: bool = False
    poster: bool = False
    #: What was taken out, for the uploader: place, comments, scripts, attachments, appended …
    removed: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["taken_at"] = self.taken_at and self.taken_at.isoformat()
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        taken = values.pop("taken_at")
        kind, stored = Kind(values.pop("kind")), Kind(values.pop("stored_kind"))
        moment = datetime.fromisoformat(taken) if taken else None
        return cls(kind=kind, stored_kind=stored, taken_at=moment, **values)
