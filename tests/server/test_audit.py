"""The chain shows every change, and two writers at once never break it. On both engines."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.house import House
from server.tables import AuditEntry
from server.who import the_system

AT = datetime(2026, 7, 6, 1, 30, tzinfo=UTC)
UNIT = 9001


def write_entries(db: Session, count: int) -> None:
    for number in range(count):
        audit.record(
            db, the_system(UNIT), AT, "request.received", About("request", number, code=f"TD-{number}"), step=number
        )


def change(db: Session, /, seq: int, **values: object) -> None:
    db.execute(update(AuditEntry).where(AuditEntry.unit_id == UNIT, AuditEntry.seq == seq).values(**values))


async def test_an_untouched_chain_is_whole(house: House) -> None:
    await house.db.write(write_entries, 5)
    assert await house.db.read(audit.verify, UNIT) is None
    assert (await house.db.read(audit.head, UNIT))[0] == 5
    assert await house.db.read(audit.head, UNIT + 1) == (0, audit.START)


def remove(db: Session, which: ColumnElement[bool]) -> None:
    db.execute(delete(AuditEntry).where(AuditEntry.unit_id == UNIT, which))


@pytest.mark.parametrize(
    "values",
    [
        {"verb": "request.accepted"},
        {"who_name": "another"},
        {"about_code": "TD-9"},
        {"facts": {"step": 99}},
        {"at": datetime(2026, 7, 6, 1, 31, tzinfo=UTC)},
        {"officer_id": None, "case_id": 7},
        {"previous_hash": "f" * 64},
        {"entry_hash": "f" * 64},
    ],
)
async def test_a_changed_entry_shows_at_its_place(house: House, values: dict[str, object]) -> None:
    await house.db.write(write_entries, 5)
    await house.db.write(change, 3, **values)
    assert await house.db.read(audit.verify, UNIT) == 3


async def test_a_removed_entry_shows_at_its_place(house: House) -> None:
    await house.db.write(write_entries, 5)
    await house.db.write(remove, AuditEntry.seq == 2)
    assert await house.db.read(audit.verify, UNIT) == 2


async def test_a_changed_entry_with_a_fresh_hash_shows_at_the_next(house: House) -> None:
    await house.db.write(write_entries, 5)

    def forge(db: Session) -> None:
        entry = db.scalars(select(AuditEntry).where(AuditEntry.unit_id == UNIT, AuditEntry.seq == 3)).one()
        entry.verb = "request.declined"
        entry.entry_hash = audit.fingerprint(entry)

    await house.db.write(forge)
    assert await house.db.read(audit.verify, UNIT) == 4


async def test_a_cut_tail_shows_only_against_the_head_kept_elsewhere(house: House) -> None:
    await house.db.write(write_entries, 5)
    anchor = await house.db.read(audit.head, UNIT)
    await house.db.write(remove, AuditEntry.seq > 3)
    assert await house.db.read(audit.verify, UNIT) is None
    assert await house.db.read(audit.head, UNIT) != anchor


async def test_what_is_rolled_back_leaves_no_entry(house: House) -> None:
    def fail(db: Session) -> None:
        write_entries(db, 1)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 the one above
        await house.db.write(fail)
    assert await house.db.read(audit.head, UNIT) == (0, audit.START)


async def test_writers_at_once_continue_one_chain(house: House) -> None:
    await asyncio.gather(*(house.db.write(write_entries, 2) for _ in range(20)))
    assert (await house.db.read(audit.head, UNIT))[0] == 40
    assert await house.db.read(audit.verify, UNIT) is None


async def test_units_have_chains_of_their_own(house: House) -> None:
    await house.db.write(write_entries, 2)

    def elsewhere(db: Session) -> None:
        audit.record(db, the_system(UNIT), AT, "request.received", About("request", 1, unit_id=UNIT + 1))

    await house.db.write(elsewhere)
    assert (await house.db.read(audit.head, UNIT))[0] == 2
    assert (await house.db.read(audit.head, UNIT + 1))[0] == 1
