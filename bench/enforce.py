"""How many silent sellers a second: our sweep beside plain SQL that writes the very same rows.

The limit is measured on the rows that a sweep has written: they lie ready in side tables, and one transaction
claims the cases, inserts the new rows and updates the old ones, set-wise, with every index, constraint and
trigger of the product, and without computing anything.
"""

from __future__ import annotations

import json
import subprocess
import sys
from time import perf_counter
from typing import Any

import psycopg

from bench import databases
from bench.report import line

CLAIM = """
SELECT c.id FROM disputes_dispute c JOIN disputes_disputedeadline d ON d.case_id = c.id
WHERE d.state = 'pending' AND d.due_at <= clock_timestamp() ORDER BY d.due_at FOR NO KEY UPDATE OF c SKIP LOCKED
"""


def main(n: int = 4000) -> None:
    with databases.cases("bench_cases", n, "silent") as base:
        with databases.database("bench_one", base) as one:
            enforced, alone = sweep(one)
            assert enforced == n, enforced
            possible = n / plain(base, one)
        line("enforce", n, n / alone, "cases/s", limit=possible, workers=1)
        with databases.database("bench_two", base) as two:
            enforced, together = sweep(two, workers=2)
            assert enforced == n, enforced
        line("enforce", n, n / together, "cases/s", limit=possible, workers=2)
        with databases.database("bench_single", base) as single:
            enforced, seconds = sweep(single, size=1, seconds=10)
        rate = enforced / seconds
        line(
            "enforce_one_case_at_a_time",
            enforced,
            rate,
            "cases/s",
            batch_is_times=round(n / alone / rate, 1),
        )


def limit(n: int) -> float:
    """Cases a second of plain SQL."""
    with (
        databases.cases("bench_cases", n, "silent") as base,
        databases.database("bench_one", base) as one,
    ):
        sweep(one)
        return n / plain(base, one)


def sweep(name: str, workers: int = 1, size: int = 0, seconds: float = 900) -> tuple[int, float]:
    """Sweep with so many worker processes; cases enforced, and seconds from the start to the last one's end."""
    from core.deadlines import BATCH_SIZE

    command = [sys.executable, "-m", "bench.worker", str(size or BATCH_SIZE), str(seconds)]
    running: list[subprocess.Popen[str]] = []
    for _ in range(workers):
        running.append(
            subprocess.Popen(
                command,
                env=databases.environment(name),
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        )
    for worker in running:
        assert worker.stdout
        worker.stdout.readline()
    began = perf_counter()
    for worker in running:
        assert worker.stdin
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [json.loads(worker.communicate()[0]) for worker in running]
    return sum(s["enforced"] for s in said), max(
        perf_counter() - began if workers > 1 else 0, said[0]["seconds"]
    )


def plain(base: str, after: str, claim: str = CLAIM) -> float:
    """Seconds in which set-based SQL writes what the sweep wrote."""
    with (
        databases.database("bench_limit", base) as copy,
        databases.connect(copy) as sql,
        databases.connect(after) as source,
    ):
        statements = list(_written(sql, source))
        sql.execute("ANALYZE")
        began = perf_counter()
        with sql.transaction():
            sql.execute(claim).fetchall()
            for statement in statements:
                sql.execute(statement)
        taken = perf_counter() - began
        _same(sql, source)
    return taken


def _tables(sql: psycopg.Connection[Any]) -> list[str]:
    rows = sql.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'id'"
        " AND data_type = 'bigint' ORDER BY table_name"
    )
    # The guards ask for this order.
    wanted = ("core_event", "coupons_couponentry", "orders_ledgerentry", "orders_refund")
    names = [name for (name,) in rows]
    return sorted(
        names, key=lambda name: (wanted.index(name) if name in wanted else len(wanted), name)
    )


def _written(sql: psycopg.Connection[Any], source: psycopg.Connection[Any]) -> Any:
    """Copy what the sweep wrote into side tables; the statements that bring it from there to its place."""
    sql.execute("CREATE SCHEMA written")
    for table in _tables(sql):
        old, new = f"public.{table}", f"written.{table}"
        last = _do(sql, f"SELECT coalesce(max(id), 0) FROM {old}")[0][0]
        _do(sql, f"CREATE TABLE {new} (LIKE {old})")
        with (
            source.cursor().copy(f"COPY {old} TO STDOUT") as out,
            sql.cursor().copy(f"COPY {new} FROM STDIN") as into,
        ):
            for block in out:
                into.write(block)
        _do(
            sql, f"DELETE FROM {new} w USING {old} o WHERE w.id = o.id AND w IS NOT DISTINCT FROM o"
        )
        _do(sql, f"ALTER TABLE {new} ADD PRIMARY KEY (id)")
        yield f"INSERT INTO {old} SELECT * FROM {new} WHERE id > {last} ORDER BY id"
        pairs = f"FROM {new} w JOIN {old} o USING (id) WHERE"
        changed = [
            name
            for name in _columns(sql, table)
            if _do(sql, f'SELECT EXISTS (SELECT 1 {pairs} w."{name}" IS DISTINCT FROM o."{name}")')[
                0
            ][0]
        ]
        if changed:
            sets = ", ".join(f'"{name}" = w."{name}"' for name in changed)
            yield f"UPDATE {old} o SET {sets} FROM {new} w WHERE o.id = w.id AND w.id <= {last}"


def _columns(sql: psycopg.Connection[Any], table: str) -> list[str]:
    known = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
    return [name for (name,) in _do(sql, f"{known} AND table_name = '{table}'")]


def _do(sql: psycopg.Connection[Any], statement: str) -> list[Any]:
    cursor = sql.execute(statement)
    return cursor.fetchall() if cursor.description else []


def _same(sql: psycopg.Connection[Any], source: psycopg.Connection[Any]) -> None:
    """Both wrote the same rows, or the comparison is worth nothing."""
    for table in _tables(sql):
        digest = f"SELECT count(*), sum(hashtextextended(t::text, 0)) FROM public.{table} t"
        ours, theirs = (c.execute(digest).fetchone() for c in (sql, source))
        assert ours == theirs, (table, ours, theirs)
