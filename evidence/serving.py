"""Answers that carry a file: nothing in them can be run by a browser, nothing is kept on the way."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
POLICY = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "Accept-Ranges": "bytes",
}


class _Part(io.RawIOBase):
    """A stretch of an open file; closing it closes the file."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        self.stream, self.left = stream, length
        stream.seek(start)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        chunk = self.stream.read(wanted) if wanted else b""
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        self.stream.close()
        super().close()


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and length of a single byte range; None to send everything.

    Raises ValueError where the range lies outside the file (RFC 9110: 416). Several ranges at once
    and units other than bytes are ignored, as the RFC allows.
    """
    match = RANGE.fullmatch(header.strip())
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        start = max(0, size - int(last))
        end = size - 1 if int(last) else -1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
    if start >= size or end < start:
        raise ValueError("outside the file")
    return start, end - start + 1


def respond(
    request: HttpRequest,
    stream: BinaryIO,
    *,
    size: int,
    content_type: str,
    filename: str,
    attachment: bool,
) -> HttpResponseBase:
    """200, 206 or 416 with the file; a HEAD gets the same headers and no body."""
    disposition = f'{"attachment" if attachment else "inline"}; filename="{filename}"'
    headers = {**HEADERS, "Content-Disposition": disposition}
    try:
        part = wanted_range(request.headers.get("Range", ""), size)
    except ValueError:
        stream.close()
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, length = part or (0, size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    headers["Content-Length"] = str(length)
    status = 206 if part else 200
    if request.method == "HEAD":
        stream.close()
        return HttpResponse(status=status, content_type=content_type, headers=headers)
    response = FileResponse(
        _Part(stream, start, length),
        status=status,
        content_type=content_type,
    )
    for name, value in headers.items():
        response[name] = value
    return response
