"""Clocks of coupons through the same engine as silent sellers: five working days to the issue, sixty days to the end.

The limit is that of `bench.enforce`: plain SQL that writes the very same rows.
"""

from __future__ import annotations

from bench import databases, enforce
from bench.report import line

STAGES = {"promised": "coupons_issued_by_the_clock", "issued": "coupons_expired_by_the_clock"}
CLAIM = """
SELECT c.id FROM coupons_coupon c JOIN coupons_coupondeadline d ON d.case_id = c.id
WHERE d.state = 'pending' AND d.due_at <= clock_timestamp() ORDER BY d.due_at FOR NO KEY UPDATE OF c SKIP LOCKED
"""


def main(n: int = 4000) -> None:
    for stage, name in STAGES.items():
        with databases.database("bench_coupons") as base:
            databases.run(base, "django", "migrate", "--verbosity", "0")
            databases.run(base, "django", "make_coupons", str(n), "--stage", stage)
            with databases.connect(base) as server:
                server.execute("VACUUM ANALYZE")
            with databases.database("bench_coupons_one", base) as one:
                enforced, alone = enforce.sweep(one)
                assert enforced == n, enforced
                limit = n / enforce.plain(base, one, CLAIM)
            line(name, n, n / alone, "coupons/s", limit=limit, workers=1)
            with databases.database("bench_coupons_two", base) as two:
                enforced, together = enforce.sweep(two, workers=2)
                assert enforced == n, enforced
            line(name, n, n / together, "coupons/s", limit=limit, workers=2)
