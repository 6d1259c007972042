"""Lists are taken over whole, or not at all, and never twice."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.adapters import sheets_in
from server.adapters.sheets_in import SheetRow
from server.cases import actions as cases
from server.cases.actions import NewCase
from server.errors import Refused
from server.house import House
from server.imports import actions, actions_cases, actions_lists, queries
from server.imports.actions import NewRun
from server.tables import Case, Citizen, ImportRow, Officer, OfficerRole, Unit
from server.who import Who
from server.words import ImportKind, ImportState, Kind, Role, RowState
from tests.conftest import START, OpenBrowser
from tests.server.imports.test_sheets import FORMULA, xlsx

WhoOf = Callable[..., Who]
HEADINGS = ("Số", "Ngày tiếp", "Họ tên", "Nội dung", "Phân loại", "Kết quả")


def hand_in(db: Session, who: Who, kind: ImportKind, *rows: tuple[str, ...]) -> str:
    lines = tuple(SheetRow(number, cells) for number, cells in enumerate(rows, 1))
    code = actions.hand_in(db, who, START, NewRun(kind, "bang.xlsx", "0" * 64, lines, repr(rows)))
    run = queries.run_for(db, who, code)
    actions.check(db, who, START, code, {name: str(column) for name, column in run.mapping.items()})
    return code


def earlier(number: int, name: str = "Lê Thị Ước") -> tuple[str, ...]:
    return (f"2026/{number:04d}", "05/02/2026", name, "Đường đi bị chặn", "Khiếu nại", "Đã giải quyết")


def count(db: Session, table: type[Case | Officer | Unit]) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


async def test_earlier_cases_go_on_where_they_stopped(
    house: House, who_of: WhoOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    tu, write = who_of("tu"), house.db.write_now
    monkeypatch.setattr(actions_cases, "CHUNK", 3)
    table = [HEADINGS, *[earlier(n) for n in range(1, 5)], earlier(200, FORMULA), ("x", "30/02/2026", "", "", "", "")]
    code = write(hand_in, tu, ImportKind.CASES, *table)
    with pytest.raises(Refused, match="import_bad_rows"):
        write(actions_cases.begin, tu, START, code, None, skips_bad=False)
    assert house.db.read_now(count, Case) == 0
    write(actions_cases.begin, tu, START, code, None, skips_bad=True)
    write(actions_cases.begin, tu, START, code, None, skips_bad=True)
    run = house.db.read_now(queries.run_for, tu, code)

    def stop_midway(db: Session) -> None:
        actions_cases.take_chunk(db, START, run.id)
        raise KeyboardInterrupt

    assert write(actions_cases.take_chunk, START, run.id)
    with pytest.raises(KeyboardInterrupt):
        write(stop_midway)
    half = house.db.read_now(queries.run_for, tu, code)
    assert (half.state, half.count("done"), half.count("good")) == (ImportState.RUNNING, 3, 2)
    while write(actions_cases.take_chunk, START, run.id):
        pass
    assert not write(actions_cases.take_chunk, START, run.id)
    assert house.db.read_now(count, Case) == 5
    done = house.db.read_now(queries.run_for, tu, code)
    assert (done.state, done.count("done"), done.count("bad")) == (ImportState.DONE, 5, 1)
    names = house.db.read_now(lambda db: set(db.scalars(select(Citizen.name))))
    assert names == {"Lê Thị Ước", FORMULA}
    # The office's own numbers go on after those of the book.
    new = NewCase(
        tu.unit_id, house.db.read_now(lambda db: db.scalars(select(Citizen.id)).first()) or 0, Kind.FEEDBACK, "Mới"
    )
    assert write(cases.open_case, tu, START, new).code == "TK-2026-0201"


async def test_units_and_accounts_come_all_at_once(house: House, who_of: WhoOf) -> None:
    admin, write = who_of("quantri"), house.db.write_now
    units = [
        ("Tên đơn vị", "Loại", "Trực thuộc"),
        ("Phường Đồng Tâm", "phường", ""),
        ("Phòng Văn hóa", "phòng", "Phường Đồng Tâm"),
    ]
    code = write(hand_in, admin, ImportKind.UNITS, *units)
    assert write(actions_lists.take_over_units, admin, START, code, None, skips_bad=False) == 2
    assert write(actions_lists.take_over_units, admin, START, code, None, skips_bad=False) == 0
    heads = ("Họ và tên", "Chức vụ", "Tên đăng nhập", "Đơn vị", "Vai trò")
    mo = ("Đỗ Thị Mơ", "Chuyên viên", "mo.do", "phong-van-hoa", "Phòng chuyên môn")
    code = write(hand_in, admin, ImportKind.ACCOUNTS, heads, mo, (*mo[:3], "Phường Đồng Tâm", "Tiếp công dân"))
    before = house.db.read_now(count, Officer)
    with pytest.raises(Refused, match="import_changed"):
        write(actions_lists.take_over_accounts, admin, START, code, {}, skips_bad=False)
    assert house.db.read_now(count, Officer) == before
    assert write(actions_lists.take_over_accounts, admin, START, code, {"mo.do": "hash"}, skips_bad=False) == 1
    assert write(actions_lists.take_over_accounts, admin, START, code, {"mo.do": "hash"}, skips_bad=False) == 0
    roles = select(OfficerRole.role).join(Officer).where(Officer.username == "mo.do").order_by(OfficerRole.id)
    assert house.db.read_now(lambda db: list(db.scalars(roles))) == [Role.CASE_OFFICER, Role.RECEPTION_OFFICER]
    kept = select(ImportRow.cells).where(ImportRow.state == RowState.DONE)
    assert house.db.read_now(lambda db: [cells for cells in db.scalars(kept) if cells]) == []


@pytest.mark.one_engine
async def test_the_way_of_a_list_through_its_pages(open_browser: OpenBrowser, house: House) -> None:
    admin = await open_browser("quantri", Role.SYS_ADMIN)
    assert "/nhap-du-lieu" in await admin.get("/can-bo")
    heads = ["Họ và tên", "Chức vụ", "Tên đăng nhập", "Đơn vị", "Vai trò"]
    table = xlsx(
        heads, ["Đỗ Thị Mơ", "Chuyên viên", "mo.do", "thach-khoi", "Tiếp công dân"], [FORMULA, "", "x y", "?", "vua"]
    )
    form = {"kind": "accounts", "key": "k" * 32}
    assert "XLSX hoặc CSV" in await admin.post("/nhap-du-lieu", form, status=422)
    place = await hand_in_file(admin, form, table)
    assert await hand_in_file(admin, form, table) == place
    page = await admin.get(place)
    assert "selected>Tên đăng nhập – mo.do" in page
    typed = {name: str(n) for n, name in enumerate(("person_name", "person_title", "username", "person_unit", "role"))}
    assert "đã được chọn cho mục khác" in await admin.post(f"{place}/kiem-tra", {**typed, "phone": "0"}, status=422)
    await admin.post(f"{place}/kiem-tra", typed)
    page = await admin.get(place)
    assert "“vua” không phải vai trò" in page
    assert "E – Vai trò" in page
    assert "1 dòng lỗi trên 2 dòng" in await admin.post(f"{place}/thuc-hien", {"version": ""}, status=409)
    page = await admin.post(f"{place}/thuc-hien", {"skips_bad": "1"}, status=200)
    password = page.split("Chỉ hiện một lần")[1].split("mo.do")[1].split("<td")[1].split(">")[1].split("<")[0]
    assert await admin.post(f"{place}/thuc-hien", {"skips_bad": "1"}) == place
    mo = await open_browser()
    assert await mo.post("/dang-nhap", username="mo.do", password=password) == "/tai-khoan?da=change_first_password"
    await (await open_browser("tu")).get(place, status=404)
    async with admin.http.get(f"{place}/dong-loi") as answer:
        rows = sheets_in.read(await answer.read(), "x.xlsx")
    assert rows[1].cells[0] == FORMULA
    await admin.post(f"{place}/bo")
    await admin.post(f"{place}/bo")
    await admin.get(place, status=404)


async def hand_in_file(browser: object, form: dict[str, str], content: bytes) -> str:
    from aiohttp import FormData  # noqa: PLC0415 used here only

    from tests.conftest import Browser  # noqa: PLC0415 for the type only

    assert isinstance(browser, Browser)
    data = FormData()
    for name, value in {**form, "csrf_token": browser.form_token()}.items():
        data.add_field(name, value)
    data.add_field("file", content, filename="bang.xlsx", content_type=sheets_in.XLSX)
    async with browser.http.post("/nhap-du-lieu", data=data, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()
        return answer.headers["Location"]
