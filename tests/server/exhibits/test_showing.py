"""A page of a filed paper before everybody in the room: who sees it, who turns it, what is kept of it."""

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import NotHere, Refused
from server.exhibits import actions
from server.exhibits.actions import Page
from server.house import House
from server.minutes import queries_head
from server.tables import AuditEntry, Case, ReceptionMember, ShownPage
from server.who import Who
from tests.conftest import Browser, OpenBrowser
from tests.server.exhibits import running
from tests.server.exhibits.running import PDF, Running, note
from tests.server.minutes.receptions import NINE


@pytest.fixture
async def held(house: House) -> Running:
    house.clock.set(NINE + timedelta(minutes=5))
    kept = await house.files.keep(io.BytesIO(PDF), ".pdf")
    return await house.db.write(running.lay, house.settings.key("links"), kept)


async def ask(browser: Browser, path: str, status: int = 200, body: object = None) -> Any:
    """Read JSON, or send it when there is a body."""
    await browser.get("/giup-do", 200)
    headers = {"X-CSRF-Token": browser.form_token(), "Accept": "application/json"}
    method = "GET" if body is None else "POST"
    async with browser.http.request(method, path, json=body, headers=headers) as answer:
        text = await answer.text()
        assert answer.status == status, (path, answer.status, text[:500])
        return json.loads(text)


async def test_every_page_keeps_its_stamp(house: House, held: Running, who_of: Callable[..., Who]) -> None:
    at, hanh, tu = house.clock.now(), who_of("hanh"), who_of("tu")
    strangers = [who_of("quan"), who_of("bao")]

    def play(db: Session) -> list[tuple[int, datetime | None]]:
        first = actions.show(db, hanh, at, held.code, Page(held.paper, 1, 2))
        assert actions.show(db, tu, at, held.code, Page(held.paper, 1, 2)) == first
        actions.show(db, hanh, at + timedelta(minutes=1), held.code, Page(held.paper, 2, 2))
        for _ in range(2):
            actions.put_away(db, hanh, at + timedelta(minutes=2), held.code)
        for stranger in strangers:
            with pytest.raises(NotHere):
                actions.show(db, stranger, at, held.code, Page(held.paper, 1, 2))
        [told] = queries_head.head_now(db, held.room.held.id)["shown"]
        assert (told["pages"], told["of"], told["by"]) == ("1–2", 2, hanh.name)
        entries = db.scalars(select(AuditEntry).where(AuditEntry.verb == "showed_page")).all()
        assert [len(one.facts["inside"]) for one in entries] == [3, 3]
        return [(row.page, row.until) for row in db.scalars(select(ShownPage).order_by(ShownPage.id))]

    pages = await house.db.write(play)
    assert pages == [(1, at + timedelta(minutes=1)), (2, at + timedelta(minutes=2))]


def ward_room(db: Session) -> str:
    return db.scalars(select(ReceptionMember.member).where(ReceptionMember.room_role == "ward_room")).one()


@pytest.mark.one_engine
async def test_people_inside_see_what_the_desk_shows(open_browser: OpenBrowser, house: House, held: Running) -> None:
    desk, lan = await open_browser("hanh"), await open_browser()
    staff, link = f"/phong/{held.code}/trinh-chieu", f"{held.lan}/trinh-chieu"
    before = await ask(desk, staff)
    assert before["shown"] is None
    assert [one["title"] for one in before["files"]] == ["Đơn kiến nghị.pdf"]
    shown = (await ask(desk, staff, body={"file": held.paper, "page": 1}))["shown"]
    assert (shown["page"], shown["pages"], shown["by"]) == (1, 2, "Đỗ Thị Hạnh")

    seen = await ask(lan, link)
    assert (seen["shown"]["sha256"], seen["files"], seen["may"]) == (shown["sha256"], [], False)
    async with lan.http.get(seen["shown"]["href"]) as picture:
        assert (picture.status, picture.content_type) == (200, "image/png")
        assert picture.headers["Cache-Control"] == "no-store"

    # Waiting, outside, of another ward, technical, or nobody: nothing is there.
    picture_of = f"{staff}/{shown['id']}"
    waiting = await ask(lan, f"{held.guest}/trinh-chieu")
    assert (waiting["shown"], waiting["files"], waiting["again"]) == (None, [], True)
    await lan.get(f"{held.guest}/trinh-chieu/{shown['id']}", 404)
    for name in ("loan", "quan", "bao", "linh"):
        other = await open_browser(name)
        await other.get(picture_of, 404)
        await ask(other, staff, 404)
    await (await open_browser("khoa")).get(picture_of, 403)
    await (await open_browser()).get(picture_of, 303)
    await ask(await open_browser("loan"), staff, 404, {"file": held.paper, "page": 2})
    await lan.get(f"{held.lan}x/trinh-chieu/{shown['id']}", 404)
    # The ward's screen is not in the room yet; then it is.
    screen = f"/phong/{held.code}/diem-cau/trinh-chieu"
    ward = await open_browser("tu")
    await ward.get(f"{screen}/{shown['id']}", 404)
    await note(house, held, "admitted", await house.db.read(ward_room), by=None)
    await ward.get(f"{screen}/{shown['id']}")
    await lan.get(f"{link}/{shown['id'] + 1}", 404)

    assert (await ask(desk, f"{staff}/thoi", body={}))["shown"] is None
    await lan.get(seen["shown"]["href"], 404)


@pytest.mark.one_engine
async def test_bad_asks_and_the_end_of_it(
    open_browser: OpenBrowser, house: House, held: Running, who_of: Callable[..., Who]
) -> None:
    desk, lan, path = await open_browser("tu"), await open_browser(), f"/phong/{held.code}/trinh-chieu"
    for body in ({}, {"file": held.paper}, {"file": held.paper, "page": 0}, {"file": held.paper, "page": True}):
        await ask(desk, path, 422, body)
    await ask(desk, path, 404, {"file": "TL-NONE-NONE", "page": 1})
    assert "không có trang đó" in (await ask(desk, path, 409, {"file": held.paper, "page": 3}))["text"]

    # Somebody sent back to wait sees nothing more, and nobody does once it is over.
    at = house.clock.now()
    shown_id = await house.db.write(actions.show, who_of("tu"), at, held.code, Page(held.paper, 1, 2))
    link = f"{held.lan}/trinh-chieu"
    assert (await ask(lan, link))["shown"]["id"] == shown_id
    citizen = held.room.held.citizen_member
    await note(house, held, "sent_to_wait", citizen)
    assert (await ask(lan, link))["shown"] is None
    await lan.get(f"{link}/{shown_id}", 404)
    await note(house, held, "admitted", citizen)
    assert (await ask(lan, link))["shown"]["id"] == shown_id
    await note(house, held, "stopped_here", None, by="o", ground="denunciation", spoken={})
    await lan.get(f"{link}/{shown_id}", 404)
    assert (await ask(lan, link))["shown"] is None
    refused = await ask(desk, path, 409, {"file": held.paper, "page": 2})
    assert refused["code"] == "papers_not_running"


@pytest.mark.one_engine
async def test_a_restricted_case_shows_nothing(house: House, held: Running, who_of: Callable[..., Who]) -> None:
    hanh = who_of("hanh")

    def play(db: Session) -> None:
        db.get_one(Case, held.room.held.case_id).is_restricted = True
        db.flush()
        actions.show(db, hanh, house.clock.now(), held.code, Page(held.paper, 1, 2))

    with pytest.raises(Refused, match="page_secret"):
        await house.db.write(play)
