"""Birth dates of which only a part is known: kept, shown, sorted and compared as they are."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import birth
from server.birth import BirthDate
from server.house import House
from server.intake.actions_register import NewPerson, NewRequest, known_or_new, register
from server.tables import Citizen, ReceptionRequest
from server.words import IdKind, Kind, Role
from tests.conftest import OpenBrowser
from tests.journeys.test_1_register import MATTER, answers
from tests.people import MINH, WARD


def _known(on: date, parts: int) -> BirthDate:
    return BirthDate(on.year, on.month if parts > 1 else None, on.day if parts > 2 else None)


BORN = some.builds(_known, some.dates(date(1900, 1, 1), date(2026, 7, 1)), some.integers(1, 3))


@settings(max_examples=60)
@given(one=BORN, other=BORN)
def test_what_is_known_is_kept_and_nothing_more(one: BirthDate, other: BirthDate) -> None:
    assert birth.read(one.iso) == one
    parts = [f"{part or ''}" for part in (one.year, one.month, one.day)]
    assert birth.fault(parts[0], parts[1], parts[2]) is None
    assert birth.typed(parts[0], parts[1], parts[2]) == one
    assert one.written.split("/")[::-1] == one.iso.split("-")
    assert birth.of_paper(one.written) == birth.of_paper(one.iso) == one
    # Texts sort as the days do.
    assert (one.iso < other.iso) == ((one.first_on, len(one.iso)) < (other.first_on, len(other.iso)))
    assert one.fits(other) == other.fits(one)
    if one.fits(other):
        assert birth.more_exact(one, other) == max(one, other, key=lambda each: len(each.iso))
    else:
        assert birth.more_exact(one, other) == one


@pytest.mark.parametrize(
    ("year", "month", "day", "wrong"),
    [
        ("", "", "", None), ("1948", "", "", None), ("1948", "5", "", None), ("1948", "2", "29", None),
        ("48", "", "", "born_year"), ("", "5", "12", "born_year"), ("1899", "", "", "born_year"),
        ("1948", "", "12", "born_month"), ("1949", "2", "29", "born_day"), ("1948", "1_2", "", "born_day"),
        ("1948", "tháng 5", "", "born_day"), ("٢٠١٠", "", "", "born_year"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_birth_date_says_which_part(year: str, month: str, day: str, wrong: str | None) -> None:
    assert birth.fault(year, month, day) == wrong


def _of_minh(db: Session) -> list[BirthDate | None]:
    return list(db.scalars(select(Citizen.born).where(Citizen.name == MINH.name).order_by(Citizen.born)))


def _namesake(db: Session, born: BirthDate) -> None:
    person = NewPerson(MINH.name, "0333222111", id_kind=IdKind.OTHER, id_number="142000999", born=born)
    where = db.scalars(select(ReceptionRequest.unit_id)).one()
    new = NewRequest(unit_id=where, kind=Kind.COMPLAINT, subject="Việc khác", person=person, key="namesake")
    register(db, datetime(2026, 7, 6, 3, 0, tzinfo=UTC), new)


def test_a_year_told_first_is_made_more_exact_and_never_another(house: House) -> None:
    at = house.clock.now()

    def tell(db: Session, born: BirthDate) -> BirthDate | None:
        new = NewPerson(MINH.name, MINH.phone, id_kind=IdKind.OTHER, id_number="142000111", born=born)
        return known_or_new(db, at, new).born

    year, day = BirthDate(1948), BirthDate(1948, 5, 12)
    for told, kept in ((year, year), (day, day), (year, day), (BirthDate(1950), day)):
        assert house.db.write_now(tell, told) == kept
    assert house.db.read_now(_of_minh) == [day]


@pytest.mark.one_engine
async def test_who_knows_only_the_year_registers_and_is_shown_so(open_browser: OpenBrowser, house: House) -> None:
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    await tu.get("/dang-ky")
    await tu.post("/dang-ky", {"unit": WARD, "kind": "complaint"})
    old = {**answers(MINH), "id_kind": "other", "id_number": "142000111", "born_day": "", "born_month": ""}
    assert "Ngày sinh này chưa đến" in await tu.post("/dang-ky/nguoi", {**old, "born_year": "2048"}, status=422)
    assert "Có ngày thì cần có tháng" in await tu.post("/dang-ky/nguoi", {**old, "born_day": "1"}, status=422)
    await tu.post("/dang-ky/nguoi", {**old, "born_year": "1948"})
    await tu.post("/dang-ky/cach-tiep", {"place": "home", "group_size": "1"})
    await tu.post("/dang-ky/noi-dung", MATTER)
    await tu.post("/dang-ky/giay-to", go="next")
    page = await tu.get("/dang-ky/gui")
    assert ">1948<" in "".join(page.split())
    assert "01/01/1948" not in page
    receipt = await tu.post("/dang-ky/gui", key=page.split('name="key" value="')[1].split('"')[0])
    assert house.db.read_now(_of_minh) == [BirthDate(1948)]
    # The same name with a birth date that cannot be his is shown as another one's; the desk decides.
    house.db.write_now(_namesake, BirthDate(1972, 11, 3))
    assert "cùng tên, ngày sinh khác" in await tu.get(f"/dang-ky-moi/{receipt.split('/')[2]}")
