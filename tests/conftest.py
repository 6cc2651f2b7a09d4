"""Fixtures for the whole suite, and the rule of what runs where."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday at noon, far from any change of the clocks: the suite's ordinary now."""

NEEDS = ("postgres", "browser")
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
    }[mark]


@pytest.hookimpl(trylast=True)  # after `-m` has chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out, and says so, what this machine cannot run and nobody requires."""
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


@pytest.fixture
def frozen() -> Iterator[datetime]:
    """Time stands still at `NOON`, for the code and for the database's clock as the code sees it."""
    from core import clock

    with clock.freeze(NOON):
        yield NOON


@pytest.fixture(autouse=True)
def fresh_policies() -> None:
    """Versions never change, so they are remembered by key; a rolled-back test gives keys away again."""
    from core.models.storefront import policy_version

    policy_version.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Lifts the refusal of append-only tables while they are emptied after a test with real commits."""
    from core import append_only

    case: Any = TransactionTestCase
    empty = case._fixture_teardown

    def teardown(self: Any) -> None:
        tables = append_only.tables()
        with connection.cursor() as cursor:
            for table in tables:
                append_only.remove(cursor, connection.vendor, table)
        empty(self)
        with connection.cursor() as cursor:
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
