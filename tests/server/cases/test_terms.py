"""Terms in the database: a calendar that changes, extensions, suspension, and the pages that do it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases import actions, actions_papers, actions_terms, actions_work, queries_terms
from server.cases.actions import NewCase
from server.cases.actions_terms import Extension, Variation
from server.cases.actions_work import Ruling
from server.cases.rules_papers import Answer
from server.cases.rules_terms import COMPLEX
from server.clock import at_office
from server.errors import BadForm, NotYours, Refused, Stale
from server.house import House
from server.office.actions_calendar import DayChange
from server.papers.rules_forms import FORMS
from server.tables import AuditEntry, Case, Citizen, Deadline, OfficialPaper
from server.text import fold, sort_key
from server.who import Who
from server.words import CaseState, CaseVerb, Complexity, IdKind, Kind, PaperForm, PaperState, Role, TermChange
from tests.conftest import OpenBrowser

JULY_1 = date(2026, 7, 1)
STORM = DayChange(date(2026, 7, 8), False, "Nghỉ bão số 3", "Công điện 12/CĐ-UBND")
Find = Callable[..., Who]


def open_case(db: Session, who: Who, at: datetime, kind: Kind) -> str:
    name = "Nguyễn Thị Lan"
    citizen = Citizen(
        name=name, name_folded=fold(name), name_sort=sort_key(name), id_kind=IdKind.CARD, id_number="", id_issued_by="",
        address="", phone="", email="", created_at=at,
    )  # fmt: skip
    db.add(citizen)
    db.flush()
    new = NewCase(who.unit_id, citizen.id, kind, "Việc", received_on=JULY_1)
    return actions.open_case(db, who, at, new).code


def term(house: House, rule: str) -> Deadline:
    def find(db: Session) -> Deadline:
        found = db.scalars(select(Deadline).where(Deadline.rule == rule)).one()
        db.expunge(found)
        return found

    return house.db.read_now(find)


def start(house: House, rule: str) -> int:
    """Start a term on 1 July for the only case; return its id."""
    house.db.write_now(
        lambda db: actions_terms.add_deadline(db, db.scalars(select(Case.id)).one(), rule, JULY_1),
    )
    return term(house, rule).id


def verbs(house: House, verb: str) -> int:
    return house.db.read_now(lambda db: len(db.scalars(select(AuditEntry).where(AuditEntry.verb == verb)).all()))


def test_a_changed_calendar_moves_what_runs_and_never_what_was_met(house: House, who_of: Find) -> None:
    tu, admin, at = who_of("tu"), who_of("quantri"), house.clock.now()
    code = house.db.write_now(open_case, tu, at, Kind.COMPLAINT)
    start(house, "D9")
    house.db.write_now(
        lambda db: setattr(db.scalars(select(Deadline).where(Deadline.rule == "D2")).one(), "met_on", at.date())
    )
    assert (term(house, "D1").due_on, term(house, "D9").due_on) == (date(2026, 7, 15), date(2026, 7, 6))
    assert house.db.write_now(actions_terms.change_calendar, admin, at, STORM) == 1
    assert term(house, "D1").due_on == date(2026, 7, 16)
    assert (term(house, "D2").due_on, term(house, "D9").due_on) == (date(2026, 7, 13), date(2026, 7, 6))
    assert verbs(house, "terms_recomputed") == 1
    (shown,) = [one for one in house.db.read_now(_terms, code, at.date()) if one.rule == "D1"]
    assert [(one.what, one.before_on, one.ground) for one in shown.changes] == [
        (TermChange.RECOMPUTED, date(2026, 7, 15), STORM.ground)
    ]
    # Again, and computed again: nothing changes.
    assert house.db.write_now(actions_terms.change_calendar, admin, at, STORM) == 0
    assert house.db.write_now(actions_terms.recompute, admin, at, [STORM.on]) == 0
    assert (verbs(house, "terms_recomputed"), verbs(house, "set_day")) == (1, 1)
    back = DayChange(STORM.on, None, "", "Công điện 13/CĐ-UBND")
    assert house.db.write_now(actions_terms.change_calendar, admin, at, back) == 1
    assert term(house, "D1").due_on == date(2026, 7, 15)


def _terms(db: Session, code: str, today: date) -> tuple[queries_terms.Term, ...]:
    return queries_terms.terms(db, db.scalars(select(Case.id).where(Case.code == code)).one(), today)


def test_a_closed_case_stays_and_a_past_day_must_be_confirmed(house: House, who_of: Find) -> None:
    tu, admin, at = who_of("tu"), who_of("quantri"), house.clock.now()
    house.db.write_now(open_case, tu, at, Kind.FEEDBACK)
    past = DayChange(date(2026, 7, 3), False, "Nghỉ bão", "Công điện 11/CĐ-UBND")
    with pytest.raises(BadForm) as refused:
        house.db.write_now(actions_terms.change_calendar, admin, at, past)
    assert refused.value.fields["is_past_known"].code == "calendar_past"
    with pytest.raises(NotYours):
        house.db.write_now(actions_terms.change_calendar, who_of("loan"), at, STORM)
    house.db.write_now(lambda db: setattr(db.scalars(select(Case)).one(), "state", CaseState.CLOSED))
    known = DayChange(past.on, past.is_working, past.name, past.ground, is_past_known=True)
    assert house.db.write_now(actions_terms.change_calendar, admin, at, known) == 0
    assert term(house, "D1").due_on == date(2026, 7, 15)


def test_f59_a_third_extension_is_impossible(house: House, who_of: Find) -> None:
    tu, at = who_of("tu", Role.RECEPTION_OFFICER), house.clock.now()
    code = house.db.write_now(open_case, tu, at, Kind.DENUNCIATION)
    number = start(house, "D14")

    def extend(complexity: Complexity, seen: int) -> date:
        new = Extension(complexity, 30, "05/QĐ-UBND", date(2026, 7, 6), "Nhiều địa điểm", seen)
        house.db.write_now(actions_terms.extend, tu, at, code, number, new)
        return term(house, "D14").due_on

    assert extend(Complexity.COMPLEX, 0) == date(2026, 9, 3)
    with pytest.raises(Stale):
        extend(Complexity.COMPLEX, 0)
    with pytest.raises(BadForm) as refused:
        extend(Complexity.COMPLEX, 1)
    assert refused.value.fields["complexity"].code == "extension_needs_special"
    assert extend(Complexity.SPECIAL, 1) == date(2026, 9, 29)
    with pytest.raises(BadForm):
        extend(Complexity.SPECIAL, 2)
    assert verbs(house, "term_extended") == 2


def test_suspension_stops_the_clock_and_what_remained_goes_on(
    house: House, who_of: Find, move_clock: Callable[[datetime], None]
) -> None:
    tu, at = who_of("tu", Role.RECEPTION_OFFICER), house.clock.now()
    code = house.db.write_now(open_case, tu, at, Kind.COMPLAINT)
    number = start(house, "D3")
    case_id = house.db.read_now(lambda db: db.scalars(select(Case.id)).one())

    def move(verb: CaseVerb) -> None:
        house.db.write_now(actions_work.move, who_of("hanh"), house.clock.now(), code, verb)

    move(CaseVerb.START)
    move(CaseVerb.SUSPEND)
    house.db.write_now(actions_terms.pause_all, tu, at, case_id)
    assert verbs(house, "term_paused") == 1
    with pytest.raises(Refused, match="term_paused"):
        house.db.write_now(actions_terms.vary, tu, at, code, number, Variation(COMPLEX, "Nhiều nơi"))
    move_clock(at_office(date(2026, 7, 16), 9, 0))
    move(CaseVerb.RESUME)
    house.db.write_now(actions_terms.resume_all, tu, house.clock.now(), case_id)
    # Ten days stood still: 31 July becomes 10 August.
    assert (term(house, "D3").due_on, term(house, "D1").due_on) == (date(2026, 8, 10), date(2026, 7, 15))
    house.db.write_now(actions_terms.vary, tu, at, code, number, Variation(COMPLEX, "Nhiều nơi"))
    assert term(house, "D3").due_on == JULY_1 + timedelta(days=45 + 10)


@pytest.mark.one_engine
async def test_a_term_is_started_looked_at_and_made_complex(
    house: House, open_browser: OpenBrowser, who_of: Find
) -> None:
    code = await house.db.write(open_case, who_of("tu"), house.clock.now(), Kind.COMPLAINT)
    tu, base = await open_browser("tu", Role.RECEPTION_OFFICER), f"/vu-viec/{code}"
    await tu.get(f"{base}/thoi-han/moi")
    wrong = {"rule": "D3", "started_on": "09/07/2026", "level": "normal", "given_on": ""}
    assert "Ngày này chưa đến" in await tu.post(f"{base}/thoi-han/moi", wrong, status=422)
    right = {**wrong, "started_on": "01/07/2026"}
    assert (await tu.post(f"{base}/thoi-han/moi", right)).startswith(f"{base}?da=term_started")
    assert "Luật Khiếu nại, Điều 28" in await tu.get(base)
    page = f"{base}/thoi-han/{term(house, 'D3').id}"
    assert "31/07/2026" in await tu.get(page)
    await tu.post(f"{page}/muc", {"level": "complex", "vary_ground": "Nhiều nơi phải xác minh"})
    shown = await tu.get(page)
    assert "17/08/2026" in shown
    assert "15/08/2026" in shown
    assert "Nhiều nơi phải xác minh" in shown
    await (await open_browser("quan")).get(page, status=404)


@pytest.mark.one_engine
async def test_f62_the_city_promises_29_days_and_never_31(
    house: House, open_browser: OpenBrowser, who_of: Find
) -> None:
    admin = await open_browser("quantri")
    assert "Luật Khiếu nại, Điều 28" in await admin.get("/cai-dat/thoi-han")
    page = await admin.post("/cai-dat/thoi-han", {"first_resolution_days": "31"}, status=422)
    assert "thời hạn luật định chỉ được rút ngắn" in page
    assert "limits_changed" in await admin.post("/cai-dat/thoi-han", {"first_resolution_days": "29"})
    await house.db.write(open_case, who_of("tu"), house.clock.now(), Kind.COMPLAINT)
    start(house, "D3")
    assert (term(house, "D3").due_on, term(house, "D3").internal_on) == (date(2026, 7, 31), date(2026, 7, 30))


@pytest.mark.one_engine
async def test_f59_a_denunciation_is_extended_on_its_page(
    house: House, open_browser: OpenBrowser, who_of: Find
) -> None:
    code = await house.db.write(open_case, who_of("tu"), house.clock.now(), Kind.DENUNCIATION)
    await house.db.write(lambda db: setattr(db.scalars(select(Case)).one(), "is_restricted", True))
    tu, page = await open_browser("tu", Role.RECEPTION_OFFICER), f"/vu-viec/{code}/thoi-han/{start(house, 'D14')}"
    form = {"seen": "0", "complexity": "complex", "days": "30", "decision": "05/QĐ-UBND", "ground": "Nhiều địa điểm"}
    refused = await tu.post(f"{page}/gia-han", {**form, "days": "31", "decided_on": "06/07/2026"}, status=422)
    assert "Nhiều địa điểm" in refused
    assert "Ngày này chưa đến" in await tu.post(f"{page}/gia-han", {**form, "decided_on": "08/07/2026"}, status=422)
    await tu.post(f"{page}/gia-han", {**form, "decided_on": "06/07/2026"})
    shown = await tu.get(page)
    assert "03/09/2026" in shown
    assert "05/QĐ-UBND" in shown
    # A press that was made on the page of before is told so.
    assert "vừa được gia hạn" in await tu.post(f"{page}/gia-han", {**form, "decided_on": "06/07/2026"}, status=409)
    await (await open_browser("loan")).get(page, status=404)


def paper(db: Session, who: Who, at: datetime, case_id: int, form: PaperForm) -> Answer:
    """An issued paper, as the terms see it."""
    row = OfficialPaper(
        code=f"{form.value}{at:%d}", unit_id=who.unit_id, case_id=case_id, form=form, state=PaperState.ISSUED, words={}, sealed={},
        created_by=who.officer_id, created_at=at, changed_at=at, idempotency_key=f"{form.value}{at:%d}",
    )  # fmt: skip
    db.add(row)
    db.flush()
    return Answer(row.id, form.value, at.date(), FORMS[form].meets, FORMS[form].starts)


def running(db: Session) -> dict[str, date | None]:
    return {row.rule: row.met_on for row in db.scalars(select(Deadline)) if row.rule in {"D11", "D12", "D13", "D14"}}


@pytest.mark.one_engine
def test_d12_d13_and_d14_begin_end_and_come_back_with_their_papers(house: House, who_of: Find) -> None:
    hanh, at = who_of("hanh"), house.clock.now()

    def live(db: Session) -> None:
        code = open_case(db, hanh, at, Kind.DENUNCIATION)
        case = db.scalars(select(Case.id)).one()
        accepted = paper(db, hanh, at, case, PaperForm.DENUNCIATION_ACCEPTANCE)
        told = paper(db, hanh, at, case, PaperForm.DENUNCIATION_NOTICE)
        actions_papers.settle(db, hanh, at, case, accepted)
        assert running(db) == {"D11": at.date(), "D13": None, "D14": None}
        actions_papers.settle(db, hanh, at, case, told)
        actions_papers.settle(db, hanh, at, case, told)
        assert running(db) == {"D11": at.date(), "D13": at.date(), "D14": None}
        actions_papers.unsettle(db, hanh, at, case, told, [accepted])
        assert running(db) == {"D11": at.date(), "D13": None, "D14": None}
        # A second decision in force is the event of the terms as well; without one nothing is to be told or resolved.
        again = paper(db, hanh, at + timedelta(days=1), case, PaperForm.DENUNCIATION_ACCEPTANCE)
        actions_papers.unsettle(db, hanh, at, case, accepted, [again])
        assert db.scalars(select(Deadline.started_on).where(Deadline.rule == "D14")).all() == [again.issued_on]
        actions_papers.unsettle(db, hanh, at, case, again, [])
        assert running(db) == {"D11": None}
        actions_work.step(db, hanh, at, code, Ruling(CaseVerb.START, ""))
        actions_work.step(db, hanh, at, code, Ruling(CaseVerb.TRANSFER, "Thuộc thẩm quyền của thành phố"))
        assert running(db) == {"D11": None, "D12": None}
        actions_papers.settle(db, hanh, at, case, paper(db, hanh, at, case, PaperForm.DENUNCIATION_TRANSFER))
        assert running(db) == {"D11": at.date(), "D12": at.date()}

    house.db.write_now(live)
    # Counted from receipt, however late it was found out (domain.md 2.4).
    assert (term(house, "D12").started_on, term(house, "D12").due_on) == (JULY_1, date(2026, 7, 8))


@pytest.mark.one_engine
def test_terms_of_a_terminated_case_are_over(house: House, who_of: Find) -> None:
    hanh, at = who_of("hanh"), house.clock.now()
    code = house.db.write_now(open_case, hanh, at, Kind.COMPLAINT)
    late = date(2026, 9, 1)
    assert any(one.is_overdue for one in house.db.read_now(_terms, code, late))
    house.db.write_now(actions_work.step, hanh, at, code, Ruling(CaseVerb.TERMINATE, "Công dân rút đơn"))
    assert not any(one.is_overdue for one in house.db.read_now(_terms, code, late))
    assert house.db.write_now(actions_terms.change_calendar, who_of("quantri"), at, STORM) == 0
