"""What is found, by whom, and what never is."""

import unicodedata
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.accounts import queries as accounts
from server.cases import actions as cases
from server.cases.actions import NewCase
from server.house import House
from server.intake import actions_register
from server.intake.actions_register import NewPerson, NewRequest
from server.search import actions, queries, rules
from server.tables import Assignment, Case, Citizen, Document, ReceptionRequest, SearchEntry, SearchWord
from server.text import name_sort_key
from server.who import Who
from server.words import DocumentKind, Kind, Origin, Role
from tests.conftest import START, OpenBrowser

WhoOf = Callable[..., Who]


def matter(db: Session, at: datetime, who: Who, name: str, title: str, kind: Kind = Kind.COMPLAINT) -> Case:
    person = NewPerson(name, "0912345678", id_number="031190001234")
    new = NewRequest(who.unit_id, kind, title, person, key=f"{name}:{title}:{who.unit_id}")
    done = actions_register.register(db, at, new)
    request = db.get_one(ReceptionRequest, done.id)
    wanted = NewCase(who.unit_id, request.citizen_id, kind, title, is_restricted=kind is Kind.DENUNCIATION)
    case = db.get_one(Case, cases.open_case(db, who, at, wanted).id)
    request.case_id = case.id
    return case


def paper(db: Session, at: datetime, case: Case, name: str, number: str) -> None:
    db.add(
        Document(
            code=f"VB-{number}", unit_id=case.unit_id, case_id=case.id, kind=DocumentKind.SCAN, name=name,
            number=number, content_type="application/pdf", bytes=1, sha256="0" * 64, stored_as="x",
            origin=Origin.SCANNED, created_at=at,
        )
    )  # fmt: skip


def lay(db: Session, tu: Who, quan: Who) -> None:
    mine = matter(db, START, tu, unicodedata.normalize("NFD", "Nguyễn Văn Hòa"), "Đường vào tổ 4 Thạch Khôi bị chặn")
    matter(db, START, tu, "Nguyễn Văn Hoà", "Xin cấp lại giấy", Kind.FEEDBACK)
    secret = matter(db, START, tu, "Trần Bí Mật", "Tố giác cán bộ thu tiền", Kind.DENUNCIATION)
    matter(db, START, quan, "Nguyễn Văn Hòa", "Đất ở phường Dương Kinh")
    paper(db, START, mine, "Kế hoạch tiếp công dân", "37 /KH-UBND")
    paper(db, START, secret, "Đơn của Trần Bí Mật", "99/TB-UBND")


def found(db: Session, who: Who, typed: str) -> list[str]:
    wanted = rules.asked(typed)
    assert wanted is not None
    return sorted(hit.kind.value for hit in queries.find(db, who, wanted).hits)


async def test_f17_f53_staff_find_without_accents_and_only_their_own(house: House, who_of: WhoOf) -> None:
    tu, quan = who_of("tu"), who_of("quan")
    await house.db.write(lay, tu, quan)

    def of(username: str, typed: str, role: Role | None = None) -> list[str]:
        return house.db.read_now(found, who_of(username, role), typed)

    assert of("tu", "thach khoi") == ["case", "request"]
    assert of("tu", "duong kinh") == []
    assert of("quan", "duong kinh") == ["case", "request"]
    assert of("tu", "nguyen van hoa") == of("tu", unicodedata.normalize("NFD", "Nguyễn Văn Hoà"))
    assert len(of("tu", "nguyen van hoa")) == 4
    assert of("tu", "37/KH-UBND") == ["document"]
    assert of("quan", "37/KH-UBND") == []
    assert len(of("tu", "+84 912 345 678")) == 4
    assert of("tu", "thach kho") == ["case", "request"]
    # A restricted matter is found by its code, by whom it is open to, and by no name at all.
    for typed in ("tran bi mat", "thu tien", "bi mat"):
        assert of("tu", typed) == of("hanh", typed) == []
    number = house.db.read_now(lambda db: db.scalars(select(Case.code).where(Case.is_restricted)).one())
    assert of("hanh", number) == ["case"]
    assert of("hanh", "99/TB-UBND") == ["document"]
    for username in ("loan", "yen", "phuc", "dung", "linh", "cuong", "khoa", "thu", "quantri", "quan"):
        assert of(username, number) == of(username, "99/TB-UBND") == [], username
    assert of("linh", "thach khoi") == ["case", "request"]
    assert of("dung", "thach khoi") == []


