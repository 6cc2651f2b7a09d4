"""The real type of a file, found by its content; the name and the declared type are never believed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from evidence.pipeline.refusal import Refusal

HEAD_BYTES = 4096
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
QUICKTIME_BRAND = b"qt  "
#: Boxes that open a QuickTime film from before the `ftyp` box existed (older cameras).
OLD_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"pnot"}
MP4_BRANDS = {
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41",
    b"mp42", b"avc1", b"hvc1", b"av01", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash", b"f4v ",
    b"mmp4", b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a", b"XAVC",
}  # fmt: skip


class Kind(StrEnum):
    """Every type that evidence may have; nothing else enters."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"
    HEIC = "image/heic"
    PDF = "application/pdf"
    MP4 = "video/mp4"
    MOV = "video/quicktime"
    WEBM = "video/webm"

    @property
    def is_image(self) -> bool:
        return self.value.startswith("image/")

    @property
    def is_video(self) -> bool:
        return self.value.startswith("video/")

    @property
    def extension(self) -> str:
        """The extension under which we store and serve this type."""
        return EXTENSIONS[self]


EXTENSIONS = {
    Kind.JPEG: "jpg",
    Kind.PNG: "png",
    Kind.WEBP: "webp",
    Kind.GIF: "gif",
    Kind.HEIC: "heic",
    Kind.PDF: "pdf",
    Kind.MP4: "mp4",
    Kind.MOV: "mov",
    Kind.WEBM: "webm",
}


def recognise(source: Path) -> Kind:
    """The allowed type of this file, or a refusal that says what it seems to be instead."""
    with source.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise Refusal("empty")
    kind = _by_signature(head)
    if kind is None:
        raise _unknown(head)
    return kind


def _by_signature(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Kind.GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x00\t\n\x0c\r ").startswith(b"%PDF-"):
        return Kind.PDF
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:96]:
        return Kind.WEBM
    return _by_brand(head)


def _by_brand(head: bytes) -> Kind | None:
    """ISO base media files: the major brand decides, then the compatible ones."""
    box = head[4:8]
    if box in OLD_QUICKTIME_BOXES:
        return Kind.MOV
    if box != b"ftyp":
        return None
    length = max(16, min(int.from_bytes(head[:4], "big"), 512))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    for brand in brands:
        if brand in AVIF_BRANDS:
            return None
        if brand in HEIF_BRANDS:
            return Kind.HEIC
        if brand == QUICKTIME_BRAND:
            return Kind.MOV
        if brand in MP4_BRANDS:
            return Kind.MP4
    return None


def _unknown(head: bytes) -> Refusal:
    """Name the commonest mistakes, so that the sentence can say what to do about them."""
    start = head[:1024].lstrip(b"\xef\xbb\xbf\x00\t\n\x0c\r ").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return Refusal("web_page")
    if b"<svg" in start:
        return Refusal("drawing")
    if head.startswith(b"PK\x03\x04"):
        office = any(mark in head for mark in (b"word/", b"xl/", b"ppt/", b"[Content_Types]"))
        return Refusal("document" if office or b"opendocument" in head else "archive")
    if head.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        return Refusal("document")
    if head.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        return Refusal("archive")
    if head.startswith((b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        return Refusal("program")
    if head.startswith(b"\x1aE\xdf\xa3") or (head.startswith(b"RIFF") and head[8:11] == b"AVI"):
        return Refusal("video_type")
    return Refusal("unknown_type", type=_puremagic_name(head))


def _puremagic_name(head: bytes) -> str:
    """The extension that puremagic would give, or an empty text: only for the sentence."""
    import puremagic

    try:
        name = puremagic.from_string(head)
    except Exception:  # puremagic raises several kinds on odd input; a name is only a courtesy
        return ""
    return name if name.startswith(".") and name[1:].isalnum() else ""
