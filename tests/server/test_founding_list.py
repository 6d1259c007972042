"""A city, its wards and departments from a list by command: tried without a trace, done whole, never twice."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from server import founding_list
from server.adapters.sheets_in import SheetRow
from server.config import Settings
from server.db import Database
from server.errors import Refused
from server.founding_list import Outcome, Table
from server.tables import Base, ImportRun, Officer, Unit
from tests.conftest import START

HEADINGS = ("STT", "Tên đơn vị", "Loại", "Trực thuộc", "Địa danh")
CITY = ("1", "Ủy ban nhân dân thành phố Cửa Biển", "Thành phố", "", "Cửa Biển")
WARD = ("2", "Ủy ban nhân dân phường Bến Nghè", "Phường", "", "Bến Nghè")
ROOM = ("3", "Phòng Kinh tế phường Bến Nghè", "Phòng", "Ủy ban nhân dân phường Bến Nghè", "Bến Nghè")
LOST = ("4", "Phòng Lạc", "Phòng", "Phường không có", "")


def table(*rows: tuple[str, ...]) -> Table:
    lines = (("Danh sách đơn vị",), HEADINGS, *rows)
    return Table(tuple(SheetRow(number, cells) for number, cells in enumerate(lines, 1)), "don-vi.xlsx", repr(rows))


@pytest.fixture
def empty(tmp_path: Path) -> Database:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    made = create_engine(url)
    Base.metadata.create_all(made)
    made.dispose()
    return Database(url)


def lay(db: Database, given: Table, *, skips_bad: bool = False, is_real: bool = True) -> Outcome:
    try:
        return db.write_now(founding_list.lay, START, given, skips_bad=skips_bad, is_tried_only=not is_real)
    except founding_list.TriedOnly as tried:
        return tried.outcome


def tree(db: Session) -> dict[str, str | None]:
    units = {unit.id: unit for unit in db.scalars(select(Unit))}
    return {unit.code: units[unit.parent_id].code if unit.parent_id else None for unit in units.values()}


def traces(db: Session) -> list[int | None]:
    return [db.scalar(select(func.count()).select_from(kind)) for kind in (Unit, Officer, ImportRun)]


@pytest.mark.one_engine
def test_a_city_is_founded_from_its_list_and_its_administrator_can_sign_in(empty: Database) -> None:
    whole = table(CITY, WARD, ROOM)
    tried = lay(empty, whole, is_real=False)
    assert (tried.is_taken_over, tried.bad, [row.number for row in tried.rows]) == (True, 0, [3, 4, 5])
    assert empty.read_now(traces) == [0, 0, 0]
    with pytest.raises(Refused, match="units_city_first"):
        lay(empty, table(WARD, ROOM))
    # A list with a fault leaves no city behind whose administrator has no password.
    assert not lay(empty, table(CITY, WARD, LOST)).is_taken_over
    assert empty.read_now(traces) == [0, 0, 0]
    done = lay(empty, whole)
    assert done.password
    assert empty.read_now(tree) == {
        "uy-ban-nhan-dan-thanh-pho-cua-bien": None,
        "uy-ban-nhan-dan-phuong-ben-nghe": "uy-ban-nhan-dan-thanh-pho-cua-bien",
        "phong-kinh-te-phuong-ben-nghe": "uy-ban-nhan-dan-phuong-ben-nghe",
    }
    hashes = empty.read_now(lambda db: list(db.scalars(select(Officer.password_hash))))
    assert [one.startswith("$argon2") for one in hashes] == [True]
    again = lay(empty, whole)
    assert (again.is_taken_over, again.is_known, again.bad, again.password) == (True, True, 0, "")
    assert empty.read_now(traces) == [3, 1, 1]
    empty.close()


@pytest.mark.one_engine
def test_a_bad_row_is_said_and_stops_the_whole_list_unless_left_out(empty: Database) -> None:
    lay(empty, table(CITY, WARD))
    more = table(ROOM, LOST)
    refused = lay(empty, more)
    assert not refused.is_taken_over
    ((column, code, facts),) = refused.rows[1].faults
    assert (refused.rows[1].number, column, code, facts) == (
        4,
        "unit_parent",
        "unit_parent",
        {"value": "Phường không có"},
    )
    assert len(empty.read_now(tree)) == 2
    done = lay(empty, more, skips_bad=True)
    assert (done.is_taken_over, done.bad, done.rows[0].code) == (True, 1, "phong-kinh-te-phuong-ben-nghe")
    assert len(empty.read_now(tree)) == 3
    empty.close()


@pytest.mark.one_engine
def test_the_command_says_every_row_and_what_it_did(
    settings: Settings, house: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert house is not None
    file = tmp_path / "don-vi.csv"
    file.write_text("Tên đơn vị;Loại\nUBND phường Bến Nghè;Phường\n", encoding="utf-8")
    assert founding_list.units_by_hand(settings, str(file), is_real=False, skips_bad=False) == 0
    told = capsys.readouterr()
    assert "+     2  ubnd-phuong-ben-nghe" in told.out
    assert "Chưa có gì thay đổi" in told.err
    assert founding_list.units_by_hand(settings, str(file), is_real=True, skips_bad=False) == 0
    assert "Đã lập 1 đơn vị" in capsys.readouterr().err
    file.write_text("Tên đơn vị;Loại\nUBND phường Bến Nghè;Phường\n;Phường\n", encoding="utf-8")
    assert founding_list.units_by_hand(settings, str(file), is_real=True, skips_bad=False) == 2
    assert "đã có" in capsys.readouterr().out.lower()
