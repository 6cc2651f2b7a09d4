"""State diagrams, drawn from the code: what the page says cannot differ from what the machine does."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.utils.translation import override

from core.fsm import StateModel
from core.transitions import graph

HEAD = """# State machines

Drawn from the code by `manage.py draw_states`; a test fails where this page and the code differ. An arrow's
words are the transition's name; moves that leave the state as it is are listed below each picture. A dashed
box is a door that a later instance will open: no case can stand there yet.
"""


def machines() -> list[type[StateModel]]:
    """Every state machine of the product, lowest floor first."""
    found = [
        m
        for m in apps.get_models()
        if issubclass(m, StateModel) and not m.__module__.startswith("tests.")
    ]
    floors = ["notifications", "coupons", "orders", "evidence", "accounts", "disputes", "appeals"]
    return sorted(
        found, key=lambda m: (floors.index(m._meta.app_label), m._meta.pk is None, m._meta.label)
    )


def page() -> str:
    """The whole of `docs/state-machines.md`."""
    with override("en"):
        return HEAD + "".join(section(model) for model in machines())


def section(model: type[StateModel]) -> str:
    """One machine: picture, states with owner and clock, and moves that stay where they are."""
    meta: Any = model._meta
    field = meta.get_field("state")
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    staying: dict[str, list[str]] = defaultdict(list)
    for source, name, target in graph(model):
        if source == target:
            staying[name].append(source)
        else:
            arrows[(source, target)].append(name)
    lines = [
        f"\n## {str(model._meta.verbose_name).capitalize()}\n",
        "```mermaid",
        "stateDiagram-v2",
    ]
    lines.append(f"    [*] --> {field.default}")
    lines += [
        f"    {a} --> {b}: {' / '.join(sorted(names))}" for (a, b), names in sorted(arrows.items())
    ]
    lines += [f"    {state} --> [*]" for state, _label in field.choices if state in model.TERMINAL]
    for state in sorted(model.RESERVED):
        lines += [f"    state {state}", f"    class {state} reserved"]
    if model.RESERVED:
        lines.append("    classDef reserved stroke-dasharray: 4 4")
    lines += ["```", "", "| state | in words | who must act | clocks |", "|---|---|---|---|"]
    for state, label in field.choices:
        owner, clocks = _words(model.OWNERS.get(state)), _words(model.CLOCKS.get(state))
        if state in model.RESERVED:
            owner = "a later instance"
        lines.append(f"| `{state}` | {label} | {owner or 'nobody'} | {clocks or '–'} |")
    if staying:
        lines += ["", "Moves that stay:", ""]
        lines += [
            f"- `{name}` in {', '.join(f'`{s}`' for s in sorted(set(found)))}"
            for name, found in sorted(staying.items())
        ]
    return "\n".join(lines) + "\n"


def _words(value: Any) -> str:
    values = [value] if isinstance(value, str) else list(value or ())
    return ", ".join(str(v) for v in values)
