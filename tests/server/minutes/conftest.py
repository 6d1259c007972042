"""Fixtures of the minutes: a reception under way, and browsers that speak JSON."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import Clock
from server.house import House
from server.jobs import registry
from server.jobs.runner import Runner
from server.minutes import actions, actions_write
from server.minutes.actions_write import Saved, Saving, TooLate
from server.scheduling.rules import link_token
from server.tables.base import Base
from server.who import Who
from server.words import MinutesField, Place
from tests.conftest import Browser
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE, Held, Room

Row = TypeVar("Row", bound=Base)

CONTENT = "Nước thải chảy vào ruộng từ tháng 3.\nNăm hộ bị mất mùa."
CONCLUSION = "Giao phòng Kinh tế kiểm tra trước ngày 20/7/2026.\nTrả lời công dân bằng văn bản."


@dataclass(slots=True)
class Meeting:
    """A reception under way, its house, and who takes part."""

    house: House
    held: Held
    room: Room
    members: list[str]
    tu: Who
    hanh: Who
    clock: Clock

    @property
    def code(self) -> str:
        return self.held.code

    @property
    def link(self) -> str:
        """The citizen's own address."""
        return "/vao/" + link_token(self.house.settings.key("links"), self.held.appointment_code)

    def write(self, who: Who, field: MinutesField, words: str, version: int = 0, key: str = "") -> Saved | TooLate:
        saving = Saving(field, words, version, key or f"key-{field}-{version}-{who.name}")
        return self.house.db.write_now(actions_write.save_text, who, self.clock.now(), self.code, saving)

    def fill(self) -> None:
        self.house.db.write_now(actions.begin, self.tu, self.clock.now(), self.code)
        self.write(self.tu, MinutesField.CONTENT_PRESENTED, CONTENT)
        self.write(self.tu, MinutesField.CHAIR_CONCLUSION, CONCLUSION)

    def show(self) -> None:
        self.fill()
        self.house.db.write_now(actions.show, self.tu, self.clock.now(), self.code)

    def end(self) -> None:
        self.house.db.write_now(self.room.end, self.members)
        self.clock.set(NINE + timedelta(minutes=30))

    def rows(self, table: type[Row]) -> list[Row]:
        """All rows of a table, to be looked at after the transaction."""

        def load(db: Session) -> list[Row]:
            found = list(db.scalars(select(table)))
            db.expunge_all()
            return found

        return self.house.db.read_now(load)

    async def work(self) -> None:
        """Run every job that is due."""
        runner = Runner(self.house, tuple(kind for kind in registry.KINDS if kind.name != "compose"))
        while await runner.run_one():
            pass


Meet = Callable[..., Meeting]


@pytest.fixture
def meet(house: House, who_of: Callable[..., Who], clock: Clock) -> Meet:
    """Return a function that brings a reception to its twentieth minute."""

    def begin(place: Place = Place.HOME) -> Meeting:
        held = house.db.write_now(receptions.book, place)
        tu, hanh, bao = who_of("tu"), who_of("hanh"), who_of("bao")
        clock.set(NINE)
        room = Room(held)
        members = [house.db.write_now(receptions.enter, who, held.code) for who in (hanh, tu)]
        del bao
        house.db.write_now(room.begin, members)
        house.db.write_now(room.incidents)
        clock.set(NINE + timedelta(minutes=20))
        return Meeting(house, held, room, members, tu, hanh, clock)

    return begin


Ask = Callable[..., Awaitable[Any]]


async def ask(browser: Browser, path: str, sent: object = None, status: int = 200) -> Any:
    """GET, or POST JSON as the room's script does."""
    if not browser.form_token():
        await browser.get("/giup-do", 200)
    headers = {"Accept": "application/json", "X-CSRF-Token": browser.form_token()}
    if sent is None:
        answer = await browser.http.get(path, headers=headers, allow_redirects=False)
    else:
        headers["Content-Type"] = "application/json"
        answer = await browser.http.post(path, data=json.dumps(sent), headers=headers, allow_redirects=False)
    body = await answer.text()
    assert answer.status == status, (path, answer.status, body[:1500])
    return json.loads(body)
