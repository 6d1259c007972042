"""What each table counts, against examples of the law and against a second, slow count."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.clock import at_office
from server.demo import officer_named
from server.house import House
from server.intake.actions_register import NewPerson
from server.petitions import actions as petitions
from server.petitions.actions import NewPetition
from server.reports import queries, queries_dashboard, rules
from server.reports.rules_period import Period, free, period
from server.tables import Case, Petition, ReceptionRequest, Unit
from server.words import AppointmentState, DayKind, Kind, ReceptionState
from server.words_reports import PeriodKind
from tests.bench.office_recount import Recount
from tests.bench.office_year import City, invent
from tests.server.reports.offices import Heard, Ward

YEAR = period(PeriodKind.YEAR, 2026)
TCD = "01-tcd-2024"


@pytest.mark.one_engine
def test_f73_one_case_received_three_times_is_one_first_case(house: House) -> None:
    ward = Ward(house)
    case = ward.case()
    for on in (date(2026, 3, 2), date(2026, 4, 6), date(2026, 5, 4)):
        ward.receive(case, Heard(on))
    assert ward.row(TCD, YEAR) == {"1": 3, "2": 3, "3": 1, "4": 3, "5": 3, "6": 1}
    # In the next quarter the unit knows the case already.
    quarter = period(PeriodKind.QUARTER, 2026, 2)
    assert ward.row(TCD, quarter) == {"1": 2, "2": 2, "3": 1, "4": 2, "5": 2, "7": 1}


@pytest.mark.one_engine
def test_a_group_counts_as_one_reception_of_many_people(house: House) -> None:
    ward = Ward(house)
    ward.receive(ward.case(), Heard(date(2026, 3, 2), group=12))
    ward.receive(ward.case(), Heard(date(2026, 3, 3), group=4))
    assert ward.row(TCD, YEAR) == {
        "1": 2, "2": 16, "3": 2, "4": 2, "5": 16, "6": 2, "8": 1, "9": 12, "10": 1,
    }  # fmt: skip


@pytest.mark.one_engine
def test_f05_a_leaders_day_on_which_nobody_came_is_a_sitting_without_receptions(house: House) -> None:
    ward = Ward(house)
    ward.held_day(date(2026, 7, 9))
    ward.held_day(date(2026, 7, 10), DayKind.REGULAR)
    assert ward.row(TCD, YEAR) == {"12": 1}


@pytest.mark.one_engine
def test_f03_a_day_of_the_deputy_counts_as_delegated_and_the_chair_has_one_of_two(house: House) -> None:
    ward = Ward(house)
    ward.receive(ward.case(), Heard(date(2026, 7, 9), DayKind.PERIODIC))
    ward.receive(ward.case(), Heard(date(2026, 7, 23), DayKind.PERIODIC, is_delegated=True))
    row = ward.row(TCD, YEAR)
    assert (row["13"], row["15"], row["22"], row["24"]) == (1, 1, 1, 1)

    def chair(db: Session) -> queries_dashboard.Chair:
        unit = db.scalars(select(Unit).where(Unit.code == "thach-khoi")).one()
        heads = (queries.UnitHead(unit.id, unit.code, unit.name, unit.kind),)
        return queries_dashboard.dashboard(db, heads, date(2026, 7, 31)).chairs[0]

    month = house.db.read_now(chair).month
    assert (month.in_person, month.delegated, month.is_short) == (1, 1, True)


@pytest.mark.one_engine
def test_f37_what_a_fault_ended_or_nobody_came_to_is_no_reception(house: House) -> None:
    ward = Ward(house)
    ward.receive(ward.case(), Heard(date(2026, 3, 2), end=ReceptionState.ABORTED))
    ward.receive(ward.case(), Heard(date(2026, 3, 3), state=AppointmentState.MISSED))
    ward.receive(ward.case(), Heard(date(2026, 3, 4), end=ReceptionState.LIVE))
    assert not ward.row(TCD, YEAR)
    ward.receive(ward.case(), Heard(date(2026, 3, 5), end=ReceptionState.SEALED))
    assert ward.row(TCD, YEAR)["1"] == 1


@pytest.mark.one_engine
def test_a_reception_counts_on_both_days_of_cut_off(house: House) -> None:
    ward = Ward(house)
    for on in (date(2025, 12, 14), date(2025, 12, 15), date(2026, 12, 14), date(2026, 12, 15)):
        ward.receive(ward.case(), Heard(on))
    assert ward.row(TCD, YEAR)["1"] == 2


@pytest.mark.one_engine
def test_a_petition_of_each_kind_stands_in_its_own_table(house: House) -> None:
    ward = Ward(house)
    for kind in Kind:
        ward.receive(ward.case(kind), Heard(date(2026, 3, 2), matter=kind))
    row = ward.row("01-xld-2024", YEAR)
    assert (row["1"], row["6"], row["8"], row["9"], row["10"], row["14"]) == (4, 4, 1, 1, 2, 4)
    assert [ward.row(f"0{n}-xld-2024", YEAR)["8"] for n in (2, 3, 4)] == [1, 1, 2]


def test_petitions_of_the_register_count_beside_registrations_and_never_twice(house: House) -> None:
    ward = Ward(house)
    ward.receive(ward.case(), Heard(date(2026, 7, 2), matter=Kind.COMPLAINT))

    def lodge(db: Session, request_id: int | None) -> None:
        tu = officer_named(db, "tu")
        person = NewPerson("Trần Thị Hòa", "0912000111", address="Số 5, tổ 2")
        new = NewPetition(
            Kind.COMPLAINT,
            "Khiếu nại thu hồi đất",
            date(2026, 7, 1),
            f"key {request_id}",
            person,
            contents=("Xem lại",),
        )
        code = petitions.lodge(db, tu, at_office(date(2026, 7, 1), 9, 0), new)
        db.execute(update(Petition).where(Petition.code == code).values(request_id=request_id))

    before = ward.row("02-xld-2024", YEAR)
    house.db.write_now(lodge, None)
    after = ward.row("02-xld-2024", YEAR)
    assert (after["1"], after["3"]) == (before["1"] + 1, before["3"] + 1)
    house.db.write_now(lodge, house.db.read_now(lambda db: db.scalar(select(ReceptionRequest.id).limit(1))))
    assert ward.row("02-xld-2024", YEAR) == after


@pytest.mark.one_engine
def test_a_written_petition_of_a_case_closed_later_is_kept_back(house: House) -> None:
    case_id = Ward(house).case()

    def lodged(db: Session) -> queries.Behind:
        tu, at = officer_named(db, "tu"), at_office(date(2026, 7, 1), 9, 0)
        new = NewPetition(Kind.COMPLAINT, "Thu hồi đất", at.date(), "k" * 32, NewPerson("Trần Thị Hòa", "0912000111"))
        code = petitions.lodge(db, tu, at, new)
        db.execute(update(Petition).where(Petition.code == code).values(case_id=case_id))
        db.get_one(Case, case_id).is_restricted = True
        db.flush()
        units = queries.scope(db, tu)
        return queries.behind(db, tu, rules.form_named("02-xld-2024").column("1"), YEAR, units, 1)

    found = house.db.write_now(lodged)
    assert (found.total, found.kept_back, found.matters) == (1, 1, ())


def every_line(db: Session, wards: list[int], span: Period) -> dict[tuple[str, int], dict[str, int]]:
    heads = tuple(
        queries.UnitHead(*row)
        for row in db.execute(select(Unit.id, Unit.code, Unit.name, Unit.kind).where(Unit.id.in_(wards)))
    )
    return {
        (form.slug, line.unit.id): dict(line.figures)
        for form in rules.all_forms()
        for line in queries.report(db, form, span, heads).lines
    }


def test_identities_hold_for_random_offices_and_a_slow_count_agrees(house: House) -> None:
    """F72 on offices nobody thought of; one after the other in the same city."""
    spans = (YEAR, period(PeriodKind.QUARTER, 2026, 1), free(date(2026, 5, 3), date(2026, 8, 20)))
    for seed in (1, 2):
        wards = house.db.write_now(invent, City(2, 60, seed))
        slow = house.db.read_now(Recount)
        for span in spans:
            found = house.db.read_now(every_line, wards, span)
            expected = {
                (slug, unit): row for unit in wards for slug, row in slow.all(unit, span.from_on, span.until_on).items()
            }
            assert found == expected
            for (slug, _), row in found.items():
                assert not rules.broken(rules.form_named(slug), row)
            assert any(sum(row.values()) for row in found.values())
