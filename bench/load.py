"""`make load`: the real servers under people who file, answer and decide while deadlines fall due.

gunicorn, a worker with two processes, beat, Valkey and PostgreSQL share the machine with locust, which plays the
people (`bench.people`). One JSON line for each kind of page and act, one for all of them, one for the clocks that
fell due meanwhile. It ends with 1 where an answer was an error, a clock failed, or a ledger does not balance.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

import psycopg

from bench import databases, processes
from bench.report import line

SIZES = (100_000, 1_000_000)
BUYERS, SELLERS, MEDIATORS = 600, 60, 20
PERIOD = 5
DUE_A_SECOND = 20


def main(*sizes: int) -> None:
    people, seconds = int(os.environ.get("PEOPLE", "50")), int(os.environ.get("SECONDS", "180"))
    errors = 0
    made = 0
    with databases.database("bench_load") as name:
        databases.run(name, "django", "migrate", "--verbosity", "0")
        databases.run(name, "django", "make_cases", str(BUYERS * 2), "--stage", "delivered")
        for size in sizes or SIZES:
            databases.run(name, "django", "make_cases", str(size - made))
            made = size
            with databases.connect(name) as sql:
                sql.execute("VACUUM ANALYZE")
            errors += _round(name, size, people, seconds)
        for check in ("check_ledger", "verify_audit"):
            databases.run(name, "django", check)
    if errors:
        raise SystemExit(f"{errors} answers were errors, or clocks failed.")


def _round(name: str, size: int, people: int, seconds: int) -> int:
    signed_in = databases.run(name, "bench.sessions", str(BUYERS), str(SELLERS), str(MEDIATORS))
    with processes.running(name, SWEEP_SECONDS=str(PERIOD)) as here, databases.connect(name) as sql:
        address = here.web()
        here.workers(1, concurrency=2)
        here.beat()
        ids = _fall_due(sql, seconds)
        figures = Play(here, address, signed_in, people, "bench/people.py").run(seconds)
        left = (
            "SELECT count(*) FROM disputes_disputedeadline WHERE id = ANY(%s) AND state = 'pending'"
        )
        processes.within(120, lambda: not sql.execute(left, [ids]).fetchone()[0], "the workers")  # type: ignore[index]
        failed = _lateness(sql, size, ids)
    every: list[float] = []
    wrong = failed
    for figure in sorted(figures, key=lambda f: str(f["name"])):
        taken = times(figure)
        every += taken
        wrong += int(figure["num_failures"])
        _line(f"load: {figure['name']}", size, taken, int(figure["num_failures"]))
    _line(
        "load", size, every, wrong - failed, people=people, a_second=round(len(every) / seconds, 1)
    )
    return wrong


def _fall_due(sql: psycopg.Connection[Any], seconds: int) -> list[int]:
    """Some clocks that silent sellers still had time on end evenly over the run."""
    rows = sql.execute(
        "UPDATE disputes_disputedeadline d SET due_at = clock_timestamp() + random() * %s * interval '1 second'"
        " FROM (SELECT id FROM disputes_disputedeadline WHERE state = 'pending' AND kind = 'seller_answer'"
        " ORDER BY due_at DESC LIMIT %s) s WHERE d.id = s.id RETURNING d.id, d.case_id, d.due_at",
        [seconds, DUE_A_SECOND * seconds],
    ).fetchall()
    ids = [row[0] for row in rows]
    sql.execute(
        "UPDATE disputes_dispute c SET next_due_at = d.due_at FROM disputes_disputedeadline d"
        " WHERE d.case_id = c.id AND d.id = ANY(%s)",
        [ids],
    )
    return ids


class Play:
    """People of a script of locust's, on one address."""

    def __init__(
        self, here: processes.Installation, address: str, signed_in: str, people: int, script: str
    ) -> None:
        self._out = here.folder / "figures"
        self._env = os.environ | {"LOAD_SESSIONS": signed_in}
        self._command = [
            sys.executable, "-m", "locust", "-f", script, "--headless", "--host", address, "--users", str(people),
            "--spawn-rate", "5", "--stop-timeout", "30", "--loglevel", "WARNING", "--only-summary",
            "--exit-code-on-error", "0", "--json-file", str(self._out),
        ]  # fmt: skip

    def run(self, seconds: int) -> list[dict[str, Any]]:
        """What locust counted of everybody's requests in so many seconds."""
        subprocess.run(
            [*self._command, "--run-time", f"{seconds}s"],
            cwd=processes.ROOT, check=True, stdout=subprocess.DEVNULL, env=self._env,
        )  # fmt: skip
        return self._figures()

    @contextmanager
    def going_on(self) -> Iterator[list[dict[str, Any]]]:
        """The same for as long as the block lasts; the figures are there after it."""
        figures: list[dict[str, Any]] = []
        players = subprocess.Popen(
            self._command, cwd=processes.ROOT, stdout=subprocess.DEVNULL, env=self._env
        )
        try:
            yield figures
            players.terminate()
            players.wait(60)
            figures += self._figures()
        finally:
            players.kill()

    def _figures(self) -> list[dict[str, Any]]:
        figures: list[dict[str, Any]] = json.loads(self._out.with_suffix(".json").read_text())
        return figures


def _lateness(sql: psycopg.Connection[Any], size: int, ids: list[int]) -> int:
    """How late the clocks were enforced on which nobody acted before; how many failed."""
    rows = sql.execute(
        "SELECT extract(epoch FROM ended_at - due_at)::float8 FROM disputes_disputedeadline"
        " WHERE id = ANY(%s) AND state = 'enforced'",
        [ids],
    ).fetchall()
    (failed,) = sql.execute(
        "SELECT count(*) FROM disputes_disputedeadline WHERE state = 'failed'"
    ).fetchone()  # type: ignore[misc]
    late = [row[0] for row in rows]
    assert min(late) >= 0, "nothing is early"
    cuts = quantiles(late, n=100, method="inclusive")
    line("load_lateness", size, cuts[98], "s after due_at (p99)", due=len(ids), enforced=len(late), failed=failed,
         p50_s=round(cuts[49], 2), most_s=round(max(late), 2), sweep_seconds=PERIOD)  # fmt: skip
    return int(failed)


def times(figure: dict[str, Any]) -> list[float]:
    """Milliseconds of each request (locust rounds them)."""
    return [float(ms) for ms, times in figure["response_times"].items() for _ in range(times)]


def _line(name: str, size: int, taken: list[float], errors: int, **more: Any) -> None:
    cuts = quantiles(taken * 2 if len(taken) == 1 else taken, n=100, method="inclusive")
    line(name, size, cuts[49], "ms (p50)", p95_ms=round(cuts[94]), p99_ms=round(cuts[98]),
         requests=len(taken), errors=errors, **more)  # fmt: skip


if __name__ == "__main__":
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        raise SystemExit(
            "The load runs on PostgreSQL: python -m tests.postgres python -m bench.load"
        )
    main(*([int(os.environ["N"])] if os.environ.get("N") else ()))
