"""Headings are recognised, rows are checked, and what is wrong is said by row and column."""

from datetime import date

import pytest

from server.errors import BadForm
from server.imports import rules, rules_cases, rules_lists
from server.imports.rules_cases import CasesKnown
from server.imports.rules_lists import AccountsKnown, UnitsKnown
from server.words import IdKind, ImportKind, Kind

TODAY = date(2026, 7, 6)


def cells(kind: ImportKind, **given: str) -> dict[str, str]:
    return {column.name: given.get(column.name, "") for column in rules.COLUMNS[kind]}


def codes(faults: list[rules.RowFault]) -> list[str]:
    return [f"{fault.column}:{fault.code}" for fault in faults]


def case(**given: str) -> dict[str, str]:
    good = {"citizen_name": "Lê Thị Ước", "received_on": "05/02/2024", "title": "Đường đi", "case_kind": "Khiếu nại"}
    return cells(ImportKind.CASES, **{**good, **given})


def test_headings_are_found_below_the_title_of_a_book() -> None:
    rows = [["UBND PHƯỜNG"], ["SỔ TIẾP CÔNG DÂN"], ["STT", "Ngày tiếp", "Họ tên", "Nội dung vụ việc", "Phân loại đơn"]]
    assert rules.find_headings(ImportKind.CASES, rows) == 2
    assert rules.guess(ImportKind.CASES, rows[2]) == {
        "number": 0, "received_on": 1, "citizen_name": 2, "title": 3, "case_kind": 4
    }  # fmt: skip
    assert rules.find_headings(ImportKind.CASES, [["a"], ["b", "c"]]) == 1


def test_a_mapping_needs_what_is_needed_and_no_column_twice() -> None:
    with pytest.raises(BadForm) as bad:
        rules.checked_mapping(ImportKind.UNITS, {"unit_name": "0", "unit_code": "0", "unit_phone": "99"}, 3)
    assert {name: one.code for name, one in bad.value.fields.items()} == {
        "unit_kind": "required", "unit_code": "column_twice", "unit_phone": "choice"
    }  # fmt: skip


def test_three_bad_rows_of_two_thousand_are_named() -> None:
    known = CasesKnown(set(), TODAY)
    wrong = {
        7: ("received_on", "31/02/2024", "day_impossible"),
        1203: ("case_kind", "hỏi thăm", "case_kind"),
        1999: ("number", "2024/0005", "case_number_used"),
    }
    found = {}
    for row in range(2000):
        given = {"number": f"2024/{row:04d}"}
        if row in wrong:
            given[wrong[row][0]] = wrong[row][1]
        if faults := rules_cases.case_faults(case(**given), known):
            found[row] = codes(faults)
    assert found == {row: [f"{column}:{code}"] for row, (column, _, code) in wrong.items()}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"citizen_name": ""}, "citizen_name:required"),
        ({"citizen_name": "x" * 121}, "citizen_name:too_long"),
        ({"title": "x" * 501}, "title:too_long"),
        ({"received_on": "07/07/2026"}, "received_on:day_ahead"),
        ({"received_on": "hôm qua"}, "received_on:day_impossible"),
        ({"received_on": "01/01/0024"}, "received_on:day_impossible"),
        ({"closed_on": "01/02/2024"}, "closed_on:day_order"),
        ({"number": "=1+1"}, "number:case_number"),
        ({"phone": "091234567"}, "phone:phone"),
        ({"born": "khoảng 1948"}, "born:born_written"),
        ({"born": "31/02/1948"}, "born:born_written"),
        ({"born": "2048"}, "born:born_written"),
        ({"id_number": "31090001234"}, "id_number:id_dropped_nought"),
    ],
)
def test_what_cannot_be_is_said(given: dict[str, str], fault: str) -> None:
    assert codes(rules_cases.case_faults(case(**given), CasesKnown(set(), TODAY))) == [fault]


def test_f12_an_old_nine_digit_paper_is_kept_as_another_paper() -> None:
    old = rules_cases.read_case(case(id_number="031 234 567", phone="912345678", case_state="Đang giải quyết"))
    assert (old.id_kind, old.id_number, old.phone, old.closed_on) == (IdKind.OTHER, "031234567", "0912345678", None)
    new = rules_cases.read_case(case(id_number="031090001234", case_kind="TỐ CÁO"))
    written = [rules_cases.read_case(case(born=born)).born for born in ("", "1948", "5/1948", "1948-05-12")]
    assert [one.written if one else "" for one in written] == ["", "1948", "05/1948", "12/05/1948"]
    assert (new.id_kind, new.kind, new.closed_on) == (IdKind.CARD, Kind.DENUNCIATION, date(2024, 2, 5))


def test_f14_a_city_of_114_wards_is_read_without_districts() -> None:
    known = UnitsKnown({"hai-phong"}, {"hai-phong": "hai-phong"}, "hai-phong")
    kinds = ["phường"] * 45 + ["Xã"] * 67 + ["ĐẶC KHU"] * 2
    for number, kind in enumerate(kinds):
        row = cells(ImportKind.UNITS, unit_name=f"{kind} số {number}", unit_kind=kind, unit_parent="hai-phong")
        assert rules_lists.unit_faults(row, known) == []
    assert len(known.codes) == 115
    under = cells(ImportKind.UNITS, unit_name="Phòng Kinh tế", unit_kind="phòng", unit_parent="Phường số 1")
    assert rules_lists.unit_faults(under, known) == []
    assert codes(rules_lists.unit_faults(under, known)) == ["unit_name:unit_known"]
    district = cells(ImportKind.UNITS, unit_name="Quận Mới", unit_kind="quận", unit_parent="Tỉnh khác")
    assert codes(rules_lists.unit_faults(district, known)) == ["unit_kind:unit_kind", "unit_parent:unit_parent"]


def test_f78_one_login_may_hold_several_roles_and_closed_names_are_never_used_again() -> None:
    units = UnitsKnown({"tk"}, {"tk": "tk"}, "tk")
    known = AccountsKnown(frozenset({"tu", "old"}), frozenset({"old"}), units)

    def faults(**given: str) -> list[str]:
        good = {"person_name": "Đỗ Thị Mơ", "person_title": "Chuyên viên", "username": "mo.do", "person_unit": "tk"}
        row = cells(ImportKind.ACCOUNTS, **{**good, "role": "Tiếp công dân", **given})
        return codes(rules_lists.account_faults(row, known))

    assert faults() == []
    assert faults(role="Công chức xử lý đơn") == []
    assert faults() == ["role:account_twice"]
    assert faults(person_name="Người khác", role="Thanh tra") == ["username:username_other_person"]
    assert faults(username="OLD") == ["username:username_closed"]
    assert faults(username="tu") == ["username:username_taken"]
    assert faults(username="có dấu") == ["username:username"]
    assert faults(username="a.b", person_unit="x", role="vua", phone="12") == [
        "person_unit:account_unit", "role:account_role", "phone:phone"
    ]  # fmt: skip


def test_an_account_goes_to_the_unit_whose_accents_it_names() -> None:
    units = UnitsKnown(set(), {}, "top")
    units.add("one", "Phường Tân Tiến")
    assert units.find("phuong tan tien") == "one"
    units.add("two", "Phường Tân Tiên")
    assert (units.find("phường tân tiến"), units.find("Phường Tân Tiên")) == ("one", "two")
    assert units.find("phuong tan tien") is None
