"""R3: the broker is flushed, killed, frozen or away; clocks, pages and services do not depend on it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from pytest_django import Settings

from bench import stories
from config.celery import app
from core import deadlines, tasks
from core.models import Event
from disputes.models import Dispute
from evidence.models import EvidenceFile
from tests.disputes import factories as make
from tests.faults.crowds import crowd
from tests.faults.invariants import invariants
from tests.faults.servers import Processes, Valkey, within
from tests.faults.test_forms import signed_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
A_MOMENT = 5.0


@pytest.fixture
def broker(valkey: Valkey, settings: Settings) -> Iterator[Valkey]:
    """Celery and the cache of this process on a Valkey that can break."""
    before = app.conf.broker_url, app.conf.broker_write_url
    cache = {
        "BACKEND": "config.cache.PatientRedisCache", "LOCATION": valkey.url,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }  # fmt: skip
    settings.CACHES = {"default": cache}
    app.conf.broker_url = app.conf.broker_write_url = valkey.url
    tasks._away["until"] = 0.0
    yield valkey
    app.conf.broker_url, app.conf.broker_write_url = before
    tasks._away["until"] = 0.0
    caches.close_all()


def nudged() -> float:
    """Seconds that a nudge takes from the person who waits for the page."""
    began = time.monotonic()
    with transaction.atomic():
        tasks.nudge(tasks.sweep)
    return time.monotonic() - began


@pytest.mark.fault("R3", tries=1)
def test_a_nudge_reaches_the_broker_and_a_broker_that_is_away_is_no_error(broker: Valkey) -> None:
    nudged()
    assert broker.client.llen("clocks") == 1
    broker.kill()
    assert nudged() < A_MOMENT
    assert nudged() < 0.5, "it is left alone for a while"
    broker.start()
    tasks._away["until"] = 0.0
    nudged()
    assert broker.client.llen("clocks") == 1, "found again by itself"


@pytest.mark.fault("R3", tries=1)
def test_a_frozen_broker_holds_nobody_up(broker: Valkey) -> None:
    """It accepts connections and never answers."""
    nudged()
    assert broker.client.llen("clocks") == 1
    broker.signal(signal.SIGSTOP)
    try:
        assert nudged() < A_MOMENT
        assert nudged() < 0.5, "only the first one waits"
    finally:
        broker.signal(signal.SIGCONT)


@pytest.mark.fault("R3", tries=1)
def test_pages_and_services_go_on_without_the_broker(broker: Valkey) -> None:
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


@pytest.mark.fault("R3", tries=3)
def test_a_real_worker_and_beat_lose_nothing_with_the_broker(
    broker: Valkey, processes: Processes
) -> None:
    """Flushed, killed, started empty: what falls due meanwhile is enforced, each once."""
    worker = processes.worker(
        "--beat", "--schedule", str(processes.folder / "beat"), REDIS_URL=broker.url
    )
    stories.tell(5, "silent")
    within(60, lambda: resolved(5), "the first five")
    broker.client.flushall()
    stories.tell(5, "silent")
    within(30, lambda: resolved(10), "after the flush")
    broker.kill()
    stories.tell(5, "silent")
    time.sleep(0.5)
    broker.start()
    within(60, lambda: resolved(15), "after the restart")
    assert worker.poll() is None, "the worker lives through it"
    processes.kill(worker)
    assert invariants() == {"resolved": 15}


@pytest.mark.fault("R3", tries=1, long=True, first=True)
def test_a_broker_that_is_away_for_minutes_makes_clocks_late_by_the_outage_and_one_period(
    broker: Valkey, processes: Processes
) -> None:
    processes.worker("--beat", "--schedule", str(processes.folder / "beat"), REDIS_URL=broker.url)
    stories.tell(5, "silent")
    within(60, lambda: resolved(5))
    broker.kill()
    stories.tell(5, "silent", late=-timedelta(seconds=30))
    time.sleep(120)
    assert resolved(5), "nobody could be told"
    broker.start()
    took = within(60, lambda: resolved(10), processes.said("worker"))
    assert took < 30
    assert invariants() == {"resolved": 10}


@pytest.mark.fault("R4", tries=1, few=60, size=10_000)
def test_two_beats_three_workers_and_a_sweep_by_hand_enforce_each_case_once(
    broker: Valkey, processes: Processes, size: int
) -> None:
    crowd(size)
    for _ in range(2):
        processes.beat(REDIS_URL=broker.url)
    for number in range(3):
        processes.worker("--hostname", f"w{number}@%h", REDIS_URL=broker.url)
    deadlines.sweep(batch_size=10)
    within(60 + size / 50, lambda: resolved(size))
    processes.end()
    assert Event.objects.filter(name="seller_stayed_silent").count() == size
    assert invariants() == {"resolved": size}
