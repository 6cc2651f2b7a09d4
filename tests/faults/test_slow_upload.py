"""R19: uploads that are cut anywhere or trickle in: no thread is held for long, nothing half is kept."""

from __future__ import annotations

import http.client
import socket
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from accounts.models import User
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.evidence import samples
from tests.faults.servers import Processes, answers, within

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
BOUNDARY = "x-boundary-of-the-test-x"
PIECE = 64 * 1024


def signed_in(user_id: int) -> str:
    """The cookies of a session of this person, as a browser sends them."""
    user, session = User.objects.get(pk=user_id), SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    token = "t" * 32
    return (
        f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={token}"
    )


def body(photo: bytes, key: str) -> bytes:
    fields = {"csrfmiddlewaretoken": "t" * 32, "form_key": key}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'
        for n, v in fields.items()
    ]
    about = 'form-data; name="files"; filename="p.jpg"'
    head = f"--{BOUNDARY}\r\nContent-Disposition: {about}\r\nContent-Type: image/jpeg\r\n\r\n"
    return "".join([*parts, head]).encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def head(path: str, host: str, cookies: str, length: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nContent-Length: {length}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nConnection: close\r\n\r\n"
    ).encode()


def begun(address: str, request: bytes) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", urlsplit(address).port or 80), timeout=30)
    line.sendall(request)
    return line


@pytest.mark.fault("R19", tries=1)
def test_an_upload_cut_at_every_64_kib_leaves_nothing_and_the_whole_one_arrives(
    processes: Processes,
) -> None:
    dispute = make.opened()
    _web, address = processes.web(WEB_WORKERS="1", WEB_THREADS="4")
    path, cookies = (
        reverse("disputes:add_evidence", args=[dispute.reference]),
        signed_in(dispute.buyer_id),
    )
    photo = samples.jpeg(samples.picture(1600, 1200))
    photo += b"\0" * max(0, 5 * PIECE - len(photo))
    host = urlsplit(address).netloc
    for number, cut in enumerate(range(1, len(photo), PIECE)):
        whole = body(photo, f"cut{number}")
        line = begun(address, head(path, host, cookies, len(whole)) + whole[:cut])
        line.close()
    within(10, lambda: answers(f"{address}/health/ready") == 200)
    assert EvidenceFile.objects.count() == 0

    whole = body(photo, "whole")
    line = begun(address, head(path, host, cookies, len(whole)) + whole)
    answer = http.client.HTTPResponse(line)
    answer.begin()

    assert answer.status == 302, answer.read()[:500]
    assert EvidenceFile.objects.count() == 1


@pytest.mark.fault("R19", tries=1)
def test_clients_that_trickle_do_not_keep_the_others_from_their_pages(processes: Processes) -> None:
    """More of them than there are threads: each is let go after its patience, and pages are answered again."""
    dispute = make.opened()
    _web, address = processes.web(WEB_WORKERS="1", WEB_THREADS="4", WEB_PATIENCE="2")
    path, cookies = (
        reverse("disputes:add_evidence", args=[dispute.reference]),
        signed_in(dispute.buyer_id),
    )
    host = urlsplit(address).netloc
    lines = [begun(address, head(path, host, cookies, 10_000_000)) for _ in range(6)]
    lines += [begun(address, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") for _ in range(2)]
    began = time.monotonic()
    while answers(f"{address}/health/ready", seconds=1) != 200:
        for line in lines:
            try:
                line.sendall(b"x")  # a byte now and then, to look alive
            except OSError:
                continue
        assert time.monotonic() - began < 15, processes.said("web")
    for line in lines:
        line.close()
    assert EvidenceFile.objects.count() == 0
