"""Fixtures for the whole suite, and the rule of what runs where."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import postgres
from tests.faults.catalogue import FAULTS

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday at noon, far from any change of the clocks: the suite's ordinary now."""

NEEDS = ("postgres", "browser", "mount")
"""Marks of tests that need something of the machine."""


def chromium() -> str | None:
    """The browser of the machine, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def wanted(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def missing(mark: str) -> bool:
    """Whether tests of that mark cannot run on this machine."""
    return {
        "postgres": connection.vendor != "postgresql",
        "browser": chromium() is None,
        "mount": os.geteuid() != 0 or sys.platform != "linux",
    }[mark]


def long_run() -> bool:
    """Whether each fault is tried in its full number (`make faults`)."""
    return os.environ.get("FAULTS", "") == "long"


def is_long(item: pytest.Item) -> bool:
    """Whether a test is one of those that wait for `make faults`."""
    mark = item.get_closest_marker("fault")
    return bool(mark and mark.kwargs.get("long"))


def is_first(item: pytest.Item) -> bool:
    """Whether a test takes so long that the others had better not wait for it in the end."""
    mark = item.get_closest_marker("fault")
    return bool(mark and mark.kwargs.get("first"))


def is_wanted(item: pytest.Item) -> bool:
    """`make faults ONLY=R2` leaves the others out."""
    mark, only = item.get_closest_marker("fault"), os.environ.get("ONLY", "")
    return mark is None or not (long_run() and only) or only in mark.args


@pytest.fixture
def tries(request: pytest.FixtureRequest) -> int:
    """How often this test tries its fault here."""
    return _amount(request, "quick", "tries")


@pytest.fixture
def size(request: pytest.FixtureRequest) -> int:
    """How many cases this test makes here."""
    return _amount(request, "few", "size")


def _amount(request: pytest.FixtureRequest, few: str, full: str) -> int:
    mark = request.node.get_closest_marker("fault")
    return int(mark.kwargs[full] if long_run() else mark.kwargs.get(few, 1))


@pytest.hookimpl(trylast=True)  # after `-m` has chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out, and says so, what this machine cannot run and nobody requires; long faults wait for `make faults`."""
    if long_run():
        items.sort(key=lambda item: not is_first(item))
    late = [item for item in items if (is_long(item) and not long_run()) or not is_wanted(item)]
    if late:
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item not in set(late)]
    for mark in NEEDS:
        out = [item for item in items if item.get_closest_marker(mark)]
        if out and missing(mark) and not wanted(f"REQUIRE_{mark.upper()}"):
            config.hook.pytest_deselected(items=out)
            items[:] = [item for item in items if item not in set(out)]
            config.stash.setdefault(LEFT_OUT, []).append(
                f"{len(out)} tests left out: no {mark} here"
            )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What is required and missing fails, in a sentence."""
    for mark in NEEDS:
        if item.get_closest_marker(mark) and missing(mark):
            pytest.fail(f"{mark} is required here and was not found.", pytrace=False)


LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(LEFT_OUT, []):
        terminalreporter.write_line(line, yellow=True)
    if long_run():
        for line in fault_table(terminalreporter):
            terminalreporter.write_line(line)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Remembers with each test of a fault which it is and how often it was tried."""
    mark = item.get_closest_marker("fault")
    if mark and call.when == "setup":
        amount = mark.kwargs.get("tries", 1) if long_run() else mark.kwargs.get("quick", 1)
        for name in mark.args:
            item.user_properties.append(("fault", f"{name}:{amount}"))


def fault_table(reporter: pytest.TerminalReporter) -> list[str]:
    """A line for each fault: tests, tries, whether the invariants held, seconds."""
    rows: dict[str, list[float]] = {}
    for outcome in ("passed", "failed", "error"):
        for report in reporter.stats.get(outcome, []):
            for key, value in getattr(report, "user_properties", ()):
                if key != "fault" or (report.when != "call" and outcome == "passed"):
                    continue
                name, tries = value.split(":")
                row = rows.setdefault(name, [0, 0, 0, 0.0])
                row[0] += 1
                row[1] += int(tries)
                row[2] += outcome != "passed"
                row[3] += report.duration
    head = f"{'fault':<6}{'what':<64}{'tests':>6}{'tries':>7}  {'held':<8}{'seconds':>8}"
    lines = ["", head]
    for name in sorted(rows, key=lambda name: int(name[1:])):
        count, tries, broken, seconds = rows[name]
        held = "yes" if not broken else f"no: {int(broken)}"
        lines.append(
            f"{name:<6}{FAULTS[name]:<64}{int(count):>6}{int(tries):>7}  {held:<8}{seconds:>8.1f}"
        )
    return lines


@pytest.fixture
def frozen() -> Iterator[datetime]:
    """Time stands still at `NOON`, for the code and for the database's clock as the code sees it."""
    from core import clock

    with clock.freeze(NOON):
        yield NOON


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A server of our own has every table already, in a database that each process of the run copies."""
    if postgres.READY in os.environ:
        connection.settings_dict["TEST"]["TEMPLATE"] = postgres.TEMPLATE


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What one test tried too often is not held against the next. And versions of a policy never change, so they
    are remembered by key; a rolled-back test gives keys away again.
    """
    from core.models.storefront import policy_version

    cache.clear()
    policy_version.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Lifts the refusal of append-only tables, and of a deleted refund, while they are emptied after a test with
    real commits.
    """
    from core import append_only
    from orders import guards
    from tests.tables import emptied, may_lift_triggers

    case: Any = TransactionTestCase
    empty = case._fixture_teardown

    def teardown(self: Any) -> None:
        if connection.vendor == "postgresql" and may_lift_triggers():
            emptied()
            return
        tables = append_only.tables()
        with connection.cursor() as cursor:
            for table in tables:
                append_only.remove(cursor, connection.vendor, table)
            guards.remove(cursor, connection.vendor)
        empty(self)
        with connection.cursor() as cursor:
            guards.install(cursor, connection.vendor)
            for table in tables:
                append_only.install(cursor, connection.vendor, table)

    case._fixture_teardown = teardown
    yield
    case._fixture_teardown = empty


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run, with nothing of its own on the line."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop in this thread
    quiet = ["background-networking", "component-update", "sync", "extensions", "default-apps"]
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run"]
    with sync_playwright() as playwright:
        chosen = playwright.chromium.launch(
            executable_path=chromium(),
            args=[*arguments, *(f"--disable-{name}" for name in quiet)],
        )
        yield chosen
        chosen.close()


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A fresh profile on a desktop, in English, in Berlin; paths are relative to the running portal."""
    fresh = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 1280, "height": 900},
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    fresh.set_default_timeout(10_000)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab of that profile."""
    return context.new_page()
