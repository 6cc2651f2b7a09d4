"""Cut and damaged files of every type: clean or refused, never anything else."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from evidence.pipeline import Refusal
from tests.evidence import samples
from tests.evidence.conftest import Check

CUTS, FLIPS, HITS = 16, 28, 6


def damaged(data: bytes) -> Iterator[bytes]:
    """Cut at many places, then with a few random bytes changed, most of them near the start."""
    for step in range(CUTS):
        yield data[: len(data) * step // CUTS]
    yield data[:-1]
    chance = random.Random(7)
    for number in range(FLIPS):
        broken = bytearray(data)
        reach = min(len(broken), 600) if number % 2 else len(broken)
        for _hit in range(HITS):
            broken[chance.randrange(reach)] = chance.randrange(256)
        yield bytes(broken)


@pytest.mark.parametrize("kind", samples.EVERY_TYPE)
def test_damaged_file_is_clean_or_refused(kind: str, check: Check) -> None:
    codes: dict[str, str] = {}
    for data in damaged(samples.EVERY_TYPE[kind]()):
        try:
            check(data)
        except Refusal as refusal:
            codes[refusal.code] = refusal.sentence

    assert "broken" in codes
    assert all(codes.values())


@pytest.mark.parametrize("kind", samples.EVERY_TYPE)
def test_bare_signature_with_noise_is_refused(kind: str, check: Check) -> None:
    head = samples.EVERY_TYPE[kind]()[:40]
    noise = random.Random(3).randbytes(5000)

    with pytest.raises(Refusal):
        check(head + noise)
