"""Types are found by content; what is not taken says what to do instead."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from evidence.pipeline import Refusal
from evidence.pipeline.kinds import Kind, recognise
from evidence.pipeline.refusal import SENTENCES
from tests.evidence import samples


def kind_of(data: bytes, folder: Path) -> Kind:
    (folder / "holiday.jpg").write_bytes(data)
    return recognise(folder / "holiday.jpg")


def zipped(name: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize("kind", samples.EVERY_TYPE)
def test_recognise_every_allowed_type_by_content(kind: str, tmp_path: Path) -> None:
    assert kind_of(samples.EVERY_TYPE[kind](), tmp_path) == kind


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "web_page"),
        (b"\xef\xbb\xbf  <HTML>", "web_page"),
        (b"<?xml version='1.0'?><svg onload='alert(1)'/>", "drawing"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing"),
        (b"MZ\x90\x00\x03", "program"),
        (b"\x7fELF\x02", "program"),
        (b"#!/bin/sh\n", "program"),
        (zipped("photo.jpg"), "archive"),
        (zipped("word/document.xml"), "document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "document"),
        (b"Rar!\x1a\x07", "archive"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video_type"),
        (b"\x1aE\xdf\xa3\x93\x42\x82\x88matroska", "video_type"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", "unknown_type"),
        (b"\x00\x00\x00\x18ftypXXXX\x00\x00\x00\x00", "unknown_type"),
        (b"just some words", "unknown_type"),
        (b"BM\x36\x00\x00\x00", "unknown_type"),
        (b"II*\x00\x08\x00\x00\x00", "unknown_type"),
    ],
)
def test_recognise_refuses_the_rest_whatever_its_name(
    data: bytes, code: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal) as refused:
        kind_of(data, tmp_path)

    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")


def test_every_sentence_is_complete_and_says_what_to_do() -> None:
    facts = {"megabytes": 50, "megapixels": 80, "limit": 3, "pages": 9, "seconds": 200, "type": ""}
    read = {code: Refusal(code, **facts).sentence for code in SENTENCES}

    assert all("%" not in sentence and "  " not in sentence for sentence in read.values())
    assert all(sentence.count(".") + sentence.count(";") >= 1 for sentence in read.values())
    assert read["pdf_locked"] == (
        "This PDF is locked with a password. Save it without the password, or take a photo of the "
        "page."
    )


def test_sentence_of_an_unknown_code_stays_readable() -> None:
    assert Refusal("from_an_older_release").sentence == Refusal("not_checked").sentence
