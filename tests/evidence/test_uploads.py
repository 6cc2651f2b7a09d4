"""The upload handler: too large or no room is an upload with `trouble`, never a traceback."""

from __future__ import annotations

import errno
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from evidence import storage, uploads
from tests.evidence import factories


@pytest.fixture(autouse=True)
def _handler(settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["evidence.uploads.CappedUploadHandler"]


def posted(data: bytes) -> tuple[UploadedFile[Any], str]:
    request = RequestFactory().post(
        "/", {"words": "typed for half an hour", "file": factories.upload(data)}
    )
    uploaded = request.FILES["file"]
    assert isinstance(uploaded, UploadedFile)
    return uploaded, request.POST["words"]


def test_upload_arrives_whole() -> None:
    uploaded, _words = posted(b"x" * 100_000)

    assert uploaded.size == 100_000
    assert uploaded.read() == b"x" * 100_000


def test_upload_beyond_the_cap_is_thrown_away_while_it_arrives(settings: Any) -> None:
    settings.EVIDENCE_UPLOAD_MAX_BYTES = 70_000

    uploaded, words = posted(b"x" * 200_000)

    assert (uploaded.size, words) == (200_000, "typed for half an hour")
    assert (uploaded.trouble, uploaded.read()) == (uploads.TOO_LARGE, b"")  # type: ignore[attr-defined]
    uploaded.close()  # as the request does at its end


@pytest.mark.fault("R17", tries=1)
def test_full_disk_while_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(out: Any, chunk: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "write", full)

    uploaded, words = posted(b"x" * 200_000)

    assert words == "typed for half an hour"
    assert uploaded.trouble == uploads.DISK_FULL  # type: ignore[attr-defined]


def test_empty_upload_is_still_an_upload() -> None:
    assert posted(b"")[0].size == 0


@pytest.mark.parametrize("part", range(1, 8))
def test_upload_cut_on_its_way_is_no_upload(part: int) -> None:
    body = encode_multipart(
        BOUNDARY, {"words": "typed for half an hour", "file": factories.upload(b"x" * 500_000)}
    )
    posted = RequestFactory().generic("POST", "/", body, content_type=MULTIPART_CONTENT)

    request = WSGIRequest({**posted.environ, "wsgi.input": BytesIO(body[: part * 64 * 1024])})

    assert request.FILES == {}
    assert request.POST["words"] == "typed for half an hour"
