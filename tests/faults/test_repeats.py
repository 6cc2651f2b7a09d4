"""R20, R22, R32: work that comes again and late, in floods, or not at all because nobody works."""

from __future__ import annotations

import json
import random
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils.module_loading import import_string

from bench import stories
from core import clock, deadlines
from core import tasks as kernel
from core.models import Event
from disputes.models import Dispute, DisputeDeadline
from notifications import tasks as notifications
from notifications.models import Notice
from orders import tasks as orders
from orders.models import Refund
from tests.faults.crowds import crowd
from tests.faults.invariants import invariants
from tests.faults.servers import Processes, Valkey, answers, within
from tests.orders import factories as shop
from tests.together import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TASKS: list[Callable[[], Any]] = [import_string(name) for name in settings.CELERY_BEAT_SCHEDULE]
"""What beat asks for, as a worker calls it."""


@pytest.mark.fault("R22", quick=1, tries=20)
def test_every_task_delivered_up_to_five_times_shuffled_and_in_parallel_has_its_one_effect(
    tries: int,
) -> None:
    chance = random.Random(22)
    for number in range(1, tries + 1):
        stories.tell(12, "silent")
        calls = [task for task in TASKS for _ in range(chance.randint(1, 5))]
        chance.shuffle(calls)
        for start in range(0, len(calls), 6):
            results = at_once(*calls[start : start + 6])
            assert not [result for result in results if isinstance(result, Exception)]
        for task in (kernel.sweep, orders.submit_refunds, notifications.deliver):
            task()
        assert invariants() == {"resolved": 12 * number}
    assert Refund.objects.filter(state="submitted").count() == 12 * tries
    assert len(mail.outbox) == Notice.objects.filter(mail_state="sent").count()
    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(set(ids)) == len(ids)


@pytest.mark.fault("R22", tries=1)
def test_a_task_that_comes_three_days_late_finds_its_work_done() -> None:
    stories.tell(5, "silent")
    kernel.sweep()
    before = Event.objects.count()
    with clock.freeze(clock.now() + timedelta(hours=12)):
        kernel.sweep()
    assert Event.objects.exclude(name="reminded").count() == before
    invariants()


@pytest.mark.fault("R20", tries=1, few=120, size=5000)
def test_in_a_flood_the_oldest_come_first_and_other_clocks_are_not_starved(size: int) -> None:
    """Cut short after each batch: what was enforced is what had waited longest, and orders had their turn."""
    crowd(size)
    with clock.freeze(clock.now() - timedelta(days=16)):
        released = shop.delivered()
    batch = size // 6
    done: list[int] = []

    class Enough(Exception):
        pass

    def counted(*arguments: Any) -> int:
        done.append(deadlines_run(*arguments))
        if len(done) == 4:
            raise Enough
        return done[-1]

    deadlines_run = deadlines._run
    deadlines._run = counted  # type: ignore[assignment]
    try:
        with pytest.raises(Enough):
            deadlines.sweep(batch_size=batch)
    finally:
        deadlines._run = deadlines_run

    kept = DisputeDeadline.objects.filter(state="pending").order_by("due_at")
    enforced = DisputeDeadline.objects.filter(state="enforced").order_by("-due_at")
    assert 0 < enforced.count() < size
    assert enforced[0].due_at <= kept[0].due_at, "the oldest first"
    released.refresh_from_db()
    assert released.state == "completed", "another table had its turn in the same round"
    deadlines.sweep()
    assert invariants() == {"resolved": size}


@pytest.mark.fault("R32", tries=1)
def test_stopped_workers_are_seen_by_the_health_page_and_the_figures_within_two_periods(
    processes: Processes, valkey: Valkey
) -> None:
    """The web process alone is left: it says so, and writes to the operator."""
    processes.env |= {"REDIS_URL": valkey.url, "SWEEP_SECONDS": "1"}
    production = {
        "DEMO": "0", "BASE_URL": "http://127.0.0.1", "ALLOWED_HOSTS": "*", "METRICS_TOKEN": "t",
        "OPERATOR_EMAIL": "op@example.org", "SECRET_KEY": "a-key-for-the-test-" * 4,
    }  # fmt: skip
    _web, address = processes.web(WEB_WORKERS="1", **production)
    worker = processes.worker("--beat", "--schedule", str(processes.folder / "beat"), **production)
    stories.tell(3, "silent")
    within(
        60, lambda: Dispute.objects.filter(state="resolved").count() == 3, processes.said("worker")
    )
    within(10, lambda: answers(f"{address}/health/") == 200)
    processes.kill(worker)
    stories.tell(1, "silent", late=timedelta(seconds=0))

    within(10, lambda: answers(f"{address}/health/") == 503, "the health page sees it")
    asked = urllib.request.Request(f"{address}/metrics", headers={"Authorization": "Bearer t"})
    with urllib.request.urlopen(asked, timeout=5) as answer:
        figures = answer.read().decode()
    overdue = next(
        line for line in figures.splitlines() if line.startswith("recourse_deadline_overdue")
    )
    assert float(overdue.split()[1]) > 2
    mails = [path.read_text() for path in (processes.folder / "mail").glob("*.log")]
    assert any("clocks are being kept late" in text and "op@example.org" in text for text in mails)
    with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as answer:
        assert json.load(answer)["ready"], "the load balancer keeps the page"
