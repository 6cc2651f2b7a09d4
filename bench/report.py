"""One JSON line for each figure, and the numbers behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from statistics import quantiles
from time import perf_counter
from typing import Any


def line(
    name: str, n: int, value: float, unit: str, *, limit: float | None = None, **more: Any
) -> None:
    """Print one figure. `ratio` is value to limit, as both stand in the line."""
    figure: dict[str, Any] = {"name": name, "n": n, "value": _short(value), "unit": unit}
    if limit:
        figure |= {"limit": _short(limit), "ratio": round(value / limit, 3)}
    print(json.dumps(figure | more), flush=True)


def _short(value: float) -> float:
    return round(value, 1 if value >= 100 else 3)


def spread(seconds: Sequence[float]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    cuts = quantiles(seconds, n=20, method="inclusive")
    return round(cuts[9] * 1000, 2), round(cuts[18] * 1000, 2)


def times(act: Callable[[], Any], count: int) -> list[float]:
    """Seconds of each of so many calls."""
    taken = []
    for _ in range(count):
        began = perf_counter()
        act()
        taken.append(perf_counter() - began)
    return taken
