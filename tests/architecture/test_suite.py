"""What the suite requires of a machine: nothing by itself, everything where it is told so."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def suite(*arguments: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_requiring_all_parts_changes_nothing_for_the_one_that_needs_none() -> None:
    code, said = suite(
        "-n1",
        "-mnot postgres and not browser",
        "tests/core/test_references.py",
        REQUIRE_POSTGRES="1",
        REQUIRE_BROWSER="1",
    )

    assert code == 0, said


def test_a_required_part_that_is_missing_fails_and_says_so() -> None:
    code, said = suite("-mpostgres", "tests/orders/test_races.py", REQUIRE_POSTGRES="1")

    assert code == 1, said
    assert "postgres is required here and was not found." in said


def test_a_part_that_is_missing_is_left_out_and_says_so() -> None:
    _, said = suite("-mpostgres", "tests/orders/test_races.py", REQUIRE_POSTGRES="")

    assert "tests left out: no postgres here" in said
