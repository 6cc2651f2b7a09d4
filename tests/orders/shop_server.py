"""A shop of our own on a real port, which does with each call what its plan says and keeps a book of what it paid."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from orders.gateways import signing, webhook

KEY = "a key of the shop that is long enough"


class Shop:
    """`plan`: one word for each call, the last one for all that follow. `paid`: each key once, however often asked."""

    def __init__(self) -> None:
        self.plan: list[str] = ["taken"]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paid: dict[str, str] = {}
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                shop.serve(self)

            def log_message(self, *_words: Any) -> None:
                """Quiet."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_of_a_caller_who_hung_up: Any) -> None:
                """Quiet."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/refunds"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers["Content-Length"]))
        said = json.loads(body)
        self.asked.append(said)
        self.headers.append(dict(call.headers.items()))
        signing.verify([KEY], call.headers, body)
        step = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
        if step in {
            "taken",
            "completed",
            "silent",
            "late",
            "forged",
            "stale",
            "cut",
            "drip",
            "no_text",
        }:
            self.paid.setdefault(said["key"], f"PAY-{len(self.paid) + 1}")
        getattr(self, f"_{step}", self._answer)(call, said, step)

    def _answer(self, call: BaseHTTPRequestHandler, said: Any, step: str) -> None:
        status = step if step in {"completed", "failed", "taken"} else "taken"
        answer = {
            "key": said["key"],
            "status": status,
            "provider_reference": self.paid.get(said["key"], ""),
            "message": "The card was closed." if status == "failed" else "",
        }
        if step == "other_key":
            answer["key"] = "another"
        if step == "odd_status":
            answer["status"] = "perhaps"
        if step == "no_text":
            answer["provider_reference"] = "PAY\0\ud83d"
        if step == "torn":
            answer |= {"status": "failed", "message": "The card\0 was closed \ud83d"}
        body = json.dumps(answer).encode()
        headers = signing.headers(["x" * 40 if step == "forged" else KEY], body)
        if step == "stale":
            old = str(int(time.time()) - 2 * signing.WINDOW)
            headers = {
                signing.TIMESTAMP: old,
                signing.SIGNATURE: signing.signature(KEY, old, body),
            }
        self._send(call, 200, body, {} if step == "unsigned" else headers)

    def _send(
        self, call: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]
    ) -> None:
        call.send_response(status)
        for name, value in headers.items():
            call.send_header(name, value)
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)

    def _silent(self, call: BaseHTTPRequestHandler, _said: Any, _step: str) -> None:
        """It pays and the line breaks before the answer."""
        call.connection.close()

    def _late(self, call: BaseHTTPRequestHandler, said: Any, _step: str) -> None:
        time.sleep(webhook.SECONDS * 3)
        self._answer(call, said, "taken")

    def _drip(self, call: BaseHTTPRequestHandler, _said: Any, _step: str) -> None:
        """A byte now and then, so that no single read times out."""
        call.send_response(200)
        call.end_headers()
        for _ in range(40):
            call.wfile.write(b" ")
            call.wfile.flush()
            time.sleep(webhook.SECONDS / 4)

    def _cut(self, call: BaseHTTPRequestHandler, _said: Any, _step: str) -> None:
        call.send_response(200)
        call.send_header("Content-Length", "500")
        call.end_headers()
        call.wfile.write(b'{"key": ')

    def _huge(self, call: BaseHTTPRequestHandler, _said: Any, _step: str) -> None:
        self._send(call, 200, b" " * (webhook.MOST + 10), {})

    def _error(self, call: BaseHTTPRequestHandler, _said: Any, _step: str) -> None:
        self._send(call, 500, b"broken", {})

    def _missing(self, call: BaseHTTPRequestHandler, _said: Any, _step: str) -> None:
        self._send(call, 404, b"no such page", {})

    def _redirect(self, call: BaseHTTPRequestHandler, _said: Any, _step: str) -> None:
        self._send(call, 307, b"", {"Location": f"{self.url}?again=1"})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def shop(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop of the configuration, with short patience for it."""
    monkeypatch.setattr(webhook, "SECONDS", 0.4)
    ours = Shop()
    settings.REFUND_WEBHOOK_URL, settings.REFUND_WEBHOOK_KEYS = ours.url, [KEY]
    yield ours
    ours.close()
