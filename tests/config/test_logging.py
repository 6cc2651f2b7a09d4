"""What stands in the log: which request, which case, what happened; and nobody's words or addresses."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config import services
from disputes.views import common
from tests.disputes import factories as make

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The log of production, read back line by line."""
    out, made = StringIO(), services.logging(json=True, level="INFO")
    formatter = made["formatters"]["line"]
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter["()"](**{k: v for k, v in formatter.items() if k != "()"}))
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)


def test_what_is_said_beside_the_words_is_kept(lines: Lines) -> None:
    logging.getLogger("core.tasks").warning("swept", extra={"enforced": 3, "failed": 1})

    (line,) = lines()
    assert (line["event"], line["enforced"], line["failed"]) == ("swept", 3, 1)


def test_a_row_that_the_database_refused_is_not_quoted(lines: Lines) -> None:
    trace = (
        'IntegrityError: duplicate key "user_email"\n'
        "DETAIL:  Failing row contains (7, I live in\nElm Street, alice@example.org, exists).\n\n"
        "The above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):"
    )
    logging.getLogger("core.deadlines").error("deadline_set_aside", extra={"trace": trace})
    try:
        raise IntegrityError(trace)
    except IntegrityError:
        logging.getLogger("django.request").exception("Internal Server Error: /orders/")

    assert [line["level"] for line in lines()] == ["error", "error"]
    assert all("alice@example.org" not in json.dumps(line) for line in lines())
    assert "the direct cause" in lines()[0]["trace"]
    assert all("duplicate key" in json.dumps(line) for line in lines())


@pytest.mark.django_db
def test_a_line_names_the_request_and_the_case(
    lines: Lines, client: Client, frozen: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispute = make.opened()
    client.force_login(User.objects.get(pk=dispute.buyer_id))

    def broken(*_args: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(common, "find", broken)
    client.raise_request_exception = False
    client.get(reverse("disputes:dispute", args=[dispute.reference.lower()]), {"q": "my secret"})

    failed = [line for line in lines() if line["level"] == "error"]
    assert {line["case"] for line in failed} == {dispute.reference}
    assert all(line["request_id"] for line in failed)
    assert all("my secret" not in json.dumps(line) for line in lines())


def test_input_cannot_forge_a_line(lines: Lines) -> None:
    logging.getLogger("core").warning("typed: %s", 'x"\n{"event": "forged"}')

    assert len(lines()) == 1
