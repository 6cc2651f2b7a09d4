"""Databases to measure on: made once, copied for each measurement, gone at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg


def address(name: str) -> str:
    """The server of DATABASE_URL with another database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{name}"))


def connect(name: str = "") -> psycopg.Connection[Any]:
    return psycopg.connect(address(name) if name else os.environ["DATABASE_URL"], autocommit=True)


@contextmanager
def database(name: str, template: str = "template0") -> Iterator[str]:
    """A database of this name, copied from the template; dropped afterwards."""
    with connect() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    try:
        yield name
    finally:
        with connect() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def environment(name: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": address(name), "DJANGO_SETTINGS_MODULE": "bench.settings"}


def run(name: str, *command: str) -> str:
    """Run one of our modules on a database; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env=environment(name),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


@contextmanager
def cases(name: str, count: int, stage: str) -> Iterator[str]:
    """A database with so many disputes."""
    with database(name):
        run(name, "django", "migrate", "--verbosity", "0")
        run(name, "django", "make_cases", str(count), "--stage", stage)
        with connect(name) as server:
            server.execute("VACUUM ANALYZE")
        yield name
