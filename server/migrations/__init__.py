"""Numbered schema changes, forward only; the same on SQLite and PostgreSQL."""

import shutil
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

HERE = Path(__file__).parent


def configuration(url: str) -> Config:
    """Return Alembic's configuration for a database address."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["url"] = url
    return config


def newest() -> str:
    """Return the name of the newest schema change."""
    return ScriptDirectory(str(HERE)).get_current_head() or ""


def present(url: str) -> str:
    """Return the name of the schema change that a database stands at; empty for a new one."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    finally:
        engine.dispose()


def upgrade(url: str) -> bool:
    """Bring a database to the newest schema; False when it was there already.

    An SQLite file is copied aside first, so that a failure in the middle loses nothing.
    """
    if present(url) == newest():
        return False
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database and Path(address.database).exists():
        _copy_aside(Path(address.database))
    command.upgrade(configuration(url), "head")
    return True


def _copy_aside(file: Path) -> None:
    copy = file.with_suffix(".before-migration.sqlite3")
    copy.unlink(missing_ok=True)
    with sqlite3.connect(file) as source:
        if source.execute("select count(*) from sqlite_master").fetchone()[0]:
            source.execute("vacuum into ?", (str(copy),))
        else:
            shutil.copyfile(file, copy)
