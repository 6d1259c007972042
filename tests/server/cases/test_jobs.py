"""Owners are reminded before the day and urged after it, once each time."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import jobs
from server.house import House
from server.tables import FollowUp, Officer, OutboxLetter
from tests.conftest import OpenBrowser
from tests.server.cases.test_pages import CASE, accepted


def templates(db: Session) -> list[str]:
    rows = db.scalars(select(OutboxLetter.template).where(OutboxLetter.template.like("follow_up%")))
    return sorted(rows)


def give_to_dung(db: Session) -> None:
    officer = db.scalars(select(Officer).where(Officer.username == "dung")).one()
    officer.phone = "0900000001"
    db.scalars(select(FollowUp)).one().owner_id = officer.id


async def test_owners_are_reminded_and_urged(open_browser: OpenBrowser, house: House) -> None:
    tu = await accepted(open_browser)
    page = await tu.get(CASE)
    key = page.split('name="key" value="')[1].split('"', 1)[0]
    unit = page.split('<select class="input" id="f-owner_unit_id"')[1].split('<option value="')[1]
    form = {"words": "Trả lời bằng văn bản", "owner_unit_id": unit.split('"', 1)[0], "owner_name": "Ông Dũng"}
    await tu.post(f"{CASE}/viec", {**form, "due_on": "20/07/2026", "key": key})
    await house.db.write(give_to_dung)
    start = house.clock.now()
    await jobs.remind(house, {})
    assert await house.db.read(templates) == []
    house.clock.set(start + timedelta(days=11))
    await jobs.remind(house, {})
    await jobs.remind(house, {})
    assert await house.db.read(templates) == ["follow_up_due"]
    house.clock.set(start + timedelta(days=15))
    await jobs.remind(house, {})
    await jobs.remind(house, {})
    assert await house.db.read(templates) == ["follow_up_due", "follow_up_late"]
    dung = await open_browser("dung")
    assert "Trả lời bằng văn bản" in await dung.get("/viec-theo-doi?loc=tre-han")
    assert "Đề nghị xem lại" not in await dung.get("/viec-theo-doi")
    assert "Trả lời bằng văn bản" not in await (await open_browser("quan")).get("/viec-theo-doi")
