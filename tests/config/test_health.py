"""Whoever watches the processes is told the truth."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.middleware.common import CommonMiddleware
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from core import clock, watch
from core.models import Pulse, Tally
from tests.disputes import factories as make


def test_live_needs_no_database(client: Client) -> None:
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"live": True})


@pytest.mark.parametrize("probe", ["/health/live", "/health/ready"])
@pytest.mark.django_db
def test_a_load_balancer_may_ask_under_any_name_with_any_cookies(
    client: Client, settings: Settings, probe: str
) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["help.example.org"], True
    client.cookies["recourse_session"] = "nobody's"
    client.cookies["recourse_language"] = "xx\x7f"

    for host in ("10.1.2.3:8000", "a_b", "[::1", ""):
        assert client.get(probe, headers={"host": host}).status_code == 200
    assert client.get("/", headers={"host": "10.1.2.3"}, secure=True).status_code == 400


@pytest.mark.django_db
def test_ready_asks_for_the_sessions_too(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as seen:
        assert client.get("/health/ready").status_code == 200
    assert "django_session" in seen.captured_queries[0]["sql"]


@pytest.mark.django_db
def test_ready_asks_the_database(client: Client) -> None:
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": "ok"})


def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(connection, "cursor", away)

    answer = client.get("/health/ready")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("error", "status", "again"),
    [(OperationalError("too many clients"), 503, "5"), (ValueError("a bug"), 500, None)],
)
def test_a_page_says_whose_fault_it_is(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    again: str | None,
) -> None:
    def broken(request: HttpRequest) -> None:
        raise error

    client.raise_request_exception = False
    monkeypatch.setattr(CommonMiddleware, "process_request", lambda self, request: broken(request))

    answer = client.get("/account/login/")

    assert (answer.status_code, answer.get("Retry-After")) == (status, again)
    assert str(error) not in answer.text


@pytest.mark.django_db
def test_the_whole_is_well_while_the_clocks_are_kept(client: Client) -> None:
    answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.json() == {"well": True, "database": "ok", "broker": "away", "clocks": "kept"}


@pytest.mark.django_db
def test_late_clocks_are_said_and_the_operator_is_told_though_every_worker_is_dead(
    client: Client, frozen: datetime, settings: Settings
) -> None:
    settings.DEMO, settings.SWEEP_SECONDS = False, 10
    make.opened()

    with clock.freeze(frozen + timedelta(days=2, seconds=21)):
        first, second = client.get("/health/"), client.get("/health/")

    assert (first.status_code, first.json()["clocks"]) == (503, "late")
    assert second.status_code == 503
    assert [message.subject for message in mail.outbox] == ["Recourse: clocks are being kept late"]


@pytest.mark.django_db
def test_workers_that_stand_still_are_said_though_nothing_is_due(client: Client) -> None:
    Pulse.objects.create(name="sweep", ended_at=watch.real_now() - timedelta(hours=1))

    answer = client.get("/health/")

    assert (answer.status_code, answer.json()["clocks"]) == (503, "nobody sweeps")


@pytest.mark.django_db
def test_the_figures_are_for_whoever_has_the_token(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "open sesame"

    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer guess"}).status_code == 404
    answer = client.get("/metrics", headers={"authorization": "Bearer open sesame"})

    assert answer.status_code == 200
    assert "recourse_deadline_overdue_seconds 0.0" in answer.text


@pytest.mark.django_db
def test_without_a_token_production_shows_no_figures(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.LOCAL = "", False

    assert client.get("/metrics").status_code == 404


@pytest.mark.django_db
def test_the_figures_say_how_late_how_many_and_how_old(client: Client, frozen: datetime) -> None:
    make.opened()
    Tally.objects.create(kind="DSP", name="escalate", total=3)
    with watch.pulse("sweep") as beat:
        beat.handled, beat.late = 4, 0.25

    with clock.freeze(frozen + timedelta(days=2, seconds=5)):
        figures = {
            f"{sample.name}{sample.labels or ''}": sample.value
            for family in text_string_to_metric_families(client.get("/metrics").text)
            for sample in family.samples
        }

    assert figures["recourse_deadline_overdue_seconds"] == 5.0
    assert figures["recourse_sweep_lag_seconds"] == 0.25
    assert figures["recourse_task_handled{'task': 'sweep'}"] == 4
    assert figures["recourse_transitions_total{'transition': 'DSP.escalate'}"] == 3
    assert figures["recourse_deadlines_failed{'table': 'disputes.disputedeadline'}"] == 0
    assert figures["recourse_outbox_age_seconds"] > 0
    assert figures["recourse_mails{'state': 'due'}"] > 0
    assert figures["recourse_disputes_waiting{'state': 'escalated'}"] == 0
    assert figures["recourse_refunds{'state': 'overdue'}"] == 0
    assert figures["recourse_quarantine_age_seconds"] == 0


def test_health_is_read_only(client: Client) -> None:
    assert client.post("/health/live").status_code == 405
