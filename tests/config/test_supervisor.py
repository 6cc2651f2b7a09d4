"""The demo's processes: ready soon, started again when one dies, gone with the supervisor however it ends."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config import supervisor

ROOT = Path(__file__).resolve().parents[2]


def start(var: Path, port: int, *words: str, **variables: str) -> "subprocess.Popen[str]":
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "config/supervisor.py", *words],
        cwd=ROOT,
        env={**keep, "RECOURSE_VAR": str(var), "PORT": str(port), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def family(pid: int) -> dict[int, str]:
    """Every process below that one, with its command line."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listing.stdout.splitlines()]
    parents = {int(row[0]): int(row[1]) for row in rows}

    def below(process: int) -> bool:
        while process in parents:
            process = parents[process]
            if process == pid:
                return True
        return False

    return {int(row[0]): row[2] for row in rows if len(row) == 3 and below(int(row[0]))}


def alive(pids: set[int]) -> set[int]:
    """Those that still run; one that ended and was not yet collected does not count."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,stat="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listing.stdout.splitlines()]
    return pids & {int(pid) for pid, stat in rows if not stat.startswith("Z")}


def until(true: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return bool(true())


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an earlier start left it: with a database that holds somebody, so that nothing is loaded again."""
    folder = tmp_path_factory.mktemp("demo") / "var"
    script = (
        "import django; django.setup()\n"
        "from django.contrib.auth import get_user_model as user\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "user().objects.create(email='alice@example.org')\n"
    )
    own = {"DEMO": "1", "RECOURSE_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **own}, check=True)
    return folder


@pytest.fixture
def demo(var: Path) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    port = supervisor.free_port()
    process = start(var, port)
    if (
        not until(lambda: answers(port) or process.poll() is not None, 120)
        or process.poll() is not None
    ):
        process.kill()
        pytest.fail("\n".join(process.communicate()))
    yield process, port
    if process.poll() is None:
        process.terminate()
        process.wait(20)


def named(processes: dict[int, str], word: str) -> list[int]:
    return sorted(pid for pid, line in processes.items() if word in line)


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_what_dies_is_started_again_and_ctrl_c_ends_all(
    demo: tuple["subprocess.Popen[str]", int],
) -> None:
    process, port = demo
    words = ("valkey-server", "celery --app config --quiet worker", "gunicorn")
    assert until(lambda: all(named(family(process.pid), word) for word in words), 15)
    before = family(process.pid)
    victims = {word: named(before, word)[0] for word in words}
    for pid in victims.values():
        os.kill(pid, signal.SIGKILL)

    for word, pid in victims.items():

        def back(word: str = word, pid: int = pid) -> bool:
            return bool(set(named(family(process.pid), word)) - {pid})

        assert until(back, 30), word
    assert until(lambda: answers(port), 40)

    running = set(family(process.pid))
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    assert alive(running | set(before)) == set()
    assert not answers(port)


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_nothing_outlives_a_killed_supervisor(demo: tuple["subprocess.Popen[str]", int]) -> None:
    process, _ = demo
    assert until(lambda: len(family(process.pid)) >= 5, 20)
    running = set(family(process.pid))

    process.kill()
    process.wait(5)

    assert until(lambda: not alive(running), 15), alive(running)


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_the_first_page_answers_while_cases_are_made_and_ctrl_c_ends_that_too(
    tmp_path: Path,
) -> None:
    port = supervisor.free_port()
    process = start(tmp_path / "var", port)
    assert until(lambda: answers(port), 120)
    running = family(process.pid)
    assert named(running, "config.prepare fill"), "the cases are still being made"

    process.send_signal(signal.SIGINT)

    assert process.wait(15) == 0
    assert until(lambda: not alive(set(running)), 15)


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        _, error = (process := start(tmp_path, port)).communicate(timeout=20)

    assert process.returncode == 1
    assert error == f"Recourse: port {port} is in use; choose another: make demo PORT={port + 1}\n"


@pytest.mark.parametrize("port", ["web", "0", "70000"])
def test_a_port_that_is_none_is_one_sentence(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "PORT", port)

    with pytest.raises(SystemExit) as end:
        supervisor.check_port()

    assert end.value.code == 1
    assert (
        capsys.readouterr().err
        == f"Recourse: PORT must be a number from 1 to 65535, not {port!r}.\n"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    _, error = (process := start(tmp_path / "file" / "var", supervisor.free_port())).communicate(
        timeout=20
    )

    assert process.returncode == 1
    assert error == (
        f"Recourse: the folder {tmp_path}/file/var cannot be written (Not a directory); name another in RECOURSE_VAR.\n"
    )


def fails(var: Path, **variables: str) -> str:
    """What a demo that cannot start says."""
    process = start(var, supervisor.free_port(), **variables)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    return error


def test_a_host_that_is_none_of_ours_is_one_sentence(tmp_path: Path) -> None:
    for host in ("192.0.2.1", "no host", "2001:db8::1"):
        assert fails(tmp_path, HOST=host) == (
            f"Recourse: HOST is no address of this machine: {host!r}; leave it out, or give 0.0.0.0.\n"
        )


def test_a_folder_inside_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    assert fails(tmp_path) == f"Recourse: {tmp_path}/log cannot be written (File exists).\n"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"this is no database at all, whatever its name says" * 100, "file is not a database"),
        (b"SQLite format 3\0\x10\0\1\1\0@  " + b"\xff" * 5000, "malformed"),
    ],
)
def test_a_damaged_database_is_one_sentence(tmp_path: Path, body: bytes, why: str) -> None:
    (tmp_path / "recourse.sqlite3").write_bytes(body)
    said = fails(tmp_path)
    assert said.startswith(f"Recourse: the database {tmp_path}/recourse.sqlite3 is damaged (")
    assert why in said
    assert said.endswith("; make demo-reset starts with a new one.\n")
    assert said.count("\n") == 1


