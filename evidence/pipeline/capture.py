"""What a picture says about its making: the time is kept as a fact, the place never leaves here."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from PIL import ExifTags, Image

ORIENTATION = ExifTags.Base.Orientation
STAMP = re.compile(r"\s*(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")
OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)")
EARLIEST_YEAR = 1990


def orientation(opened: Image.Image) -> int:
    """1 to 8 as EXIF counts; 1 (upright) where the file says nothing or nonsense."""
    try:
        value = opened.getexif().get(ORIENTATION, 1)
    except Exception:  # hostile EXIF raises anything; the picture itself may be sound
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def taken_at(opened: Image.Image) -> datetime | None:
    """The capture time in UTC. Without a zone in the file it is taken as UTC, so it may be off by
    up to 14 hours: compare with days, not with hours."""
    try:
        exif = opened.getexif()
        detail = exif.get_ifd(ExifTags.IFD.Exif)
        stamp = detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        offset = detail.get(ExifTags.Base.OffsetTimeOriginal) or ""
    except Exception:
        return None
    return parse(str(stamp or ""), str(offset))


def parse(stamp: str, offset: str = "") -> datetime | None:
    """EXIF's `2026:11:22 07:30:00` with its `+01:00`; None where it cannot be a date."""
    match = STAMP.match(stamp)
    if not match:
        return None
    zone: timezone = UTC
    if shift := OFFSET.match(offset):
        minutes = int(shift[2]) * 60 + int(shift[3])
        if minutes <= 14 * 60:
            zone = timezone(timedelta(minutes=minutes if shift[1] == "+" else -minutes))
    try:
        year, month, day, hour, minute, second = (int(part) for part in match.groups())
        taken = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
        return taken.astimezone(UTC) if year >= EARLIEST_YEAR else None
    except (ValueError, OverflowError):
        return None


def extras(opened: Image.Image) -> list[str]:
    """Kinds of things beside the pixels that will not be kept, to tell the uploader."""
    found = []
    try:
        exif = opened.getexif()
        if exif:
            found.append("camera")
        if exif.get_ifd(ExifTags.IFD.GPSInfo):
            found.append("place")
    except Exception:
        found.append("camera")
    if "comment" in opened.info or getattr(opened, "text", None):
        found.append("comments")
    return found
