"""How much of each fault is tried, and servers of its own for a test that breaks them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.servers import Processes, Valkey
from tests.notifications.conftest import office, smtp

__all__ = ["office", "smtp"]


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A real Valkey that can break."""
    ours = Valkey(tmp_path)
    ours.start()
    yield ours
    ours.kill()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Real workers, beats and web servers on the test's database, gone after it."""
    started = Processes(tmp_path)
    yield started
    started.end()
