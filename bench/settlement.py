"""A settlement of 100,000 lines through the import, beside a plain COPY and the same questions in bare SQL."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from time import perf_counter

from bench import databases
from bench.report import line

REFUNDS = 5_000
"""Refunds that the database has; the rest of the file are sales and refunds of theirs, split into parts."""
WRONG = 200


def main(n: int = 100_000) -> None:
    count = min(REFUNDS, n // 4)
    with (
        databases.cases("bench_settlement", count, "resolved") as name,
        tempfile.TemporaryDirectory() as folder,
    ):
        path = Path(folder) / "settlement.csv"
        refunds = _refunds(name)
        _write(path, n, refunds)
        limit = _limit(name, path)
        began = perf_counter()
        said = json.loads(databases.run(name, "django", "import_settlement", str(path)))
        ours = perf_counter() - began
    line(
        "settlement", n, n / ours, "lines/s", limit=n / limit, refunds=len(refunds),
        seconds=round(ours, 2), opened=sum(said["opened"].values()),
    )  # fmt: skip


def _refunds(name: str) -> list[tuple[str, str, str]]:
    with databases.connect(name) as server:
        found = server.execute(
            "SELECT reference, amount::text, currency FROM orders_refund ORDER BY id"
        )
        return [(r, a, c) for r, a, c in found.fetchall()]


def _write(path: Path, n: int, refunds: list[tuple[str, str, str]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write("transaction,type,reference,amount,currency,date\n")
        for number in range(n):
            if number < len(refunds):
                reference, amount, currency = refunds[number]
                kind = "charge" if number < WRONG else "refund"
                out.write(f"T{number},{kind},{reference},{amount},{currency},2026-01-02T10:00:00\n")
            else:
                out.write(f"T{number},charge,SHOP-{number},12.50,EUR,2026-01-02T10:00:00\n")


def _limit(name: str, path: Path) -> float:
    """What the database needs at least: the file as it is, by COPY, and the sums over it."""
    began = perf_counter()
    with databases.connect(name) as server, server.transaction(force_rollback=True):
        server.execute(
            "CREATE TEMP TABLE t (transaction text, type text, reference text, amount numeric, currency text,"
            " at timestamptz)"
        )
        with server.cursor().copy("COPY t FROM STDIN WITH (FORMAT csv, HEADER)") as copy:
            copy.write(path.read_bytes())
        server.execute(
            "SELECT r.id, t.type FROM t JOIN orders_refund r ON r.reference = t.reference"
            " GROUP BY r.id, r.amount, t.type HAVING t.type = 'charge' OR SUM(t.amount) <> r.amount"
        ).fetchall()
        server.execute(
            "SELECT id FROM orders_refund r WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.reference = r.reference)"
        ).fetchall()
    return perf_counter() - began
