"""Celery's doors to the services; every task may run twice."""

from celery import shared_task

from core import watch
from evidence import services


@shared_task(name="evidence.tasks.inspect")
def inspect(file_id: int) -> None:
    services.inspect(file_id)


@shared_task(name="evidence.tasks.inspect_waiting")
def inspect_waiting() -> None:
    with watch.pulse("evidence") as beat:
        beat.handled = services.inspect_waiting()


@shared_task(name="evidence.tasks.sweep_orphans")
def sweep_orphans() -> None:
    services.sweep_orphans()
