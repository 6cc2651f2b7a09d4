"""A folder to check files in, and a private storage on a real disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from evidence import pipeline
from evidence.pipeline import Inspection, Limits, sandbox

Check = Callable[..., Inspection]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Run the pipeline on bytes; the clean parts are in `tmp_path`."""
    # The limit is set for the whole process, which in production is a child that checks one file.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)

    def run(data: bytes, **limits: int) -> Inspection:
        source = tmp_path / "source"
        source.write_bytes(data)
        return pipeline.inspect(source, tmp_path, Limits(**limits))

    return run


@pytest.fixture
def disk(settings: Any, tmp_path: Path) -> Path:
    """`STORAGES["evidence"]` as in a demo, in a folder of this test."""
    folder = tmp_path / "private"
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {
            "BACKEND": "evidence.storage.PrivateFiles",
            "OPTIONS": {"location": str(folder), "base_url": None},
        },
    }
    return folder


@pytest.fixture(scope="session", autouse=True)
def _end_of_the_helper() -> Iterator[None]:
    yield
    sandbox.close()
