"""What an outage leaves behind: clocks of a million silent sellers that are all over, enforced while people browse.

The flood has to go down at no less than a fifth of the limit of `enforce`, the oldest first; the pages may be at
most twice as slow meanwhile; and clocks of other tables that run out in its midst do not wait for its end.
"""

from __future__ import annotations

import os
import time
from statistics import quantiles
from typing import Any

import psycopg

from bench import databases, enforce, load, processes
from bench.report import line

SELLERS = 50
IDLE = 60
PERIOD = "5"
LIMIT_OF = 4000
FRESH = 100
WORKERS, LANES, REST = 1, 1, 50
"""What suits a machine whose few processors are the web's and the database's too: more win nothing there, and a sweep
that rests for half of a batch's time leaves the pages theirs."""
HELD = 500 * WORKERS * LANES
"""Cases that they may have in their hands: so far the oldest may be out of order."""

DISPUTES, REFUNDS = "disputes_disputedeadline", "orders_refunddeadline"
LEFT = f"SELECT count(*) FROM {DISPUTES} WHERE state = 'pending' AND kind = 'seller_answer'"
ANY_LEFT = f"SELECT EXISTS ({LEFT.replace('count(*)', '1')})"
DONE = f"SELECT EXISTS (SELECT 1 FROM {REFUNDS})"
OVERTAKEN = f"""SELECT count(*) FROM {DISPUTES} WHERE state = 'pending' AND kind = 'seller_answer' AND due_at < (
    SELECT max(due_at) FROM {DISPUTES} WHERE state = 'enforced' AND kind = 'seller_answer')"""
RUN_OUT = f"""UPDATE {REFUNDS} SET due_at = clock_timestamp() WHERE id IN (
    SELECT id FROM {REFUNDS} WHERE state = 'pending' ORDER BY id LIMIT {FRESH}) RETURNING id"""
LATE = f"""SELECT extract(epoch FROM ended_at - due_at)::float8 FROM {REFUNDS}
    WHERE id = ANY(%s) AND ended_at IS NOT NULL"""


def main(n: int = 1_000_000) -> None:
    people = int(os.environ.get("PEOPLE") or 50)
    limit = enforce.limit(LIMIT_OF)
    with databases.cases("bench_flood", n, "silent") as name:
        signed_in = databases.run(name, "bench.sessions", "0", str(SELLERS), "0")
        with (
            processes.running(
                name, SWEEP_SECONDS=PERIOD, SWEEP_LANES=str(LANES), SWEEP_REST=str(REST)
            ) as here,
            databases.connect(name) as sql,
        ):
            browsing = load.Play(here, here.web(), signed_in, people, "bench/browsers.py")
            idle = _p95(browsing.run(IDLE))
            with browsing.going_on() as figures:
                here.workers(WORKERS, concurrency=1)
                here.beat()
                processes.within(120, lambda: sql.execute(DONE).fetchone()[0], "the first batch")  # type: ignore[index]
                began, left = time.monotonic(), _count(sql, LEFT)
                processes.within(
                    7200, lambda: _count(sql, LEFT) <= left / 2, "half of the flood", every=2
                )
                overtaken = _count(sql, OVERTAKEN)
                fresh = [row[0] for row in sql.execute(RUN_OUT).fetchall()]
                processes.within(
                    7200, lambda: not _count(sql, ANY_LEFT), "the rest of the flood", every=1
                )
                taken = time.monotonic() - began
                processes.within(
                    120, lambda: len(sql.execute(LATE, [fresh]).fetchall()) == len(fresh), "other"
                )
                late = [row[0] for row in sql.execute(LATE, [fresh]).fetchall()]
            busy = _p95(figures)
            (failed,) = sql.execute(
                f"SELECT count(*) FROM {DISPUTES} WHERE state = 'failed'"
            ).fetchone()  # type: ignore[misc]
        for check in ("check_ledger", "verify_audit"):
            databases.run(name, "django", check)
    errors = sum(int(figure["num_failures"]) for figure in figures)
    line("flood", n, left / taken, "cases/s", limit=limit, people=people, seconds=round(taken), workers=WORKERS,
         failed=failed, overtaken=overtaken)  # fmt: skip
    line("flood_page_p95", n, busy, "ms", limit=2 * idle, idle_ms=idle, errors=errors)
    line("flood_other_clocks", len(late), quantiles(late, n=100, method="inclusive")[98], "s after due_at (p99)",
         most_s=round(max(late), 2))  # fmt: skip
    if failed or errors or overtaken > HELD:
        raise SystemExit(
            "A clock failed, an answer was an error, or the oldest were not the first."
        )


def _count(sql: psycopg.Connection[Any], question: str) -> int:
    return int(sql.execute(question).fetchone()[0])  # type: ignore[index]


def _p95(figures: list[dict[str, Any]]) -> float:
    every = [ms for figure in figures for ms in load.times(figure)]
    return round(quantiles(every, n=20, method="inclusive")[18], 1)
