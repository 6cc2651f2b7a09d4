"""What a newcomer's machine lacks is said in one sentence, with a failure and no traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import bootstrap

ROOT = Path(__file__).resolve().parents[2]


def names(lock: str) -> dict[str, str]:
    """Package to version; where it is needed may differ, because development adds packages."""
    lines = re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)
    return dict(lines)


def test_an_old_python_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "version", "3.9.2 (main)")

    with pytest.raises(SystemExit) as end:
        bootstrap.check_python()

    assert end.value.code == 1
    assert capsys.readouterr().err == (
        "Recourse: Python 3.11 or newer is needed, this is 3.9.2; name one: make demo PYTHON=python3.11\n"
    )


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SystemExit) as end:
        bootstrap.check_writable(tmp_path / "file")

    assert end.value.code == 1
    assert capsys.readouterr().err.startswith(
        f"Recourse: the folder {tmp_path}/file cannot be written ("
    )


def test_make_says_that_python_is_missing(tmp_path: Path) -> None:
    for name in ("make", "sh"):
        found = next(
            Path(folder) / name for folder in ("/usr/bin", "/bin") if (Path(folder) / name).exists()
        )
        (tmp_path / name).symlink_to(found)

    done = subprocess.run(
        ["make", "-s", "demo"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "Recourse: Python 3.11 or newer was not found; install it, or name it: make demo PYTHON=/path/to/python3"
    )
    assert "Traceback" not in done.stderr


def test_a_folder_without_python_is_not_usable(tmp_path: Path) -> None:
    assert not bootstrap.usable(tmp_path)


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("")
    (tmp_path / "requirements.txt.done").write_text(bootstrap.stamp_of(lock))

    bootstrap.install(tmp_path, lock)  # would fail: there is no Python in this folder

    lock.write_text("# changed")
    with pytest.raises(FileNotFoundError):
        bootstrap.install(tmp_path, lock)


def test_locks_agree_and_name_no_host() -> None:
    plain, dev = names("requirements.txt"), names("requirements-dev.txt")

    assert plain.items() <= dev.items()
    for lock in ("requirements.txt", "requirements-dev.txt"):
        assert not re.search(r"https?://|--index|--find-links|file:", (ROOT / lock).read_text())


def test_bootstrap_needs_nothing_installed() -> None:
    for script in ("bootstrap.py", "supervisor.py"):
        done = subprocess.run(
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                f"import runpy; runpy.run_path('config/{script}', run_name='x')",
            ],
            cwd=ROOT,
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
