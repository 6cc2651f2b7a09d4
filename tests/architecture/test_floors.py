"""Arrows point down: foreign keys as well as imports; and what is imported is declared."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import ForeignObjectRel

ROOT = Path(__file__).resolve().parents[2]
FLOORS = [
    {"core"},
    {"notifications"},
    {"orders", "coupons"},
    {"evidence"},
    {"accounts"},
    {"disputes"},
    {"appeals"},
    {"help"},
    {"portal", "desk"},
    {"demo"},
]
FLOOR = {name: height for height, names in enumerate(FLOORS) for name in names}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_every_app_has_its_floor() -> None:
    assert set(settings.OUR_APPS) == set(FLOOR)


def test_every_app_is_under_the_import_contracts() -> None:
    linter = PROJECT["tool"]["importlinter"]

    assert set(linter["root_packages"]) == {*FLOOR, "config"}
    assert [set(re.split(r" \| ", layer)) for layer in linter["contracts"][0]["layers"]] == FLOORS[
        ::-1
    ]


def test_no_relation_points_up_but_to_the_user() -> None:
    upward = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or isinstance(field, ForeignObjectRel) or target is model:
                continue
            here, there = model._meta.app_label, target._meta.app_label
            if (
                target._meta.label == settings.AUTH_USER_MODEL
                or there not in FLOOR
                or here not in FLOOR
            ):
                continue
            if FLOOR[there] > FLOOR[here] or (FLOOR[there] == FLOOR[here] and here != there):
                upward.append(f"{model._meta.label}.{field.name} -> {target._meta.label}")

    assert upward == []


def imported(paths: list[Path]) -> set[str]:
    """The first word of every import in these files."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def declared(specifications: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~ ;]", line)[0].lower().replace("_", "-") for line in specifications}


def undeclared(folders: list[str], specifications: list[str]) -> set[str]:
    """Packages that are imported there without being asked for by name."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    owners = packages_distributions()
    ours = {*FLOOR, "config", "tests", "bench"}
    return {
        name
        for name in imported(paths) - set(sys.stdlib_module_names) - ours
        if not {owner.lower().replace("_", "-") for owner in owners.get(name, ["?"])}
        & declared(specifications)
    }


def test_the_lock_asks_for_every_package_that_the_apps_import() -> None:
    assert undeclared([*FLOOR, "config"], PROJECT["project"]["dependencies"]) == set()


def test_the_lock_asks_for_every_package_that_the_suite_imports() -> None:
    project = PROJECT["project"]
    all_of_them = [*project["dependencies"], *project["optional-dependencies"]["dev"]]

    assert undeclared(["tests", "bench"], all_of_them) == set()
