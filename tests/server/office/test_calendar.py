"""The working calendar as a page, what it refuses, and the hours in which the office writes."""

from datetime import date, datetime

import pytest

from server.cases import actions_terms
from server.clock import at_office
from server.house import House
from server.office import queries, rules
from server.office.rules import Calendar
from server.who import the_system
from tests.conftest import OpenBrowser

CALENDAR = Calendar({day.on: day.is_working for day in rules.public_days([2026])})


@pytest.mark.one_engine
async def test_the_city_changes_a_day_and_everybody_reads_it(house: House, open_browser: OpenBrowser) -> None:
    assert (await house.db.read(queries.calendar)).version == 1
    admin = await open_browser("quantri")
    assert 'href="/lich-lam-viec"' in await admin.get("/cai-dat")
    storm = {"on": "03/07/2026", "becomes": "off", "name": "Nghỉ bão số 3", "ground": "Công điện 12/CĐ-UBND"}
    asked = await admin.post("/lich-lam-viec", storm, status=422)
    assert "Ngày này đã qua" in asked
    assert 'name="is_past_known"' in asked
    said = await admin.post("/lich-lam-viec", {**storm, "is_past_known": "1"})
    assert said == "/lich-lam-viec?nam=2026&da=calendar_changed"
    assert await admin.post("/lich-lam-viec", {**storm, "is_past_known": "1"}) == said
    shown = await (await open_browser("tu")).get("/lich-lam-viec?nam=2026")
    assert "Nghỉ bão số 3" in shown
    assert "Phiên bản 2" in shown
    assert 'name="ground"' not in shown
    await (await open_browser("tu")).post("/lich-lam-viec", storm, status=403)
    for wrong, sentence in (
        ({**storm, "on": "31/02/2026"}, "ngày/tháng/năm"),
        ({**storm, "on": "03/07/3026"}, "Năm cần từ 2000 đến 2100."),
        ({**storm, "on": "13/07/2026", "becomes": "worked"}, "Không có gì để sửa."),
        ({**storm, "name": ""}, "Xin điền mục này."),
    ):
        assert sentence in await admin.post("/lich-lam-viec", wrong, status=422), wrong


async def test_seeding_again_adds_the_next_year_only(house: House) -> None:
    at = house.clock.now()
    assert await house.db.write(actions_terms.keep_calendar, the_system(), at) == 0
    assert (await house.db.read(queries.calendar)).version == 1
    await house.db.write(actions_terms.keep_calendar, the_system(), at.replace(year=2027))
    calendar = await house.db.read(queries.calendar)
    assert calendar.version == 2
    assert not calendar.is_working(date(2028, 11, 24))


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        (at_office(date(2026, 7, 6), 9, 0), at_office(date(2026, 7, 6), 9, 0)),
        (at_office(date(2026, 7, 6), 5, 0), at_office(date(2026, 7, 6), 7, 0)),
        (at_office(date(2026, 7, 10), 17, 0), at_office(date(2026, 7, 13), 7, 0)),
        (at_office(date(2026, 8, 31), 9, 0), at_office(date(2026, 9, 3), 7, 0)),
        (at_office(date(2026, 8, 22), 9, 0), at_office(date(2026, 8, 22), 9, 0)),
    ],
)
def test_what_nobody_waits_for_is_written_in_working_hours(at: datetime, sent: datetime) -> None:
    assert rules.written_at(at, CALENDAR) == sent
