"""The queue's settings are part of what keeps every clock: each is here with its reason."""

import time

import pytest
from celery.schedules import maybe_schedule
from django.conf import settings
from kombu.exceptions import OperationalError

from config.celery import app


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled <= set(app.tasks)
    assert scheduled == {
        "disputes.tasks.release_unheld",
        "appeals.tasks.release_unheld",
        "disputes.tasks.watch_settlements",
        "evidence.tasks.sweep_orphans",
        "core.tasks.forget_forms",
        "core.tasks.recount_dates",
        "core.tasks.give_back",
        "core.tasks.sweep",
        "core.tasks.watch",
        "notifications.tasks.deliver",
        "evidence.tasks.inspect_waiting",
        "orders.tasks.submit_refunds",
    }


def test_a_message_that_waited_too_long_is_dropped() -> None:
    for entry in app.conf.beat_schedule.values():
        seconds = maybe_schedule(entry["schedule"]).run_every.total_seconds()
        assert entry["options"]["expires"] >= seconds


def test_a_killed_worker_loses_no_message() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_clocks_come_before_mail_and_files_in_a_worker_that_does_all() -> None:
    assert app.conf.broker_transport_options["queue_order_strategy"] == "sorted"
    assert min(app.amqp.queues) == "clocks"


def test_no_task_outlives_the_time_after_which_it_is_given_again() -> None:
    visible = app.conf.broker_transport_options["visibility_timeout"]

    assert app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert visible >= 3 * app.conf.task_time_limit == 3 * settings.LONGEST_TASK


def test_a_page_does_not_wait_for_a_broker_that_is_away() -> None:
    began = time.monotonic()

    with (
        app.connection_for_write("redis://127.0.0.1:1/0") as connection,
        pytest.raises(OperationalError),
    ):
        _ = connection.default_channel

    assert time.monotonic() - began < 3  # the library's own habit is six seconds, for each page
