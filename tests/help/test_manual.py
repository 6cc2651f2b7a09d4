"""The operator's manual speaks of commands, pages, settings and columns that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from core.policy import SETTINGS
from desk.context_processors import PLACES

DOCS = Path(__file__).parents[2] / "docs"
MANUAL = (DOCS / "manual.md").read_text()
PLAIN = " ".join(MANUAL.split())
NO_COMMANDS = {
    "captured", "held", "completed", "failed", "key", "reference", "status", "reason", "amount", "currency", "date",
    "provider_reference", "transaction", "type", "refund", "charge", "taken", "pg_dump", "python",
}  # fmt: skip


def test_every_command_in_the_manual_exists() -> None:
    named = {word.split()[0] for word in re.findall(r"`([a-z][a-z_]+(?: [^`]*)?)`", MANUAL)}
    named |= set(re.findall(r"manage\.py ([a-z_]+)", MANUAL))

    assert named - NO_COMMANDS - set(get_commands()) == set()


def test_every_command_of_ours_is_in_the_manual() -> None:
    for_developers = {"draw_states", "load_demo", "make_cases", "make_coupons", "sweep_evidence"}
    ours = {
        name for name, app in get_commands().items()
        if (DOCS.parent / app.split(".")[0] / "management").is_dir()
    }  # fmt: skip

    named = set(re.findall(r"(?:`|manage\.py )([a-z_]+)", PLAIN))
    assert ours - for_developers - named == set()


def test_every_page_of_the_desk_is_in_the_manual() -> None:
    assert [str(label()) for _name, label, _roles in PLACES if str(label()) not in PLAIN] == []


def test_every_address_in_the_manual_leads_somewhere() -> None:
    wrong = []
    for path in re.findall(r"(?:`|POST |GET )(/[a-z-]+/[a-z/-]*)`", MANUAL):
        try:
            resolve(path)
        except Resolver404:
            wrong.append(path)

    assert wrong == []


@pytest.mark.parametrize(
    "name", ["card_gateway", "correction_days", "coupon_given_back"], ids=lambda name: name
)
def test_settings_are_named_as_the_editor_names_them(name: str) -> None:
    assert str(SETTINGS[name].label) in PLAIN


def test_links_of_the_manual_resolve() -> None:
    heads = {
        re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-")
        for head in re.findall(r"^#+ (.+)$", MANUAL, re.M)
    }
    for target in re.findall(r"\]\(([^)]+)\)", MANUAL):
        file, _hash, anchor = target.partition("#")
        assert (DOCS / file).is_file() if file else anchor in heads, target
