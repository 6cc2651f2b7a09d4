"""House rules that no linter holds."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts]
SOURCES = [
    path
    for path in ROOT.glob("*/**/*.py")
    if not {".venv", "var", "migrations", "node_modules"} & set(path.relative_to(ROOT).parts)
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_pages_have_no_inline_style_or_script(path: Path) -> None:
    found = re.findall(
        r" style=| on[a-z]+=\"|<style|<script(?![^>]* src=)(?![^>]*type=\"application/json\")",
        path.read_text(),
    )

    assert found == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_pages_ask_a_case_and_never_name_its_state(path: Path) -> None:
    """What a state means is the model's to say. Parts of the design system have marks of their own."""
    part_of_the_design = path.parent == ROOT / "templates" / "ui"
    named = re.findall(
        r"{%-? *(?:el)?if\b[^%]*\bstate\s*(?:==|!=|in\b|not in\b)[^%]*%}", path.read_text()
    )

    assert part_of_the_design or named == []


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in [*SOURCES, *ROOT.glob("static/**/*.css"), *ROOT.glob("static/**/*.js"), *PAGES]
        if (count := path.read_text().count("\n")) > 450
    }

    assert long == {}


def test_nothing_is_put_off() -> None:
    left = "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"])
    marks = "|".join(["sk" + "ip", "xf" + "ail"])
    words = rf"raise NotImplemented{'Error'}|#\s*({left})|pytest\.mark\.({marks})"
    put_off = [
        str(path.relative_to(ROOT)) for path in SOURCES if re.search(words, path.read_text())
    ]

    assert put_off == []


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_script_is_readable_by_the_shell() -> None:
    assert subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False).returncode == 0
