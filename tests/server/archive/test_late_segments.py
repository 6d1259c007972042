"""A reception's recording is put together when its last segments are there, and again when one comes later."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.archive import actions, jobs, queries
from server.house import House
from server.jobs.runner import NotYet
from server.tables import Job, Playback
from server.words import PlaybackState
from tests.server.minutes.receptions import NINE, SHA, Held, Room, book

pytestmark = pytest.mark.one_engine
END = NINE + timedelta(minutes=25)

MADE = {"file": "lan.webm", "bytes": 900, "sha256": SHA, "duration_ms": 600_000}


def hold(db: Session) -> tuple[Held, Room]:
    """Lan spoke in two segments; only the first is told to be closed."""
    held = book(db)
    room, lan = Room(held), held.citizen_member
    room.note(db, "room_opened", -5)
    room.note(db, "segment_opened", -1, lan, segment=1)
    room.note(db, "began", 0, by=lan, is_waived=False, present={"citizen": lan}, lacking=[], ground="")
    room.note(db, "segment_opened", 10, lan, segment=2)
    room.note(db, "ended", 25, by=lan)
    close(db, room, 1)
    return held, room


def close(db: Session, room: Room, number: int) -> None:
    lan, at = room.held.citizen_member, END.isoformat()
    facts = {"member": lan, "segment": number, "file": f"{lan}-00{number}.webm", "bytes": 1000, "sha256": SHA}
    facts |= {"zero_ms": 0, "started_at": NINE.isoformat(), "ended_at": at, "has_audio": True, "has_video": True}
    room.note(db, "segment_closed", 25, lan, **facts, closed="clean")


def composing(db: Session) -> int:
    return db.scalar(select(func.count()).select_from(Job).where(Job.name == "compose")) or 0


def state_of(db: Session, made: actions.ToMake) -> PlaybackState:
    return db.get_one(Playback, made.playback_id).state


async def test_the_job_lets_others_go_first_while_segments_are_on_their_way(house: House) -> None:
    held, room = await house.db.write(hold)
    house.clock.set(END + timedelta(seconds=30))
    with pytest.raises(NotYet):
        await jobs.compose(house, {"reception": held.code})
    assert not await house.db.read(queries.is_unfinished, held.code, END + queries.PATIENCE)
    await house.db.write(close, room, 2)
    assert not await house.db.read(queries.is_unfinished, held.code, END)


async def test_a_segment_that_comes_late_is_put_together_with_the_others(house: House) -> None:
    held, room = await house.db.write(hold)
    (wanted,) = await house.db.write(actions.open_playbacks, held.code)
    await house.db.write(actions.keep_playback, END, wanted, MADE)
    assert await house.db.read(composing) == 1
    for _ in range(2):
        await house.db.write(close, room, 2)
    assert await house.db.read(state_of, wanted) is PlaybackState.WAITING
    assert await house.db.read(composing) == 2
    (again,) = await house.db.write(actions.open_playbacks, held.code)
    assert again.playback_id == wanted.playback_id


@pytest.mark.parametrize("facts", [MADE, None])
async def test_a_segment_that_comes_while_its_file_is_made_is_not_left_out(
    house: House, facts: dict[str, object] | None
) -> None:
    held, room = await house.db.write(hold)
    (wanted,) = await house.db.write(actions.open_playbacks, held.code)
    await house.db.write(close, room, 2)
    await house.db.write(actions.keep_playback, END, wanted, facts)
    assert await house.db.read(state_of, wanted) is PlaybackState.WAITING
    assert await house.db.read(composing) == 2, "the one that runs, and one for what came"
    (again,) = await house.db.write(actions.open_playbacks, held.code)
    await house.db.write(actions.keep_playback, END, again, MADE)
    assert await house.db.read(state_of, wanted) is PlaybackState.READY
