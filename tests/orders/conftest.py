"""Importing a folder of files, as an operator does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.orders.olist_files import Folder


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: Any) -> Any:
    settings.VAR = tmp_path / "var"

    def imports(folder: Path, *options: str) -> dict[str, Any]:
        call_command("import_orders", str(folder), "--format", "olist", *options)
        summary: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        return summary

    return imports


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "olist")
