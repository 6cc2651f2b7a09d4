"""JPEG data inside other files, cleaned without decoding it again."""

from __future__ import annotations

SOI, EOI, SOS = b"\xff\xd8", b"\xff\xd9", 0xDA
APP1, APP13, COMMENT = 0xE1, 0xED, 0xFE
#: Segments that carry data about the photo: EXIF, XMP, IPTC, makers' own, comments. APP0 (JFIF),
#: APP2 (colour profile) and APP14 (Adobe's colour transform) are needed to show it rightly.
KEPT_APPLICATION = {0xE0, 0xE2, 0xEE}


def without_extras(data: bytes) -> bytes:
    """The same picture without EXIF, comments and what follows its end; odd data as it was."""
    if not data.startswith(SOI):
        return data
    kept = [SOI]
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding before a marker
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == SOS:
            last = data.rfind(EOI)
            kept.append(data[at : last + 2] if last > at else data[at:])
            return b"".join(kept)
        application = 0xE0 <= marker <= 0xEF
        if marker != COMMENT and (not application or marker in KEPT_APPLICATION):
            kept.append(data[at:end])
        at = end
    return data
