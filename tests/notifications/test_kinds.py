"""Every kind that any app registered, read with all of its facts: whole sentences and a page to go to."""

from __future__ import annotations

import re

import pytest

from core.models import Event
from notifications import kinds, rendering
from notifications.models import Notice
from tests.conftest import NOON

PLACES = re.compile(r"%\((\w+)\)")


def facts(kind: kinds.Kind) -> dict[str, str]:
    """Something for every parameter that the kind's sentences name."""
    named = {
        name
        for words in (kind.subject, kind.action, *kind.lines)
        for name in PLACES.findall(str(words))
    }
    made = {"currency": "EUR", "reference": "ORD-7F3K9Q"} | dict.fromkeys(
        kind.link[1:], "DSP-7F3K9Q"
    )
    for name in named - {"subject"}:
        if name in kind.labels:
            made[name] = str(kind.labels[name].values[0])
        elif name.endswith("_at"):
            made[name] = NOON.isoformat()
        elif name.endswith("_date"):
            made[name] = NOON.date().isoformat()
        else:
            made[name] = "55.00"
    return made


@pytest.mark.parametrize("name", sorted(kinds.names()))
def test_every_kind_reads_well_with_all_its_facts(name: str) -> None:
    kind = kinds.find(name)
    row = Notice(
        kind=name, subject="DSP-7F3K9Q", params=facts(kind), event=Event(), created_at=NOON
    )

    message = rendering.render(row)

    assert len(message.lines) == len(kind.lines)
    assert bool(message.path) == bool(kind.link)
    for text in (message.subject, message.action, *message.lines):
        assert "%" not in text
        assert text == text.strip()
        assert text
    assert not message.subject.endswith(".")
    assert all(
        line[-1] in ".!?:0" or line.startswith("\u2068") or ": " in line for line in message.lines
    )


@pytest.mark.parametrize("name", sorted(kinds.names()))
def test_every_kind_keeps_its_subject_without_facts(name: str) -> None:
    row = Notice(kind=name, subject="DSP-7F3K9Q", params={}, event=Event(), created_at=NOON)

    assert rendering.render(row).subject