def test_a_database_of_a_newer_version_is_one_sentence(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "recourse.sqlite3")) as database, database:
        database.execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app, name, applied datetime)"
        )
        database.execute(
            "INSERT INTO django_migrations VALUES (1, 'orders', '9999_later', '2026-03-02 12:00:00')"
        )
    assert fails(tmp_path) == (
        f"Recourse: the database {tmp_path}/recourse.sqlite3 was made by a newer version (orders 9999_later is not"
        " known here); use that version, or make demo-reset starts with a new one.\n"
    )


def test_a_valkey_that_does_not_start_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "VAR", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / "bin").mkdir()
    (tmp_path / "log").mkdir()
    binary = tmp_path / "bin" / "valkey-server"
    monkeypatch.setenv("PATH", str(binary.parent))
    sentence = f"Recourse: Valkey could not be started; {tmp_path}/log/valkey.log says why, or give one of yours in"
    for body in ("#!/bin/sh\necho no memory\nexit 1\n", "no program"):
        binary.write_text(body)
        binary.chmod(0o700)
        with pytest.raises(SystemExit):
            supervisor.valkey({})
        assert capsys.readouterr().err == f"{sentence} REDIS_URL.\n"


def test_a_valkey_whose_files_are_damaged_starts_with_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "VAR", tmp_path)
    (tmp_path / "log").mkdir()
    (tmp_path / "valkey" / "appendonlydir").mkdir(parents=True)
    manifest = tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.write_text("nonsense\n")
    child = supervisor.valkey({})
    child.ask()
    child.end()
    assert child.process
    assert child.process.returncode == 0


def test_a_valkey_that_listens_and_then_ends_over_its_files_has_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "VAR", tmp_path)
    (tmp_path / "log").mkdir()
    port = supervisor.free_port()
    listens = f"import socket, time; s = socket.create_server(('127.0.0.1', {port})); time.sleep(0.5); exit(1)"
    child = supervisor.Child("valkey", [sys.executable, "-c", listens])

    assert not supervisor.starts(child, {}, port, "secret")


def test_two_demos_do_not_share_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "VAR", tmp_path)

    with supervisor.take_var(), pytest.raises(SystemExit) as end:
        supervisor.take_var()

    assert end.value.code == 1
    assert "a demo runs from" in capsys.readouterr().err


def test_a_reset_removes_what_the_demo_wrote_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "VAR", tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name in ("recourse.sqlite3", "recourse.sqlite3-wal", "secret_key", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "media" / "deep").mkdir(parents=True)

    supervisor.reset()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "secret_key"]


def test_a_reset_leaves_a_database_of_yours_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervisor, "VAR", tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example.org/recourse")
    (tmp_path / "recourse.sqlite3").touch()

    with pytest.raises(SystemExit):
        supervisor.reset()

    assert (tmp_path / "recourse.sqlite3").exists()
    assert "DATABASE_URL is set" in capsys.readouterr().err
