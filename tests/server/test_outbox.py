"""A letter is one letter however often it is put, and leaves only once."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import outbox
from server.clock import Clock
from server.house import House
from server.jobs import deliver
from server.outbox import Letter
from server.tables import OutboxLetter, Unit
from server.words import Channel, LetterState


def unit_id(db: Session) -> int:
    return db.scalars(select(Unit.id).where(Unit.code == "thach-khoi")).one()


def letters(db: Session) -> list[tuple[str, str, LetterState]]:
    rows = db.scalars(select(OutboxLetter).order_by(OutboxLetter.id))
    return [(each.message_key, each.address, each.state) for each in rows]


async def put_one(house: House, key: str = "k", later: timedelta | None = None, **named: object) -> None:
    def put(db: Session) -> None:
        at = house.clock.now()
        letter = Letter(key, str(named.pop("template", "nothing")), unit_id(db), **named)  # type: ignore[arg-type]
        outbox.put(db, letter, at, at + later if later else None)

    await house.db.write(put)


async def test_one_letter_for_each_address_known(house: House) -> None:
    await put_one(house, phone="0912345678", email="lan@example.invalid")
    await put_one(house, "k2", phone="0912345678")
    await put_one(house, "k3")
    found = await house.db.read(letters)
    assert [each[:2] for each in found] == [
        ("k:sms", "0912345678"),
        ("k:mail", "lan@example.invalid"),
        ("k2:sms", "0912345678"),
    ]


async def test_put_twice_is_put_once(house: House) -> None:
    for _ in range(3):
        await put_one(house, phone="0912345678")
    assert len(await house.db.read(letters)) == 1


async def test_a_dropped_letter_never_leaves_and_a_sent_one_stays_sent(house: House) -> None:
    await put_one(
        house, "reminder", phone="0912345678", later=timedelta(days=1), facts={"digits": "123456", "code": "A"}
    )
    await put_one(house, "reminder-of-another", phone="0912345678")
    await house.db.write(lambda db: outbox.drop(db, "reminder"))
    assert [each[2] for each in await house.db.read(letters)] == [LetterState.DROPPED, LetterState.WAITING]
    # The digits of a cancelled appointment open a room; nobody reads them in the outbox any more.
    kept = await house.db.read(lambda db: db.scalars(select(OutboxLetter.facts).order_by(OutboxLetter.id)).first())
    assert kept == {"code": "A"}


async def test_a_letter_waits_for_its_time(house: House, clock: Clock) -> None:
    await put_one(house, phone="0912345678", later=timedelta(hours=1))
    assert await house.db.read(deliver.due, Channel.SMS, clock.now()) == []
    assert len(await house.db.read(deliver.due, Channel.SMS, clock.now() + timedelta(hours=1, seconds=1))) == 1
