"""A day whose receptions began without the chair is kept out of the chair's count."""

import pytest
from sqlalchemy.orm import Session

from server.demo import officer_named
from server.house import House
from server.scheduling import queries_plan
from server.scheduling.rules import ChairMonth
from tests.conftest import OpenBrowser
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE, Held, Room


def _begin(db: Session, held: Held, *lacking: str) -> Room:
    room = Room(held)
    room.note(db, "room_opened", -5)
    room.note(db, "began", 0, by="x", is_waived=False, present={}, lacking=list(lacking), ground="Chủ tịch mất mạng")
    return room


def _month(house: House) -> ChairMonth:
    def find(db: Session) -> ChairMonth:
        months = queries_plan.chair_months(db, officer_named(db, "tu"), [(NINE.year, NINE.month)], NINE.date())
        return months[0]

    return house.db.read_now(find)


def test_a_reception_begun_without_the_chair_is_not_the_chairs_day(house: House) -> None:
    held = house.db.write_now(receptions.book)
    assert (_month(house).in_person, _month(house).without_chair) == (1, 0)
    room = house.db.write_now(_begin, held, "chair")
    assert (_month(house).in_person, _month(house).without_chair, _month(house).is_short) == (0, 1, True)
    # The chair comes after all: the day is the chair's.
    chair = house.db.write_now(lambda db: receptions.enter(db, officer_named(db, "hanh"), held.code))
    house.db.write_now(lambda db: room.note(db, "connected", 3, chair, connection=1))
    assert (_month(house).in_person, _month(house).without_chair) == (1, 0)


@pytest.mark.one_engine
def test_chair_and_citizen_before_the_wards_camera_are_both_there(house: House) -> None:
    held = house.db.write_now(receptions.book)
    house.db.write_now(_begin, held, "chair", "citizen")
    assert (_month(house).in_person, _month(house).without_chair) == (1, 0)


@pytest.mark.one_engine
async def test_the_pages_count_such_a_day_apart(house: House, open_browser: OpenBrowser) -> None:
    house.db.write_now(_begin, house.db.write_now(receptions.book), "chair")
    tu = await open_browser("tu")
    for page in ("/lich?thang=2026-07", "/lich/nam", "/bao-cao"):
        assert "ắng Chủ tịch" in await tu.get(page)
