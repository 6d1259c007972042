"""Technicians see letters that do not leave, and why: nobody's name, number or matter."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import outbox
from server.adapters.mail import SendFailed
from server.house import House
from server.jobs import deliver
from server.outbox import Letter
from server.tables import OutboxLetter, Unit
from tests.conftest import OpenBrowser

PHONE = "0912345678"


class Refusing:
    """A provider that does not accept our key."""

    async def send(self, *_: str) -> None:
        raise SendFailed("HTTP 401")


@pytest.mark.one_engine
async def test_a_key_that_is_not_accepted_is_told_to_technicians_while_the_letters_wait(
    house: House, open_browser: OpenBrowser
) -> None:
    khoa = await open_browser("khoa")
    assert 'id="thu"' not in await khoa.get("/ky-thuat")

    def put(db: Session) -> None:
        unit = db.scalars(select(Unit.id).where(Unit.code == "thach-khoi")).one()
        outbox.put(db, Letter("k", "some", unit, phone=PHONE), house.clock.now())

    await house.db.write(put)
    refused = replace(house, texter=Refusing(), render=lambda *_: "words")
    await deliver.deliver_texts(refused, {})
    page = await khoa.get("/ky-thuat")
    assert "Nhà cung cấp không nhận khóa hoặc tài khoản của hệ thống" in page
    assert "Khóa hoặc tài khoản của hệ thống không được nhận (HTTP 401)" in page
    assert "Đang thử lại" in page
    assert PHONE not in page
    house.clock.set(house.clock.now() + timedelta(hours=8))
    await khoa.get("/ky-thuat", 303)
    await house.db.write(lambda db: db.execute(update(OutboxLetter).values(due_at=house.clock.now())))
    await deliver.deliver_texts(replace(house, render=lambda *_: "words"), {})
    assert 'id="thu"' not in await (await open_browser("khoa")).get("/ky-thuat")
