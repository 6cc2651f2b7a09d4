"""What others do: a task with an ETA for each deadline, held by the broker and run one row at a time.

`celery -A bench.peers worker` is the worker of this picture. The work of a task is ours, for that one case.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from celery import Celery

from bench import databases, processes
from bench.report import line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
app = Celery("peers", broker=os.environ.get("REDIS_URL", "memory://"))
app.conf.update(task_acks_late=True, task_ignore_result=True, worker_prefetch_multiplier=1)
app.conf.worker_prefetch_multiplier = 1


@app.task(name="bench.peers.enforce")  # type: ignore[untyped-decorator]
def enforce(pk: int) -> None:
    """Enforce the clock of one dispute."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    from core import deadlines
    from disputes.models import DisputeDeadline

    deadlines._run(DisputeDeadline, deadlines._due, deadlines._enforce, 1, deadlines.Sweep(), [pk])


def main(n: int = 2000) -> None:
    """So many deadlines as tasks with an ETA; how many a second from the moment that they are due."""
    with databases.cases("bench_peers", n, "silent") as name, processes.running(name) as here:
        here.env["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        sender = Celery("peers", broker=here.broker)
        with databases.connect(name) as sql:
            keys = [
                row[0]
                for row in sql.execute("SELECT id FROM disputes_dispute ORDER BY id").fetchall()
            ]
            here.module(
                "peer", "celery", "-A", "bench.peers", "--quiet", "worker", "--concurrency", "2"
            )
            due = datetime.now(UTC) + timedelta(seconds=20)
            for key in keys:
                sender.send_task("bench.peers.enforce", [key], eta=due)
            time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
            began = time.perf_counter()
            done = "SELECT count(*) FROM disputes_dispute WHERE state = 'resolved'"
            processes.within(900, lambda: _value(sql, done) >= n, "the tasks with an ETA")
            taken = time.perf_counter() - began
            memory = redis.Redis.from_url(here.broker).info("memory")["used_memory_peak"] / 1024**2
            line("peer_celery_eta", n, n / taken, "cases/s", broker_mb=round(memory, 1), workers=2)


def _value(sql: Any, query: str) -> int:
    return int(sql.execute(query).fetchone()[0])
