"""read() and write(): one function, one transaction, one worker thread.

Database work is an ordinary function ``f(db, …)``; it cannot await, so it cannot hold a
lock while the network sleeps. SQLite has exactly one writing connection (``BEGIN
IMMEDIATE``, WAL, ``synchronous=FULL``, and it alone checkpoints); readers are
``query_only``. PostgreSQL has a pool; serialisation failures and deadlocks are tried again.
"""

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import QueuePool, StaticPool

from server.errors import Stale, Unavailable

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
_RETRIES = 5
_TRY_AGAIN = {"40001", "40P01", "23505"}
"""Serialisation, deadlock, and a row that somebody else made first: a second look finds it."""
_GONE_WORDS = ("disk is full", "disk I/O error", "unable to open", "readonly database", "database is locked")


class Database:
    """The office's database. ``write`` returns only after the commit is durable.

    Errors never name the values of a statement: they reach the log.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, is_writer=True)
            with self._writer.connect() as connection:
                _assert_sqlite(connection.connection.dbapi_connection)
            self._reader = _sqlite_engine(url, is_writer=False)
            self._write_pool = ThreadPoolExecutor(1, "db-write")
        else:
            self._writer = self._reader = create_engine(
                url, pool_size=READERS * 3, pool_timeout=2, pool_pre_ping=True, hide_parameters=True
            )
            self._write_pool = ThreadPoolExecutor(READERS, "db-write")
        self._turn: AbstractContextManager[object] = threading.Lock() if self.is_sqlite else nullcontext()
        self._read_pool = ThreadPoolExecutor(READERS, "db-read")

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and tests."""
        return self._writer

    async def read(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query function in a read transaction; nothing it changes is kept."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_pool, lambda: self.read_now(function, *args, **kwargs))

    async def write(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an action in one transaction: its return commits, anything it raises rolls all back."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._write_pool, lambda: self.write_now(function, *args, **kwargs))

    def read_now(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``read`` for callers that are already on a thread of their own."""
        try:
            with Session(self._reader) as db:
                result = function(db, *args, **kwargs)
                db.rollback()
                return result
        except OperationalError as error:
            raise _unavailable(error) from error

    def write_now(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``write`` for callers that are already on a thread of their own."""
        for attempt in range(_RETRIES):
            try:
                # SQLite has one writing connection, so one transaction at a time may use it.
                with self._turn, Session(self._writer, expire_on_commit=False) as db:
                    result = function(db, *args, **kwargs)
                    db.commit()
                    return result
            except StaleDataError as error:
                raise Stale from error
            except DBAPIError as error:
                if attempt + 1 < _RETRIES and getattr(error.orig, "sqlstate", None) in _TRY_AGAIN:
                    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 jitter, not secrecy
                    continue
                if isinstance(error, OperationalError | PendingRollbackError):
                    raise _unavailable(error) from error
                raise
        raise Unavailable("database_busy")

    def close(self) -> None:
        """Finish what runs and close every connection."""
        self._read_pool.shutdown()
        self._write_pool.shutdown()
        self._reader.dispose()
        self._writer.dispose()


def _unavailable(error: DBAPIError) -> Exception:
    words = str(error.orig)
    if getattr(error.orig, "sqlstate", None) in {None, "57P01", "57P02", "57P03", "53300", "53100"} and (
        not isinstance(error.orig, sqlite3.Error) or any(word in words for word in _GONE_WORDS)
    ):
        return Unavailable("database_unavailable")
    return error


def _sqlite_engine(url: str, *, is_writer: bool) -> Engine:
    arguments: dict[str, object] = {"check_same_thread": False, "timeout": 5.0, "isolation_level": None}
    engine = (
        create_engine(url, poolclass=StaticPool, connect_args=arguments, hide_parameters=True)
        if is_writer
        else create_engine(
            url, poolclass=QueuePool, pool_size=READERS, max_overflow=0, connect_args=arguments, hide_parameters=True
        )
    )

    @event.listens_for(engine, "connect")
    def _open(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA busy_timeout=5000")
        if not is_writer:
            # Two connections that checkpoint at once can corrupt a WAL database before 3.51.3.
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")  # type: ignore[attr-defined]

    return engine


def _assert_sqlite(connection: object) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 the driver is named in the address
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    if (mode, level) != ("wal", 2):
        raise Unavailable("database_unsafe", mode=mode, level=level)


def is_answering(db: Session) -> bool:
    """Whether the database answers a trivial question."""
    return bool(db.execute(text("select 1")).scalar_one() == 1)
