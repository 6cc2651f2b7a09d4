"""PDFs: rebuilt from their pages, with what a page needs to be seen and nothing that acts.

A new document gets, of every page, only its size, its content and its resources; of annotations
only their drawn appearance (so that filled-in forms, stamps and comments stay visible). Scripts,
actions, links, attachments, media, XFA, metadata, thumbnails and the camera data inside embedded
photos have no way into it. Encrypted files are refused, because we could not check them.
"""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import cast

from PIL import Image, ImageDraw, ImageFont
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from evidence.pipeline import images, jpegs
from evidence.pipeline.facts import Inspection, Limits
from evidence.pipeline.kinds import Kind
from evidence.pipeline.refusal import Refusal, refused_as

PAGE_KEYS = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group")
INHERITED = {"/MediaBox", "/CropBox", "/Rotate", "/Resources"}
ANNOTATION_KEYS = ("/Rect", "/AP", "/AS", "/F")
#: Annotations that are attachments or players; their appearance would promise what is not there.
ANNOTATIONS_LEFT_OUT = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D",
                        "/Link", "/Popup", "/PrinterMark", "/TrapNet"}  # fmt: skip
#: Keys of streams that point to other files, private data or metadata.
STREAM_KEYS_LEFT_OUT = ("/Metadata", "/PieceInfo", "/Ref", "/OPI", "/AF", "/LastModified", "/F",
                        "/FFilter", "/FDecodeParms", "/Alternates", "/StructParent",
                        "/StructParents", "/OC")  # fmt: skip
ACTIVE = {"/JavaScript": "scripts", "/JS": "scripts", "/OpenAction": "actions", "/AA": "actions",
          "/Launch": "actions", "/EmbeddedFiles": "attachments", "/XFA": "form"}  # fmt: skip
MAX_CONTENT_BYTES = 64 * 1024**2
MAX_PARENTS = 64
US_LETTER = (0, 0, 612, 792)

logging.getLogger("pypdf").setLevel(logging.ERROR)


def inspect(source: Path, kind: Kind, folder: Path, limits: Limits) -> Inspection:
    """Write a clean PDF and a drawn thumbnail (a sheet with the number of pages)."""
    with refused_as("broken"), source.open("rb") as stream:
        reader = PdfReader(stream, strict=False)
        if reader.is_encrypted:
            raise Refusal("pdf_locked")
        root = cast(DictionaryObject, reader.trailer["/Root"].get_object())
        if root.get("/NeedsRendering"):
            raise Refusal("pdf_form")
        pages = reader.get_num_pages()
        if pages > limits.pdf_pages:
            raise Refusal("pdf_too_long", pages=pages, limit=limits.pdf_pages)
        if pages == 0:
            raise Refusal("pdf_without_pages")
        found = Inspection(kind=kind, stored_kind=kind, pages=pages, thumb=True)
        found.removed = _active_parts(root)
        clean = _rebuild(reader)
        thumb = images.to_jpeg(_sheet(pages))
    (folder / "clean").write_bytes(clean)
    (folder / "thumb").write_bytes(thumb)
    return found


def _rebuild(reader: PdfReader) -> memoryview:
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(_bare_page(page, writer))
    for item in writer._objects:
        if isinstance(item, StreamObject):
            _clean_stream(item)
    writer.metadata = None
    out = io.BytesIO()
    writer.write(out)
    return out.getbuffer()


def _bare_page(page: PageObject, writer: PdfWriter) -> PageObject:
    """A page of the new document with the keys that draw it, inherited ones resolved."""
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > MAX_CONTENT_BYTES:  # decodes in full
        raise Refusal("too_heavy")
    bare = PageObject()
    bare[NameObject("/Type")] = NameObject("/Page")
    for key in PAGE_KEYS:
        value = _inherited(page, key) if key in INHERITED else page.get(key)
        if value is not None:
            bare[NameObject(key)] = _cloned(value, writer)
    if "/MediaBox" not in bare:
        bare[NameObject("/MediaBox")] = ArrayObject(NumberObject(side) for side in US_LETTER)
    if drawn := _drawn_annotations(page, writer):
        bare[NameObject("/Annots")] = ArrayObject(drawn)
    return bare


