"""Whoever watches the processes is told the truth."""

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.middleware.common import CommonMiddleware
from django.test import Client


def test_live_needs_no_database(client: Client) -> None:
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"live": True})


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


def test_health_is_read_only(client: Client) -> None:
    assert client.post("/health/live").status_code == 405
