"""Letters leave, fail, are tried again and given up; one that fails holds up no other."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import outbox
from server.adapters.mail import FolderMailer, SendFailed
from server.clock import Clock
from server.house import House
from server.jobs import deliver, registry
from server.jobs.runner import JobKind, Runner, book
from server.outbox import Letter
from server.tables import OutboxLetter, Unit
from server.words import LetterState


class Refusing:
    """A provider that is down, or that knows no such number."""

    def __init__(self, *, is_final: bool) -> None:
        self.is_final = is_final
        self.asked = 0

    async def send(self, to: str, body: str, message_id: str) -> None:
        self.asked += 1
        raise SendFailed("no", is_final=self.is_final)


def in_words(template: str, locale: str, facts: object) -> str:
    return f"{template} {locale}\n\nbody"


async def both(house: House) -> None:
    """Let both senders work once."""
    await deliver.deliver_texts(house, {})
    await deliver.deliver_mail(house, {})


async def put(house: House, key: str = "k", **address: str) -> None:
    def action(db: Session) -> None:
        unit = db.scalars(select(Unit.id).where(Unit.code == "thach-khoi")).one()
        facts = {"code": "TD-AAAA-AA", "digits": "123456", "path": "/vao/x"}
        outbox.put(db, Letter(key, "some", unit, **address, facts=facts), house.clock.now())  # type: ignore[arg-type]

    await house.db.write(action)


async def state(house: House) -> list[tuple[str, LetterState, int]]:
    def read(db: Session) -> list[tuple[str, LetterState, int]]:
        return [
            (o.message_key, o.state, o.attempts) for o in db.scalars(select(OutboxLetter).order_by(OutboxLetter.id))
        ]

    return await house.db.read(read)


async def test_a_letter_lands_and_is_marked_sent(house: House) -> None:
    house = replace(house, render=in_words)
    await put(house, phone="0912345678", email="lan@example.invalid")
    await both(house)
    assert await state(house) == [("k:sms", LetterState.SENT, 1), ("k:mail", LetterState.SENT, 1)]
    folder = house.settings.folder / "letters"
    assert (folder / "k-sms.sms.txt").read_text() == "0912345678\nletters/some.sms.txt vi\n\nbody\n"
    assert b"Message-ID: <k.mail@tiepdan>" in (folder / "k-mail.eml").read_bytes()
    await both(house)
    assert [each[2] for each in await state(house)] == [1, 1]


async def test_a_failing_letter_waits_longer_each_time_and_is_given_up(house: House, clock: Clock) -> None:
    down = Refusing(is_final=False)
    house = replace(house, render=in_words, texter=down)
    await put(house, phone="0912345678", email="lan@example.invalid")
    await both(house)
    assert await state(house) == [("k:sms", LetterState.WAITING, 1), ("k:mail", LetterState.SENT, 1)]
    await both(house)
    assert down.asked == 1
    for _ in range(deliver.TRIES):
        clock.shift += timedelta(hours=2)
        await both(house)
    assert (await state(house))[0] == ("k:sms", LetterState.FAILED, deliver.TRIES)


async def test_a_number_that_cannot_be_reached_is_not_tried_again(house: House) -> None:
    house = replace(house, render=in_words, texter=Refusing(is_final=True))
    await put(house, phone="0912345678")
    await both(house)
    assert await state(house) == [("k:sms", LetterState.FAILED, 1)]


async def test_a_letter_with_a_broken_template_holds_up_no_other(house: House) -> None:
    def only_mail(template: str, locale: str, facts: object) -> str:
        if ".sms." in template:
            raise LookupError(template)
        return "subject\n\nbody"

    house = replace(house, render=only_mail)
    await put(house, phone="0912345678", email="lan@example.invalid")
    await both(house)
    assert [each[1] for each in await state(house)] == [LetterState.WAITING, LetterState.SENT]


async def test_a_line_end_in_an_address_is_a_failure_of_that_letter(house: House) -> None:
    house = replace(house, render=in_words)
    assert isinstance(house.mailer, FolderMailer)
    await put(house, email="lan@example.invalid\nBcc: all@example.invalid", phone="0912345678")
    await both(house)
    assert [each[1] for each in await state(house)] == [LetterState.SENT, LetterState.FAILED]


async def kept(house: House) -> list[set[str]]:
    return await house.db.read(lambda db: [set(facts) for facts in db.scalars(select(OutboxLetter.facts))])


async def test_what_opens_doors_is_kept_no_longer_than_it_takes_to_send(house: House) -> None:
    house = replace(house, render=in_words)
    down = replace(house, texter=Refusing(is_final=False))
    await put(house, phone="0912345678")
    await both(down)
    assert await kept(house) == [{"code", "digits", "path"}]
    await both(down)
    house.clock.set(house.clock.now() + timedelta(hours=1))
    await both(house)
    assert [one for _, one, _ in await state(house)] == [LetterState.SENT]
    assert await kept(house) == [{"code"}]


async def test_nor_when_it_can_never_be_sent(house: House) -> None:
    await put(house, phone="0912345678")
    await both(replace(house, render=in_words, texter=Refusing(is_final=True)))
    assert await kept(house) == [{"code"}]


@pytest.mark.one_engine
@pytest.mark.parametrize(("is_final", "asked"), [(False, deliver.ENOUGH), (True, deliver.ENOUGH + 2)])
async def test_a_server_that_fails_letter_after_letter_is_left_alone_until_the_next_round(
    house: House, is_final: bool, asked: int
) -> None:
    down = Refusing(is_final=is_final)
    house = replace(house, render=in_words, texter=down)
    for number in range(deliver.ENOUGH + 2):
        await put(house, key=f"k{number}", phone="0912345678")
    await deliver.deliver_texts(house, {})
    assert down.asked == asked
    await deliver.deliver_texts(house, {})
    assert down.asked == deliver.ENOUGH + 2


class Hanging:
    """A server that takes the letter and says so when it may."""

    def __init__(self) -> None:
        self.has_one = asyncio.Event()
        self.may_go_on = asyncio.Event()

    async def send(self, *_: str) -> None:
        self.has_one.set()
        await self.may_go_on.wait()


@pytest.mark.one_engine
async def test_a_mail_server_that_hangs_holds_up_no_message_and_no_other_work(house: House) -> None:
    hanging, texter = Hanging(), Hanging()
    texter.may_go_on.set()
    worked = asyncio.Event()

    async def work(_: House, __: object) -> None:
        worked.set()

    house = replace(house, render=in_words, mailer=hanging, texter=texter)
    await put(house, email="lan@example.invalid", phone="0912345678")
    letters = tuple(kind for kind in registry.KINDS if kind.name.startswith("deliver"))
    runner = Runner(house, (*letters, JobKind("work", work)))
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(runner.run())
        await hanging.has_one.wait()
        await house.db.write(lambda db: book(db, "work", "k", house.clock.now()))
        await worked.wait()
        await texter.has_one.wait()
        runner.stop()
        hanging.may_go_on.set()
    assert [each[1] for each in await state(house)] == [LetterState.SENT, LetterState.SENT]
