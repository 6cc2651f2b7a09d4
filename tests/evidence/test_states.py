"""Every (state, transition) of a file is decided here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from evidence.models import EvidenceFile
from evidence.pipeline import Inspection, Kind, Refusal
from evidence.states import OPEN, TERMINAL, FileState
from tests.evidence import factories

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
FOUND = Inspection(kind=Kind.JPEG, stored_kind=Kind.JPEG, size=9, sha256="a" * 64)
MOVES: dict[str, tuple[Any, ...]] = {
    "pass_inspection": (FOUND, {"clean": "clean/aa/x"}, AT),
    "refuse": (Refusal("broken"), AT),
    "erase": ("asked by the owner", AT),
}
ALLOWED = {
    (FileState.QUARANTINED, "pass_inspection"): FileState.CLEAN,
    (FileState.QUARANTINED, "refuse"): FileState.REFUSED,
    (FileState.QUARANTINED, "erase"): FileState.ERASED,
    (FileState.CLEAN, "erase"): FileState.ERASED,
    (FileState.REFUSED, "erase"): FileState.ERASED,
}


def test_table_is_complete() -> None:
    transitions = {
        t.name
        for t in EvidenceFile(quarantine_name="q").get_all_state_transitions()  # type: ignore[attr-defined]
    }

    assert transitions == set(MOVES)
    assert set(FileState) - {state for state, _move in ALLOWED} == TERMINAL
    assert {FileState.QUARANTINED} == OPEN


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", FileState)
def test_transition_is_allowed_or_refused(state: FileState, move: str) -> None:
    file = EvidenceFile(state=state, quarantine_name="quarantine/aa/x")
    target = ALLOWED.get((state, move))

    if target is None:
        with pytest.raises(TransitionNotAllowed):
            getattr(file, move)(*MOVES[move])
    else:
        getattr(file, move)(*MOVES[move])
        assert file.state == target


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "lost"},
        {"state": FileState.CLEAN},
        {"state": FileState.REFUSED},
        {"quarantine_name": ""},
    ],
)
def test_database_refuses_a_row_that_promises_what_is_not_there(wrong: dict[str, str]) -> None:
    file = factories.received()

    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceFile.objects.filter(pk=file.pk).update(**wrong)


def test_state_changes_by_transition_only() -> None:
    file = EvidenceFile(quarantine_name="q")

    with pytest.raises(AttributeError):
        file.state = FileState.CLEAN
