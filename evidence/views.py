"""Evidence on the wire: each request asks anew whether this person may see this file."""

from __future__ import annotations

import logging
from typing import BinaryIO

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evidence import selectors, serving, storage
from evidence.models import EvidenceFile
from evidence.pipeline import Kind, hashes

logger = logging.getLogger(__name__)

PICTURE = Kind.JPEG
#: A large file asked for in many ranges is verified once in this many seconds.
TRUSTED_SECONDS = 600
SMALL = 4 * 1024 * 1024


@require_safe
def original(request: HttpRequest, handle: str) -> HttpResponseBase:
    """The clean copy. Pictures and videos open in the page, PDFs are saved; `?download=1` saves all."""
    file = selectors.get_file(request.user, handle)
    kind = Kind(file.stored_kind)
    try:
        stream = _verified(file)
    except Exception:
        return _unavailable(file)
    return serving.respond(
        request,
        stream,
        size=int(file.size or 0),
        content_type=kind.value,
        filename=f"evidence-{file.handle[:8]}.{kind.extension}",
        attachment=kind is Kind.PDF or "download" in request.GET,
    )


@require_safe
def thumb(request: HttpRequest, handle: str) -> HttpResponseBase:
    file = selectors.get_file(request.user, handle)
    return _picture(request, file, file.thumb_name, "thumb")


@require_safe
def poster(request: HttpRequest, handle: str) -> HttpResponseBase:
    """The first picture of a video."""
    file = selectors.get_file(request.user, handle)
    return _picture(request, file, file.poster_name, "poster")


def _picture(request: HttpRequest, file: EvidenceFile, name: str, part: str) -> HttpResponseBase:
    if not name:
        raise Http404
    try:
        size = storage.files().size(name)
        stream = storage.files().open(name)
    except Exception:
        return _unavailable(file)
    return serving.respond(
        request,
        stream,  # type: ignore[arg-type]
        size=size,
        content_type=PICTURE.value,
        filename=f"{part}-{file.handle[:8]}.{PICTURE.extension}",
        attachment=False,
    )


def _verified(file: EvidenceFile) -> BinaryIO:
    """The open clean copy, its SHA-256 as it was when it was checked; else ValueError."""
    stream: BinaryIO = storage.files().open(file.clean_name)  # type: ignore[assignment]
    key = f"evidence-verified-{file.pk}"
    if int(file.size or 0) > SMALL and cache.get(key) == file.sha256:
        return stream
    try:
        if hashes.sha256_of(stream) != file.sha256:
            raise ValueError("the stored file is not the one that was checked")
    except BaseException:
        stream.close()
        raise
    stream.seek(0)
    cache.set(key, file.sha256, TRUSTED_SECONDS)
    return stream


def _unavailable(file: EvidenceFile) -> HttpResponse:
    """The storage is away, or what it returned is not what was checked: said, logged, not shown."""
    logger.exception("evidence_unavailable", extra={"handle": file.handle})
    return HttpResponse(
        _("This file cannot be read just now. Please try again in a minute."),
        status=503,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": "60", "Cache-Control": "no-store"},
    )
