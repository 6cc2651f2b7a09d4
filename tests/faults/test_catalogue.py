"""Every fault of the catalogue is tried by at least one test, and no test tries one that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.catalogue import FAULTS

TESTS = Path(__file__).resolve().parents[1]


def test_every_fault_is_tried() -> None:
    tried = set()
    for path in TESTS.rglob("test_*.py"):
        for names in re.findall(r'mark\.fault\(((?:"R\d+"(?:, )?)+)', path.read_text()):
            tried |= set(re.findall(r"R\d+", names))

    assert tried == set(FAULTS)
    assert sorted(FAULTS, key=lambda name: int(name[1:])) == [f"R{n}" for n in range(1, 33)]
