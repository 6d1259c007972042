"""Numbered schema changes, forward only; the same on SQLite and PostgreSQL.

Whether a database is up to date is asked in plain SQL: nearly every start finds that it is,
and Alembic and SQLAlchemy take longer to load than the rest of such a start.
"""

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.config import BadSettings

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent
_SQLITE = "sqlite:///"


def newest() -> str:
    """Return the name of the newest schema change: the number its file begins with."""
    return max(path.name.partition("_")[0] for path in (HERE / "versions").glob("[0-9]*.py"))


def present(url: str) -> str:
    """Return the name of the schema change that a database stands at; empty for a new one."""
    return str(ask(url, "select version_num from alembic_version") or "")


def ask(url: str, question: str) -> Any:
    """Return the first value of an answer, None when there is none or the table is not there yet.

    Raises BadSettings when the database cannot be reached.
    """
    if not url.startswith(_SQLITE):
        return _ask_postgres(url, question)
    file = sqlite_file(url)
    if not file.exists():
        return None
    with contextlib.closing(sqlite3.connect(file)) as connection:
        try:
            row = connection.execute(question).fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return None
            raise BadSettings(f"database: {file}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise BadSettings(f"database: {file}: {error}") from error
    return row[0] if row else None


def _ask_postgres(url: str, question: str) -> Any:
    import psycopg  # noqa: PLC0415 only where PostgreSQL is used

    try:
        with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=5) as connection:
            row = connection.execute(question.encode()).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise BadSettings(f"database: {error}") from error
    return row[0] if row else None


def sqlite_file(url: str) -> Path:
    """Return the file behind an SQLite address."""
    return Path(url.removeprefix(_SQLITE).partition("?")[0])


def configuration(url: str) -> "Config":
    """Return Alembic's configuration for a database address."""
    from alembic.config import Config  # noqa: PLC0415 slow to load, and seldom needed

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> bool:
    """Bring a database to the newest schema; False when it was there already.

    An SQLite file is copied aside first, so that a failure in the middle loses nothing.
    """
    if present(url) == newest():
        return False
    from alembic import command  # noqa: PLC0415 slow to load, and seldom needed

    if url.startswith(_SQLITE) and sqlite_file(url).exists():
        _copy_aside(sqlite_file(url))
    command.upgrade(configuration(url), "head")
    return True


def _copy_aside(file: Path) -> None:
    copy = file.with_suffix(".before-migration.sqlite3")
    copy.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(file)) as source:
        if source.execute("select count(*) from sqlite_master").fetchone()[0]:
            source.execute("vacuum into ?", (str(copy),))
        else:
            shutil.copyfile(file, copy)
