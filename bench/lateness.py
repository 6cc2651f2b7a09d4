"""How late clocks are enforced by real workers when thousands fall due in the same second among a million."""

from __future__ import annotations

from statistics import quantiles

from bench import databases, processes
from bench.report import line

TOGETHER = 10_000
AHEAD = 15
PERIOD = "1"


def main(n: int = 1_000_000) -> None:
    """`n` open deadlines; a hundredth of them (at most 10,000) fall due in one second, fifteen seconds from now."""
    together = min(TOGETHER, max(1, n // 100))
    with databases.cases("bench_lateness", n, "running") as name:
        with databases.connect(name) as sql:
            sql.execute("CREATE TEMP TABLE due AS SELECT id, case_id FROM disputes_disputedeadline"
                        f" WHERE state = 'pending' ORDER BY random() LIMIT {together}")  # fmt: skip
            moment = f"clock_timestamp() + interval '{AHEAD} seconds'"
            (at,) = sql.execute(f"SELECT {moment}").fetchone()  # type: ignore[misc]
            sql.execute(
                "UPDATE disputes_disputedeadline SET due_at = %s WHERE id IN (SELECT id FROM due)",
                [at],
            )
            sql.execute(
                "UPDATE disputes_dispute SET next_due_at = %s WHERE id IN (SELECT case_id FROM due)",
                [at],
            )
            (pending,) = sql.execute(
                "SELECT count(*) FROM disputes_disputedeadline WHERE state = 'pending'"
            ).fetchone()  # type: ignore[misc]
        with processes.running(name, SWEEP_SECONDS=PERIOD) as here, databases.connect(name) as sql:
            here.workers(2, concurrency=1)
            here.beat()
            left = "SELECT count(*) FROM disputes_disputedeadline WHERE due_at = %s AND state = 'pending'"
            processes.within(600, lambda: not sql.execute(left, [at]).fetchone()[0], "the workers")  # type: ignore[index]
            rows = sql.execute(
                "SELECT extract(epoch FROM ended_at - due_at)::float8 FROM disputes_disputedeadline WHERE due_at = %s",
                [at],
            ).fetchall()
    late = [row[0] for row in rows]
    assert len(late) == together, len(late)
    assert min(late) >= 0, "nothing is early"
    cuts = quantiles(late, n=100, method="inclusive")
    line(
        "lateness", pending, cuts[98], "s after due_at (p99)", together=together, p50_s=round(cuts[49], 2),
        most_s=round(max(late), 2), workers=2, sweep_seconds=int(PERIOD),
    )  # fmt: skip
