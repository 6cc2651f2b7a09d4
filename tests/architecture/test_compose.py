"""The composed processes run what exists, with variables that are read."""

import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
VARIABLES = set(
    re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
)


def test_the_same_image_is_web_worker_and_beat() -> None:
    assert set(OURS) == {"migrate", "web", "worker", "beat"}
    assert {service["image"] for service in OURS.values()} == {"recourse"}
    assert set(COMPOSE["services"]) - set(OURS) == {"postgres", "redis", "s3", "bucket", "mail"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_variables_are_those_that_settings_read(name: str) -> None:
    service = OURS[name]

    assert set(service["environment"]) <= VARIABLES
    asked = set(re.findall(r"\$\{([A-Z_]+)", " ".join(map(str, service["environment"].values()))))
    assert asked <= VARIABLES


@pytest.mark.parametrize("name", sorted(OURS))
def test_commands_exist(name: str) -> None:
    program, *words = OURS[name]["command"]

    if program == "python":
        assert words[0] == "-m"
        assert find_spec(words[1])
    else:
        assert shutil.which(program, path=str(Path(sys.executable).parent))
    if program == "celery":
        assert words[:2] == ["--app", "config"]
        assert words[2] in {"worker", "beat"}


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_whatever_a_service_waits_for_is_there(name: str) -> None:
    service = COMPOSE["services"][name]
    waits = service.get("depends_on", {})

    assert set(waits) <= set(COMPOSE["services"])
    for other, how in waits.items() if isinstance(waits, dict) else ():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in COMPOSE["services"][other]
    named = {volume.split(":")[0] for volume in service.get("volumes", [])}
    assert named <= set(COMPOSE["volumes"])


def test_the_image_runs_as_nobody_special_and_installs_by_hash() -> None:
    image = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes" in image
    assert re.findall(r"^USER (.+)$", image, re.MULTILINE) == ["recourse"]
