"""Numbers without gaps, the calendar an office owns, settings that come down the tree."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from server.errors import BadForm
from server.house import House
from server.office import actions, actions_calendar, queries
from server.office.actions import NewValue
from server.office.actions_calendar import DayChange
from server.who import the_system


async def test_numbers_run_without_gaps_even_when_a_command_fails(house: House) -> None:
    def fail(db: Session) -> None:
        actions.next_number(db, 4, "case", 2026)
        raise RuntimeError

    assert await house.db.write(actions.next_number, 4, "case", 2026) == 1
    with pytest.raises(RuntimeError):
        await house.db.write(fail)
    assert await house.db.write(actions.next_number, 4, "case", 2026) == 2
    assert await house.db.write(actions.next_number, 4, "case", 2027) == 1


async def test_a_storm_day_can_be_entered_and_a_seed_does_not_undo_it(house: House) -> None:
    at, who, storm = house.clock.now(), the_system(), date(2026, 9, 2)
    storm_duty = DayChange(storm, True, "Trực bão", "Công điện 12/CĐ-UBND")
    await house.db.write(actions_calendar.change_day, who, at, storm_duty)
    await house.db.write(actions_calendar.seed_calendar, who, at, [2026])
    assert (await house.db.read(queries.calendar)).is_working(storm)
    as_week = DayChange(storm, None, "", "Công điện 13/CĐ-UBND")
    await house.db.write(actions_calendar.change_day, who, at, as_week)
    assert (await house.db.read(queries.calendar)).is_working(storm)


async def test_a_setting_of_the_city_holds_for_a_ward_until_it_has_its_own(house: House) -> None:
    at, who = house.clock.now(), the_system()
    ward = await house.db.read(queries.unit_by_code, "thach-khoi")
    assert ward is not None
    name = "first_resolution_days"
    assert await house.db.read(queries.setting, ward.id, name) == 30
    await house.db.write(actions.set_setting, who, at, NewValue(ward.parent_id or 0, name, 29))
    assert await house.db.read(queries.setting, ward.id, name) == 29
    await house.db.write(actions.set_setting, who, at, NewValue(ward.id, name, 28))
    assert await house.db.read(queries.setting, ward.id, name) == 28
    with pytest.raises(BadForm):
        await house.db.write(actions.set_setting, who, at, NewValue(ward.id, name, 31))


async def test_tries_are_counted_in_a_window(house: House) -> None:
    at, window = house.clock.now(), timedelta(minutes=15)
    assert [await house.db.write(actions.count_try, at, "x", window) for _ in range(3)] == [1, 2, 3]
    assert await house.db.write(actions.count_try, at + window, "x", window) == 1
