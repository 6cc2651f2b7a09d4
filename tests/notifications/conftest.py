"""A real mail server on a free port of this machine, which can be told to misbehave."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


class Office:
    """The server's side. `rcpt` and `data` are answered with what the hooks return, None is yes."""

    def __init__(self) -> None:
        self.inbox: list[tuple[str, Message]] = []
        self.rcpt: Callable[[str], str | None] = lambda address: None
        self.data: Callable[[str, Message], str | None] = lambda address, message: None
        self.seconds = 0.0
        self.connections = 0

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = email.message_from_bytes(envelope.content or b"")  # type: ignore[arg-type]
        address = envelope.rcpt_tos[0]
        await asyncio.sleep(self.seconds)
        answer = self.data(address, message)
        if answer is None or answer == "accept and drop":
            self.inbox.append((address, message))
        if answer in ("drop", "accept and drop"):
            transport: Any = server.transport
            transport.abort()
            return "421 gone"
        return answer or "250 accepted"

    @property
    def ids(self) -> list[str]:
        return [message["Message-ID"] for _address, message in self.inbox]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "Recourse <post@recourse.test>"
    settings.BASE_URL = "https://recourse.test"


@pytest.fixture
def office(smtp: None, settings: Settings) -> Iterator[Office]:
    office = Office()
    controller = Controller(office, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield office
    controller.stop()
