"""PDFs: pages stay, whatever acts goes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, NameObject, StreamObject

from evidence.pipeline import Kind, Refusal
from tests.evidence import samples
from tests.evidence.conftest import Check

ACTING = (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/URI",
          b"/AcroForm", b"/XFA", b"/Metadata", b"/Widget")  # fmt: skip


def test_pdf_keeps_its_pages_and_loses_what_acts(check: Check, tmp_path: Path) -> None:
    data = samples.pdf(pages=3)

    found = check(data)

    kept = (tmp_path / "clean").read_bytes()
    assert samples.SECRET in data
    assert samples.SECRET not in kept
    assert [word for word in ACTING if word in kept] == []
    assert (found.kind, found.stored_kind, found.pages) == (Kind.PDF, Kind.PDF, 3)
    assert found.removed == ["actions", "attachments"]
    pages = PdfReader(tmp_path / "clean").pages
    assert [b"20 20 100 50 re" in page.get_contents().get_data() for page in pages] == [True] * 3  # type: ignore[union-attr]
    stamps = [annotation.get_object() for annotation in pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert [sorted(stamp) for stamp in stamps] == [["/AP", "/F", "/Rect", "/Subtype", "/Type"]]


def test_photo_inside_a_pdf_loses_its_camera_data_and_still_shows(
    check: Check, tmp_path: Path
) -> None:
    writer = PdfWriter(clone_from=BytesIO(samples.encoded(samples.picture(), "PDF")))
    for item in writer._objects:
        if isinstance(item, StreamObject) and item.get("/Subtype") == "/Image":
            item._data = samples.jpeg()
    data = samples.pdf_bytes(writer)

    check(data)

    kept = (tmp_path / "clean").read_bytes()
    assert samples.CAMERA.encode() in data
    assert samples.CAMERA.encode() not in kept
    assert samples.SECRET not in kept
    assert PdfReader(tmp_path / "clean").pages[0].images[0].image.size == (320, 240)  # type: ignore[union-attr]


def test_locked_pdf_says_how_to_unlock(check: Check) -> None:
    writer = samples.pdf_writer()
    writer.encrypt("sesame")

    with pytest.raises(Refusal) as refused:
        check(samples.pdf_bytes(writer))

    assert refused.value.code == "pdf_locked"


def test_long_empty_and_living_pdfs_are_refused(check: Check) -> None:
    living = samples.pdf_writer()
    living._root_object[NameObject("/NeedsRendering")] = BooleanObject(True)
    cases = [samples.pdf(pages=4), samples.pdf_bytes(PdfWriter()), samples.pdf_bytes(living)]

    codes = []
    for data in cases:
        with pytest.raises(Refusal) as refused:
            check(data, pdf_pages=3)
        codes.append(refused.value.code)

    assert codes == ["pdf_too_long", "pdf_without_pages", "pdf_form"]


def test_bytes_before_and_after_the_pdf_are_gone(check: Check, tmp_path: Path) -> None:
    check(b"\n\n" + samples.pdf() + b"<script>alert(1)</script>")

    kept = (tmp_path / "clean").read_bytes()
    assert kept.startswith(b"%PDF-")
    assert b"<script>" not in kept


def test_inherited_page_size_is_kept(check: Check, tmp_path: Path) -> None:
    writer = samples.pdf_writer(1)
    page = writer.pages[0]
    tree = page["/Parent"]
    tree[NameObject("/MediaBox")] = page.pop("/MediaBox")  # type: ignore[index]

    check(samples.pdf_bytes(writer))

    assert [float(side) for side in PdfReader(tmp_path / "clean").pages[0].mediabox] == [
        0.0, 0.0, 300.0, 400.0,
    ]  # fmt: skip
