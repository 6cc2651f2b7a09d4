"""The difference hash finds the same photo again, also mirrored, and tells others apart."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image

from evidence.pipeline import hashes
from tests.evidence import samples
from tests.evidence.conftest import Check


def test_same_photo_recompressed_resized_and_turned_a_little_is_near() -> None:
    original = samples.picture(800, 600)
    first = hashes.difference_hash(original)
    with Image.open(
        __import__("io").BytesIO(samples.encoded(original, "JPEG", quality=20))
    ) as poor:
        again = hashes.difference_hash(poor)
    smaller = hashes.difference_hash(original.resize((200, 150)))
    tilted = hashes.difference_hash(original.rotate(1))

    assert [hashes.distance(first, other) <= hashes.ALIKE for other in (again, smaller, tilted)] == [
        True, True, True,
    ]  # fmt: skip


def test_other_photos_are_far() -> None:
    first = hashes.difference_hash(samples.picture(seed=1))

    far = [
        hashes.distance(first, hashes.difference_hash(samples.picture(seed=s))) for s in (2, 3, 4)
    ]

    assert min(far) > hashes.ALIKE


def test_mirrored_photo_is_found_by_the_mirrored_hash() -> None:
    original = samples.picture()
    mirrored = original.transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    assert hashes.mirrored_difference_hash(original) == hashes.difference_hash(mirrored)
    assert hashes.distance(hashes.difference_hash(original), hashes.difference_hash(mirrored)) > 8


def test_hash_fits_a_signed_column_and_distance_counts_bits() -> None:
    falling = Image.linear_gradient("L").rotate(90)
    assert -(1 << 63) <= hashes.difference_hash(falling) < 1 << 63
    assert hashes.distance(-1, 0) == 64
    assert hashes.distance(-1, -2) == 1
    assert hashes.distance(5, 5) == 0


def test_sha256_is_of_the_clean_file(check: Check, tmp_path: Path) -> None:
    found = check(samples.jpeg())

    assert found.sha256 == hashlib.sha256((tmp_path / "clean").read_bytes()).hexdigest()
