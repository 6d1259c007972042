"""One function, one transaction: on both engines, with a real second connection looking on."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from server.db import Database
from server.errors import Unavailable
from server.tables import NumberSequence, Unit


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def phone_of(db: Session, code: str) -> str:
    return db.scalars(select(Unit.phone).where(Unit.code == code)).one()


def set_phone(db: Session, code: str, phone: str) -> None:
    db.execute(update(Unit).where(Unit.code == code).values(phone=phone))


async def test_what_write_returned_from_is_there_for_another_process(db: Database) -> None:
    await db.write(set_phone, "thach-khoi", "0900000001")
    other = Database(db.url)
    assert other.read_now(phone_of, "thach-khoi") == "0900000001"
    other.close()


async def test_whatever_is_raised_undoes_everything(db: Database) -> None:
    before = await db.read(phone_of, "thach-khoi")

    def half(session: Session) -> None:
        set_phone(session, "thach-khoi", "0900000002")
        session.flush()
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        await db.write(half)
    assert await db.read(phone_of, "thach-khoi") == before


async def test_reading_changes_nothing(db: Database) -> None:
    before = await db.read(phone_of, "thach-khoi")

    def cheat(session: Session) -> None:
        set_phone(session, "thach-khoi", "0900000003")

    if db.is_sqlite:
        with pytest.raises(Unavailable):
            await db.read(cheat)
    else:
        await db.read(cheat)
    assert await db.read(phone_of, "thach-khoi") == before


def add_one(session: Session, unit_id: int) -> None:
    row = session.scalars(select(NumberSequence).where(NumberSequence.unit_id == unit_id).with_for_update()).one()
    row.last = row.last + 1


def start_counting(session: Session) -> int:
    unit_id = session.scalars(select(Unit.id).where(Unit.code == "thach-khoi")).one()
    session.add(NumberSequence(unit_id=unit_id, register="test", year=2026, last=0))
    return unit_id


def last_number(session: Session, unit_id: int) -> int:
    return session.scalars(select(NumberSequence.last).where(NumberSequence.unit_id == unit_id)).one()


async def test_many_writers_lose_nothing(db: Database) -> None:
    unit_id = await db.write(start_counting)
    await asyncio.gather(*(db.write(add_one, unit_id) for _ in range(40)))
    counted = await db.read(last_number, unit_id)
    assert counted == 40


@pytest.mark.one_engine
async def test_sqlite_has_one_writer_that_takes_its_lock_first(db: Database) -> None:
    seen: list[str] = []

    def look(session: Session) -> None:
        phone_of(session, "thach-khoi")
        outside = sqlite3.connect(db.url.removeprefix("sqlite:///"), timeout=0)
        try:
            outside.execute("begin immediate")
            seen.append("taken")
        except sqlite3.OperationalError as error:
            seen.append(str(error))
        finally:
            outside.close()
        seen.append(threading.current_thread().name)

    await asyncio.gather(*(db.write(look) for _ in range(4)))
    assert {each for each in seen if "db-write" not in each} == {"database is locked"}
    assert len({each for each in seen if "db-write" in each}) == 1


@pytest.mark.one_engine
async def test_sqlite_is_set_to_survive_a_power_cut(db: Database) -> None:
    def pragmas(session: Session) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "wal_autocheckpoint", "query_only")
        return {name: session.execute(text(f"pragma {name}")).scalar_one() for name in names}

    same = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert await db.write(pragmas) == {**same, "wal_autocheckpoint": 1000, "query_only": 0}
    assert await db.read(pragmas) == {**same, "wal_autocheckpoint": 0, "query_only": 1}


@pytest.mark.one_engine
def test_sqlite_that_cannot_write_ahead_is_refused() -> None:
    with pytest.raises(Unavailable) as refused:
        Database("sqlite://")
    assert refused.value.code == "database_unsafe"


@pytest.mark.one_engine
def test_a_locked_database_is_unavailable_not_a_bug(database_url: str) -> None:
    db = Database(database_url)
    db.write_now(lambda s: s.execute(text("pragma busy_timeout=50")).all())
    # The pragma belongs to the connection, and the writer has one.
    outside = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    outside.execute("begin immediate")
    with pytest.raises(Unavailable) as refused:
        db.write_now(set_phone, "thach-khoi", "0900000004")
    assert refused.value.code == "database_unavailable"
    outside.rollback()
    outside.close()
    db.write_now(set_phone, "thach-khoi", "0900000004")
    db.close()


@pytest.mark.one_engine
def test_a_full_disk_is_unavailable_and_keeps_what_was_there(database_url: str) -> None:
    db = Database(database_url)

    def fill(session: Session) -> None:
        pages = session.execute(text("pragma page_count")).scalar_one()
        session.execute(text(f"pragma max_page_count={pages}"))
        set_phone(session, "thach-khoi", "0" * 200_000)

    before = db.read_now(phone_of, "thach-khoi")
    with pytest.raises(Unavailable) as refused:
        db.write_now(fill)
    assert refused.value.code == "database_unavailable"
    assert db.read_now(phone_of, "thach-khoi") == before
    db.close()


@pytest.mark.one_engine
def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="unable to open"):
        Database(f"sqlite:///{tmp_path}/nowhere/office.sqlite3")


async def test_a_clash_of_two_transactions_is_tried_again(db: Database) -> None:
    """Two serialisable readers-then-writers cannot both be right; the loser begins anew and sees the winner."""
    if db.is_sqlite:
        pytest.skip("SQLite has one writer and so no clash")
    unit_id = await db.write(start_counting)
    both_read = threading.Barrier(2)
    tries: list[int] = []

    def clash(session: Session) -> None:
        session.execute(text("set transaction isolation level repeatable read"))
        tries.append(1)
        row = session.scalars(select(NumberSequence).where(NumberSequence.unit_id == unit_id)).one()
        if len(tries) <= 2:
            both_read.wait(timeout=10)
        row.last = row.last + 1

    await asyncio.gather(db.write(clash), db.write(clash))
    counted = await db.read(last_number, unit_id)
    assert (counted, len(tries)) == (2, 3)
