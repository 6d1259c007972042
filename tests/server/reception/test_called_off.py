"""An appointment that is moved or cancelled voids the tickets to its room at once, for whoever waits there too."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.adapters.media_nodes import MediaNodes
from server.house import House
from server.jobs import registry
from server.jobs.runner import Runner
from server.media_worker import running
from server.reception import queries_guest
from server.tables import Reception, ReceptionMember
from server.words import ReceptionState
from server.worker_settings import WorkerSettings
from signaling.roles import RoomRole
from signaling.tickets import sign
from tests.conftest import OpenBrowser
from tests.playbook import ticket
from tests.server.reception.booked import book_lan
from tests.server.reception.test_desk_pages import opened
from tests.signaling.room_client import Guest

GROUND = "Chủ tịch họp đột xuất"


def citizen(db: Session) -> str:
    return db.scalars(select(ReceptionMember.member).where(ReceptionMember.room_role == "citizen")).one()


def worker_settings(folder: Path, key: bytes) -> WorkerSettings:
    return WorkerSettings(
        name="m1",
        socket_path=folder / "m1.sock",
        recordings_path=folder / "recordings",
        spool_path=folder / "spool",
        ticket_key=key,
        web_url="http://127.0.0.1:9",
        announced=("127.0.0.1",),
        free_bytes_floor=0,
    )


@pytest.mark.one_engine
async def test_who_waits_for_a_cancelled_appointment_is_out_and_no_ticket_holds(
    open_browser: OpenBrowser, house: House, tmp_path: Path
) -> None:
    booked = await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))
    ward, key, at = await open_browser("tu"), house.settings.key("tickets"), house.clock.now()
    code, lan = await opened(ward, booked), await house.db.read(citizen)
    settings = worker_settings(tmp_path, key)
    nodes = MediaNodes({"m1": settings.socket_path}, key, house.clock.now)

    def good(member: str, role: RoomRole) -> str:
        return sign(replace(ticket(member, role, code), not_before=at, until=at + timedelta(hours=9)), key)

    async with running(settings, house.clock.now):
        async with Guest(good("hanh", RoomRole.CHAIR)) as hanh, Guest(good(lan, RoomRole.CITIZEN)) as waits:
            for guest in (hanh, waits):
                await guest.dial(str(settings.socket_path))
                await guest.until(lambda guest=guest: guest.state)
            assert await house.db.read(queries_guest.is_good, code, lan, at)
            await ward.post(f"/lich/hen/{booked.appointment_code}/huy", cancel_ground=GROUND)
            assert not await house.db.read(queries_guest.is_good, code, lan, at)
            assert not await house.db.read(queries_guest.is_good, code, "hanh", at)
            while await Runner(replace(house, nodes=nodes), registry.KINDS).run_one("rooms"):
                pass
            await waits.until(lambda: waits.bye)
            await hanh.until(lambda: hanh.bye)
            assert waits.bye is not None
            assert hanh.bye is not None
            assert (waits.bye["code"], hanh.bye["code"]) == ("withdrawn", "ended")
        await nodes.close()


@pytest.mark.one_engine
async def test_a_reception_under_way_goes_on_whatever_became_of_its_appointment(
    open_browser: OpenBrowser, house: House
) -> None:
    """Its beginning may be told to the office a moment after somebody there cancelled it."""
    booked = await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))
    ward, at = await open_browser("tu"), house.clock.now()
    code, lan = await opened(ward, booked), await house.db.read(citizen)
    await ward.post(f"/lich/hen/{booked.appointment_code}/huy", cancel_ground=GROUND)
    await house.db.write(lambda db: db.execute(update(Reception).values(state=ReceptionState.LIVE)))
    assert await house.db.read(queries_guest.is_good, code, lan, at)
    assert await house.db.read(queries_guest.who_may_wait, code) is None
