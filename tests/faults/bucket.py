"""A private bucket on this machine, which answers as an object store does and can be slow, broken or untrue."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Bucket(ThreadingHTTPServer):
    """`fault`: nothing, `slow`, `500`, `cut` (answers break off in the middle), `short` (keeps half of a file)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Store)
        self.objects: dict[str, bytes] = {}
        self.fault = ""
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Store(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *_args: Any) -> None:
        pass

    def _begin(self) -> bytes | None:
        """The body of the request; None where the fault has answered it."""
        self.server.asked += 1
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        body = self._body()
        if self.server.fault == "slow":
            time.sleep(30)
        if self.server.fault == "500":
            self._answer(500, b"<Error><Code>InternalError</Code></Error>")
            return None
        return body

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return raw
        plain, rest = b"", raw
        while rest:
            head, _line, rest = rest.partition(b"\r\n")
            size = int(head.split(b";")[0] or b"0", 16)
            if not size:
                break
            plain, rest = plain + rest[:size], rest[size + 2 :]
        return plain

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if self.server.fault == "cut" and len(body) > 1:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(body)

    def _key(self) -> str:
        return urlsplit(self.path).path

    def do_PUT(self) -> None:
        body = self._begin()
        if body is not None:
            kept = body[: len(body) // 2] if self.server.fault == "short" else body
            self.server.objects[self._key()] = kept
            self._answer(200, ETag='"x"')

    def do_GET(self) -> None:
        if self._begin() is None:
            return
        found = self.server.objects.get(self._key())
        if found is None:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        now = formatdate(usegmt=True)
        self._answer(
            200, found, ETag='"x"', Last_Modified=now, Content_Type="application/octet-stream"
        )

    def do_HEAD(self) -> None:
        if self._begin() is None:
            return
        found = self.server.objects.get(self._key())
        if found is None:
            self._answer(404)
        else:
            self._answer(200, found, ETag='"x"', Last_Modified=formatdate(usegmt=True))

    def do_DELETE(self) -> None:
        if self._begin() is not None:
            self.server.objects.pop(self._key(), None)
            self._answer(204)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """A bucket that answers while the block runs."""
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
