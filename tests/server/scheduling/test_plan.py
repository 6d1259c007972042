"""The leaders' days of a year, and a day to which nobody came."""

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from openpyxl import load_workbook

from server.book import rules
from server.clock import at_office
from server.errors import Refused
from server.house import House
from server.office.rules import Calendar, public_days
from server.scheduling import actions, actions_days, actions_empty, jobs, queries_empty, queries_plan, rules_plan
from server.scheduling.rules_plan import Pattern
from server.words import AppointmentVerb, Role
from tests.conftest import OpenBrowser
from tests.server.scheduling.stage import Stage, key

CALENDAR = Calendar({day.on: day.is_working for day in public_days([2026, 2027])})
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
JULY_16 = date(2026, 7, 16)


def test_a_day_off_is_moved_to_the_next_working_day() -> None:
    found = rules_plan.year_plan(Pattern(dates=(2, 31)), FIRST, LAST, CALENDAR)
    moved = {day.named_on: day.held_on for day in found if day.is_moved}
    assert moved[date(2026, 8, 31)] == date(2026, 9, 3)
    # The first working day after 2 September is taken by then.
    assert moved[date(2026, 9, 2)] == date(2026, 9, 4)
    assert date(2026, 2, 28) in moved
    assert next(day for day in found if day.named_on == date(2026, 8, 31)).is_next_month


@settings(max_examples=60, deadline=None)
@given(
    weeks=some.sets(some.integers(1, 5), max_size=5),
    weekday=some.integers(0, 6),
    dates=some.sets(some.integers(1, 31), max_size=5),
)
def test_a_plan_never_falls_on_a_day_off_nor_twice_on_a_day(weeks: set[int], weekday: int, dates: set[int]) -> None:
    pattern = Pattern(tuple(weeks), weekday, tuple(dates))
    found = rules_plan.year_plan(pattern, FIRST, LAST, CALENDAR)
    assert all(CALENDAR.is_working(day.held_on) and day.held_on >= day.named_on for day in found)
    assert len({day.held_on for day in found}) == len(found)
    assert rules_plan.year_plan(pattern, FIRST, LAST, CALENDAR) == found


@pytest.mark.one_engine
async def test_a_year_is_looked_at_laid_and_published(open_browser: OpenBrowser, stage: Stage) -> None:
    tu = await open_browser("tu")
    chair = stage.new_day(JULY_16).chair_id
    form = {
        "key": key(), "year": "2026", "rule": "dates", "dates": "2, 20", "weeks": "", "weekday": "3",
        "chair_id": str(chair), "place": "Phòng tiếp công dân", "begins_1": "08:00", "ends_1": "10:00",
        "begins_2": "", "ends_2": "", "minutes": "30", "gap": "0", "capacity": "1",
        "attendees": "", "expected_content": "",
    }  # fmt: skip
    assert "Kế hoạch năm" in await tu.get("/lich")
    shown = await tu.post("/lich/nam", {**form, "step": "preview"}, status=200)
    assert "Chuyển từ ngày nghỉ 02/09/2026" in shown
    assert not stage.house.db.read_now(queries_plan.leader_days, stage.who, 2026)
    laid = await tu.post("/lich/nam", {**form, "step": "lay"})
    assert laid == await tu.post("/lich/nam", {**form, "step": "lay"})
    days = stage.house.db.read_now(queries_plan.leader_days, stage.who, 2026)
    assert len(days) == 11
    assert date(2026, 9, 3) in days
    assert "Không có ngày mới" not in await tu.get("/lich/nam?nam=2026")
    assert "không có ngày mới" in await tu.post("/lich/nam", {**form, "key": key(), "step": "lay"}, status=422)
    assert "bằng dấu phẩy" in await tu.post("/lich/nam", {**form, "key": key(), "dates": "40"}, status=422)
    assert "Công bố 11 ngày" in await tu.get("/lich/nam?nam=2026")
    assert await tu.post("/lich/nam/cong-bo", {"year": "2026"}) == "/lich/nam?nam=2026&da=year_published"
    assert "20/07/2026" in await (await open_browser()).get("/lich-tiep?don-vi=thach-khoi")
    await (await open_browser("cuong")).post("/lich/nam", form, status=403)


async def test_f05_a_day_nobody_came_to_leaves_minutes(
    house: House, stage: Stage, move_clock: Callable[[datetime], None]
) -> None:
    empty, other = stage.posted_day(JULY_16), stage.posted_day(date(2026, 7, 17))
    made = stage.book(stage.accepted(), stage.slot(other))
    move_clock(at_office(date(2026, 7, 17), 17, 0))
    await house.db.write(actions.mark, stage.who, stage.at, made.code, AppointmentVerb.KEEP)
    for code in (empty, empty, other):
        await house.db.write(actions_days.close, stage.who, stage.at, code)
    # One kỳ tiếp, no lượt.
    assert stage.sheet(empty).kept == 0
    written = await house.db.read(queries_empty.minutes_of, stage.sheet(empty).day.id)
    assert written is not None
    assert written.number == "01/BB-UBND"
    assert await house.db.read(queries_empty.minutes_of, stage.sheet(other).day.id) is None
    with pytest.raises(Refused, match="day_had_citizens"):
        await house.db.write(actions_empty.write_empty, stage.who, stage.at, other)
    facts = await house.db.read(queries_empty.to_print, empty)
    assert facts is not None
    assert (facts["held"], facts["from"], facts["until"]) == (("16", "7", "2026"), "08:00", "10:00")


@pytest.mark.one_engine
async def test_f05_the_minutes_open_from_the_page_of_the_day(
    open_browser: OpenBrowser, stage: Stage, move_clock: Callable[[datetime], None]
) -> None:
    code = stage.posted_day(JULY_16)
    move_clock(at_office(JULY_16, 17, 0))
    tu = await open_browser("tu")
    assert "lập biên bản không có công dân" in await tu.get(f"/lich/{code}")
    await tu.post(f"/lich/{code}/ket-thuc")
    assert "Biên bản số 01/BB-UBND" in await tu.get(f"/lich/{code}")
    book = await tu.get("/so-tiep")
    assert "1 kỳ tiếp, 0 lượt" in book
    assert f"/lich/{code}" in book
    assert "1 kỳ tiếp" not in await tu.get("/so-tiep?ngay=15/07/2026")
    receiver = await open_browser("tu", Role.RECEPTION_OFFICER)
    for copy in ("che-ten", "day-du"):
        async with receiver.http.get(f"/so-tiep/tep.xlsx?nam=2026&ban={copy}") as answer:
            sheet = load_workbook(io.BytesIO(await answer.read())).active
        (told,) = (cells for cells in sheet.iter_rows(min_row=6, values_only=True) if cells[1] == "16/07/2026")
        assert str(told[4]).startswith("Kỳ tiếp không có công dân đến\n1 kỳ tiếp, 0 lượt\n")
        assert "Biên bản số 01/BB-UBND" in str(told[4])
        assert len(told) == rules.COLUMNS
        assert told[0] is None
    await tu.get(f"/lich/{code}/bien-ban", status=404)
    for _ in range(2):
        await jobs.print_day_minutes(stage.house, {"day": code})
    assert f"/lich/{code}/bien-ban" in await tu.get(f"/lich/{code}")
    assert (await tu.get(f"/lich/{code}/bien-ban")).startswith("%PDF-")
    await (await open_browser("quan")).get(f"/lich/{code}/bien-ban", status=404)
