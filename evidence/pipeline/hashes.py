"""Fingerprints: SHA-256 of the clean file, and a difference hash that finds look-alikes.

The difference hash compares each of 9 × 8 grey pixels with its right neighbour: 64 bits. It
survives recompression, resizing and slight rotation (distance up to 8), not a crop. A hint for
people, never a verdict.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from PIL import Image

ALIKE = 8
CHUNK = 1024 * 1024
SIGN = 1 << 63


def sha256(source: Path) -> str:
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of(stream: BinaryIO) -> str:
    """Hash of what is left of a stream, for storages that cannot be opened as a path."""
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def difference_hash(picture: Image.Image) -> int:
    """64 bits as a signed number, so that it fits a BIGINT column."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    pixels = grey.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (pixels[at] > pixels[at + 1])
    return bits - (1 << 64) if bits & SIGN else bits


def mirrored_difference_hash(picture: Image.Image) -> int:
    return difference_hash(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))


def distance(one: int, other: int) -> int:
    """Number of bits that differ (0 to 64) between two signed 64-bit hashes."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count()
