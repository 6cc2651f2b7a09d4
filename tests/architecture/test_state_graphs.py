"""Every state of every machine has an owner, a clock and an exit, and can be reached."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core import deadlines, diagrams
from core.models import Case
from core.transitions import graph

MACHINES = diagrams.machines()


def reachable(model: Any, start: str) -> set[str]:
    edges, seen, todo = graph(model), {start}, [start]
    while todo:
        here = todo.pop()
        for source, _name, target in edges:
            if source == here and target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


@pytest.mark.parametrize("model", MACHINES, ids=lambda m: m.__name__)
def test_every_open_state_can_be_reached_left_and_ended(model: Any) -> None:
    field = model._meta.get_field("state")
    states, edges = {value for value, _label in field.choices}, graph(model)
    alive = states - set(model.TERMINAL) - set(model.RESERVED)

    assert reachable(model, field.default) == states - set(model.RESERVED)
    assert model.TERMINAL
    for state in alive:
        assert any(s == state and t != state for s, _n, t in edges), f"{state} has no exit"
        assert reachable(model, state) & set(model.TERMINAL), f"{state} never ends"
    for state in set(model.TERMINAL) | set(model.RESERVED):
        assert not [e for e in edges if e[0] == state and e[2] != state], f"{state} is no end"


CASES = [m for m in MACHINES if issubclass(m, Case)]


@pytest.mark.parametrize("model", CASES, ids=lambda m: m.__name__)
def test_every_open_state_of_a_case_has_an_owner_and_a_clock_that_somebody_enforces(
    model: Any,
) -> None:
    field = model._meta.get_field("state")
    table = model._meta.get_field("deadlines").related_model
    enforced = {kind for known, kind in deadlines.handlers if known is table}
    used = set()
    for state, _label in field.choices:
        clocks = model.CLOCKS.get(state, ())
        clocks = {clocks} if isinstance(clocks, str) else set(clocks)
        if state in model.TERMINAL or state in model.RESERVED:
            assert not clocks, f"{state} has ended and has a clock"
            continue
        assert model.OWNERS.get(state), f"{state} has no owner"
        assert clocks, f"{state} has no clock"
        assert clocks <= enforced, f"nobody enforces {clocks - enforced}"
        used |= clocks


def test_the_page_of_diagrams_is_the_code() -> None:
    drawn = (Path(settings.BASE_DIR) / "docs" / "state-machines.md").read_text(encoding="utf-8")
    assert drawn == diagrams.page(), "run manage.py draw_states"