def hide(db: Session, assigned_to: int) -> None:
    """A matter turns out to be a denunciation; another one is given to the department."""
    case, other = db.scalars(select(Case).where(Case.is_restricted.is_(False)).order_by(Case.id).limit(2))
    case.is_restricted = True
    db.add(Assignment(case_id=other.id, officer_id=assigned_to, given_by=assigned_to, given_at=START))


def all_words(db: Session) -> set[tuple[int, str]]:
    return {(unit_id, word) for unit_id, word in db.execute(select(SearchWord.unit_id, SearchWord.word))}


def forget(db: Session) -> None:
    db.execute(delete(SearchWord))
    db.execute(delete(SearchEntry))


async def test_words_follow_what_changes(house: House, who_of: WhoOf) -> None:
    tu, quan, dung = who_of("tu"), who_of("quan"), who_of("dung")
    await house.db.write(lay, tu, quan)
    await house.db.write(hide, dung.officer_id or 0)
    assert house.db.read_now(found, tu, "thach khoi") == []
    assert house.db.read_now(found, tu, "ke hoach") == []
    assert house.db.read_now(found, tu, "37/KH-UBND") == ["document"]
    assert house.db.read_now(found, dung, "cap lai giay") == ["case"]

    def rename(db: Session) -> None:
        for row in db.scalars(select(Citizen).where(Citizen.name_folded == "nguyen van hoa")):
            row.name = "Nguyễn Văn Bình"

    await house.db.write(rename)
    assert house.db.read_now(found, tu, "van binh") == ["case", "request"]
    before = house.db.read_now(all_words)
    await house.db.write(forget)
    assert await house.db.write(actions.write_missing) == 10
    assert await house.db.write(actions.write_missing) == 0
    assert house.db.read_now(all_words) == before


@pytest.mark.one_engine
async def test_the_field_of_every_staff_page_leads_to_results(
    open_browser: OpenBrowser, house: House, who_of: WhoOf
) -> None:
    await house.db.write(lay, who_of("tu"), who_of("quan"))
    tu = await open_browser("tu", Role.RECEPTION_OFFICER)
    assert 'action="/tim"' in await tu.get("/hom-nay")
    page = await tu.get("/tim?tim=nguyen+van+hoa")
    assert "Nguyễn Văn Hòa" in unicodedata.normalize("NFC", page)
    assert "/vu-viec/TK-2026-0001" in page
    person = page.split("/tim?cong-dan=")[1].split('"')[0]
    assert "TK-2026-000" in await tu.get(f"/tim?cong-dan={person}")
    secret = await tu.get("/tim?tim=TK-2026-0003")
    assert "/vu-viec/TK-2026-0003" in secret
    assert "Trần" not in secret
    assert "TK-2026" not in await (await open_browser("quan")).get(f"/tim?cong-dan={person}")
    for odd in ("", "?tim=", "?tim=%25&trang=999&loai=x", "?cong-dan=99999999999", "?tim=" + "a+" * 300):
        await tu.get(f"/tim{odd}")
    assert "Tú" in await (await open_browser("quantri")).get("/tim?tim=tu")
    assert 'action="/tim"' not in await (await open_browser("khoa")).get("/ky-thuat")


def test_lists_of_officers_are_in_the_order_of_given_names(house: House, who_of: WhoOf) -> None:
    page = house.db.read_now(accounts.officers, who_of("quantri"))
    names = [line.name for line in page.lines]
    assert names == sorted(names, key=name_sort_key)
    assert len(names) > 10
