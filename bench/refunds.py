"""Refunds that the bank should have paid within fifteen working days, found late by the same engine as silent sellers.

The limit is that of `bench.enforce`: plain SQL that writes the very same rows.
"""

from __future__ import annotations

from bench import databases, enforce
from bench.report import line

CLAIM = """
SELECT c.id FROM orders_refund c JOIN orders_refunddeadline d ON d.case_id = c.id
WHERE d.state = 'pending' AND d.due_at <= clock_timestamp() ORDER BY d.due_at FOR NO KEY UPDATE OF c SKIP LOCKED
"""
DUE = "SELECT count(*) FROM orders_refunddeadline WHERE state = 'pending' AND due_at <= clock_timestamp()"


def main(n: int = 4000) -> None:
    """`n` disputes that sellers accepted over the last three hundred days; most of their refunds are late by now."""
    with databases.cases("bench_refunds", n, "resolved") as base:
        with databases.connect(base) as sql:
            (due,) = sql.execute(DUE).fetchone()  # type: ignore[misc]
        for workers in (1, 2):
            with databases.database("bench_refunds_swept", base) as swept:
                enforced, seconds = enforce.sweep(swept, workers=workers)
                assert enforced == due, (enforced, due)
                if workers == 1:
                    limit = due / enforce.plain(base, swept, CLAIM)
            line(
                "refunds_late_by_the_clock",
                due,
                due / seconds,
                "refunds/s",
                limit=limit,
                workers=workers,
            )