def _inherited(page: PageObject, key: str) -> PdfObject | None:
    node: DictionaryObject | None = page
    for _step in range(MAX_PARENTS):
        if node is None:
            return None
        if key in node:
            return cast(PdfObject, node.raw_get(key))
        parent = node.get("/Parent")
        parent = parent.get_object() if parent is not None else None
        node = parent if isinstance(parent, DictionaryObject) else None
    raise Refusal("broken")


def _cloned(value: PdfObject, writer: PdfWriter) -> PdfObject:
    """A deep copy in the new document; `/Parent` is not followed, so no other page comes along."""
    return value.clone(writer, False, ("/Parent", "/P", "/StructParents"))


def _drawn_annotations(page: PageObject, writer: PdfWriter) -> list[PdfObject]:
    """What is drawn on top of the page, as stamps: form fields need no form to be seen then."""
    listed = page.get("/Annots")
    listed = listed.get_object() if listed is not None else None
    drawn: list[PdfObject] = []
    for entry in listed if isinstance(listed, ArrayObject) else ():
        annotation = entry.get_object()
        if not isinstance(annotation, DictionaryObject) or "/AP" not in annotation:
            continue
        if annotation.get("/Subtype") in ANNOTATIONS_LEFT_OUT or "/Rect" not in annotation:
            continue
        stamp = DictionaryObject()
        stamp[NameObject("/Type")] = NameObject("/Annot")
        stamp[NameObject("/Subtype")] = NameObject("/Stamp")
        for key in ANNOTATION_KEYS:
            if key in annotation:
                stamp[NameObject(key)] = _cloned(annotation.raw_get(key), writer)
        drawn.append(writer._add_object(stamp))
    return drawn


def _clean_stream(stream: StreamObject) -> None:
    for key in STREAM_KEYS_LEFT_OUT:
        stream.pop(NameObject(key), None)
    filtered = stream.get("/Filter")
    names = filtered if isinstance(filtered, ArrayObject) else [filtered]
    if list(names) == ["/DCTDecode"]:
        stream._data = jpegs.without_extras(stream._data)


def _active_parts(root: DictionaryObject) -> list[str]:
    """What a reader would have run or unpacked, by name, for the uploader; a shallow look only."""
    found: set[str] = set()
    names = root.get("/Names")
    form = root.get("/AcroForm")
    for part in (root, names, form):
        part = part.get_object() if isinstance(part, IndirectObject) else part
        if isinstance(part, DictionaryObject):
            found.update(word for key, word in ACTIVE.items() if key in part)
    return sorted(found)


def _sheet(pages: int) -> Image.Image:
    """A drawn sheet with a folded corner; there is no page renderer here on purpose."""
    picture = Image.new("RGB", (360, 480), (238, 240, 244))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(60, 50), (230, 50), (300, 120), (300, 430), (60, 430)], fill="white",
                 outline=(160, 168, 180), width=3)  # fmt: skip
    draw.polygon([(230, 50), (230, 120), (300, 120)], fill=(222, 226, 233), outline=(160, 168, 180))
    for line in range(5):
        draw.rectangle((95, 165 + line * 24, 265 - (line % 3) * 30, 173 + line * 24),
                       fill=(214, 219, 227))  # fmt: skip
    large, small = ImageFont.load_default(56), ImageFont.load_default(30)
    draw.text((180, 335), "PDF", font=large, fill=(178, 44, 44), anchor="mm")
    draw.text((180, 392), f"1–{pages}" if pages > 1 else "1", font=small, fill=(84, 92, 106),
              anchor="mm")  # fmt: skip
    return picture
