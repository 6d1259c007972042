"""Databases for tests: a fresh copy of a founded office per test, on SQLite and on PostgreSQL.

The office is founded once per engine and session and copied for each test. A missing
PostgreSQL fails in CI and is skipped, loudly, elsewhere.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from server import founding, migrations
from server.accounts.actions import HASHER
from server.db import Database

FOUNDED_AT = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)
IN_CI = os.environ.get("CI") == "true"  # noqa: TID251 tests may ask where they run
_COUNT = count()


def missing(part: str, install: str) -> None:
    """Fail in CI, skip loudly elsewhere, because a real part is not installed."""
    sentence = f"{part} is not installed; install it with: {install}"
    if IN_CI:
        pytest.fail(sentence)
    pytest.skip(sentence)


def found(url: str) -> None:
    """Bring a database to the newest schema and found the invented office in it."""
    migrations.upgrade(url)
    db = Database(url)
    db.write_now(founding.found_demo, FOUNDED_AT, HASHER.hash(str(founding.listed()["password"])))
    db.close()


def postgres_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    return folders[-1] if folders and (folders[-1] / "initdb").exists() else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A private PostgreSQL server on a Unix socket."""

    socket: Path

    def url(self, name: str) -> str:
        """Return the address of one database of this server."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


_FORGETFUL = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "4GB", "autovacuum": "off",
}  # fmt: skip
"""Nothing outlives the tests. With a database for each of them the vacuum would go round all the time."""


def _fast_folder() -> Path | None:
    """Return where files lie in memory, where there is room for a few databases; None is the usual place."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM else None


_ROOM = 2 << 30


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a PostgreSQL server in a folder of its own, without TCP; stop and remove it at the end."""
    programs = postgres_programs()
    if programs is None:
        missing("PostgreSQL", "apt-get install postgresql")
        raise AssertionError
    folder = Path(tempfile.mkdtemp(prefix="td-pg-", dir=_fast_folder()))
    # The server refuses to run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(programs / program), *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )

    call(
        "initdb",
        "-D",
        f"{folder}/data",
        "-U",
        "postgres",
        "--auth=trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "200", **_FORGETFUL}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    call("pg_ctl", "-D", f"{folder}/data", "-o", options, "-w", "-l", f"{folder}/log", "start")
    try:
        yield Cluster(folder)
    finally:
        call("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def copy_sqlite(template: Path, folder: Path) -> str:
    """Copy the founded SQLite file into a test's folder and return its address."""
    shutil.copyfile(template, folder / "tiepdan.sqlite3")
    return f"sqlite:///{folder / 'tiepdan.sqlite3'}"


@contextlib.contextmanager
def copy_postgres(server: Cluster) -> Iterator[str]:
    """Give the address of a copy of the founded PostgreSQL database; it is dropped at the end."""
    name = f"test_{os.getpid()}_{next(_COUNT)}"
    server.run(f"create database {name} template founded")
    yield server.url(name)
    server.run(f"drop database {name} with (force)")
