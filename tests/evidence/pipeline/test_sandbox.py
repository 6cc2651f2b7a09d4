"""A hostile file costs one child process, and the next file is checked as if nothing had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image

from evidence.pipeline import Kind, Limits, Refusal, sandbox
from tests.evidence import samples


def put(folder: Path, data: bytes) -> Path:
    (folder / "source").write_bytes(data)
    return folder / "source"


@pytest.mark.parametrize("kind", samples.EVERY_TYPE)
def test_every_type_passes_with_the_limits_on(kind: str, tmp_path: Path) -> None:
    found = sandbox.inspect(put(tmp_path, samples.EVERY_TYPE[kind]()), tmp_path, Limits())

    assert found.kind == kind
    assert found.size == (tmp_path / "clean").stat().st_size


def test_largest_allowed_picture_fits_into_the_memory_limit(tmp_path: Path) -> None:
    large = samples.encoded(Image.new("RGB", (5000, 3990), "navy"), "JPEG")

    found = sandbox.inspect(put(tmp_path, large), tmp_path, Limits(pixels=20_000_000))

    assert (found.stored_kind, found.width) == (Kind.JPEG, 5000)


def test_refusal_comes_back_with_its_facts(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        sandbox.inspect(put(tmp_path, samples.pdf(4)), tmp_path, Limits(pdf_pages=3))

    assert (refused.value.code, refused.value.facts) == ("pdf_too_long", {"pages": 4, "limit": 3})


def test_too_little_memory_is_a_refusal(tmp_path: Path) -> None:
    script = (
        "import sys, json; from evidence.pipeline import child, images; images.warm_up();"
        "child.MEMORY_BASE, child.MEMORY_PER_PIXEL = 150 * 2**20, 0;"
        "print(json.dumps(child.work(json.loads(sys.argv[1]))))"
    )
    source = put(tmp_path, samples.encoded(Image.new("RGB", (6000, 6000)), "JPEG"))
    limits = Limits().to_json()
    job = json.dumps({"source": str(source), "folder": str(tmp_path), "limits": limits})

    done = subprocess.run(
        [sys.executable, "-c", script, job], capture_output=True, text=True, check=True,
        cwd=sandbox.ROOT, timeout=60,
    )  # fmt: skip

    assert json.loads(done.stdout) == {"refused": "too_heavy", "facts": {}}


def test_killed_helper_is_replaced(tmp_path: Path) -> None:
    source = put(tmp_path, samples.jpeg())
    sandbox.inspect(source, tmp_path, Limits())
    helper = sandbox._current()
    os.kill(helper.process.pid, signal.SIGKILL)
    helper.process.wait()

    found = sandbox.inspect(source, tmp_path, Limits())

    assert found.kind == Kind.JPEG
    assert sandbox._current() is not helper


def test_file_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "PATIENCE", 0.5)
    source = tmp_path / "source"
    os.mkfifo(source)  # opening it waits for a writer who never comes

    with pytest.raises(Refusal) as refused:
        sandbox.inspect(source, tmp_path, Limits())

    assert refused.value.code == "too_heavy"


def test_helper_ends_at_once_with_its_worker(tmp_path: Path) -> None:
    helper = sandbox._Helper()
    assert helper.process.stdin is not None
    os.mkfifo(tmp_path / "source")
    limits = Limits().to_json()
    job = {"source": str(tmp_path / "source"), "folder": str(tmp_path), "limits": limits}
    helper.process.stdin.write(json.dumps(job).encode() + b"\n")
    helper.process.stdin.flush()

    helper.process.stdin.close()

    assert helper.process.wait(timeout=20) == 0


def test_threads_share_one_helper(tmp_path: Path) -> None:
    kinds: list[str] = []

    def work(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        kinds.append(sandbox.inspect(put(folder, samples.png()), folder, Limits()).kind)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert kinds == [Kind.PNG] * 6


def test_child_has_no_environment_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "sesame")
    sandbox.close()
    helper = sandbox._current()

    environment = Path(f"/proc/{helper.process.pid}/environ")

    if environment.exists():
        assert b"sesame" not in environment.read_bytes()
    assert helper.alive
