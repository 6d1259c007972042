"""A day whose receptions began without the chair is kept out of the chair's count."""

import pytest
from sqlalchemy.orm import Session

from server.demo import officer_named
from server.house import House
from server.reports.rules_period import period
from server.scheduling import queries_plan
from server.scheduling.rules import ChairMonth
from server.words_reports import PeriodKind
from tests.conftest import OpenBrowser
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE, Held, Room
from tests.server.reports.offices import Ward


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


@pytest.mark.parametrize(
    ("lacking", "counted"),
    [
        ((), {"12": 1, "13": 1, "14": 1, "15": 1}),
        (("chair",), {"4": 1, "5": 1, "6": 1}),
    ],
)
@pytest.mark.one_engine
def test_01_tcd_counts_under_the_head_only_whom_the_head_received(
    house: House, lacking: tuple[str, ...], counted: dict[str, int]
) -> None:
    held = house.db.write_now(receptions.book)
    room = house.db.write_now(_begin, held, *lacking)
    house.db.write_now(room.end, ["x"])
    assert Ward(house).row("01-tcd-2024", period(PeriodKind.YEAR, 2026)) == {"1": 1, "2": 1, "3": 1, **counted}


@pytest.mark.one_engine
def test_chair_and_citizen_before_the_wards_camera_are_both_there(house: House) -> None:
    held = house.db.write_now(receptions.book)
    house.db.write_now(_begin, held, "chair", "citizen")
    assert (_month(house).in_person, _month(house).without_chair) == (1, 0)


async def test_the_pages_count_such_a_day_apart(house: House, open_browser: OpenBrowser) -> None:
    house.db.write_now(_begin, house.db.write_now(receptions.book), "chair")
    tu = await open_browser("tu")
    for page in ("/lich?thang=2026-07", "/lich/nam", "/bao-cao"):
        assert "ắng Chủ tịch" in await tu.get(page)
