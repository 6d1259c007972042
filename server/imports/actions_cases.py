"""Take earlier cases over, some rows at a time; a row is taken whole or not at all, and never twice.

Thousands of rows in one transaction would keep everybody else from writing. So each chunk is one,
and the row's state says in the same transaction that it was taken: a stop of the machine in the
middle loses the chunk at hand, and the next start goes on after the last one that was kept.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.audit import About
from server.cases import actions as cases
from server.cases import rules as case_rules
from server.clock import at_office
from server.imports import actions, queries, rules, rules_cases
from server.imports.rules import RowFault
from server.imports.rules_cases import EarlierCase
from server.intake import actions_register
from server.intake.actions_register import NewPerson
from server.jobs import runner
from server.tables import Case, ImportRow, ImportRun, NumberSequence, Officer, Unit
from server.who import Who
from server.words import CaseState, ImportState, Kind, Role, RowState

CHUNK = 50
JOB = "import_cases"


def begin(db: Session, who: Who, at: datetime, code: str, version: int | None, *, skips_bad: bool) -> None:
    """Start taking a checked list over in the background; begun before changes nothing.

    Raises NotHere, Stale, Refused (see ``actions.ready``).
    """
    if queries.row_for(db, who, code).state in {ImportState.RUNNING, ImportState.DONE}:
        return
    run = actions.ready(db, who, code, version, skips_bad=skips_bad)
    run.state, run.changed_at = ImportState.RUNNING, at
    runner.book(db, JOB, f"import:{run.code}", at, {"run": run.id})
    audit.record(db, who, at, "took_over_list", About("import", run.id, run.code), kind=run.kind, rows=run.rows_total)


def take_chunk(db: Session, at: datetime, run_id: int) -> bool:
    """Take the next rows over; False when none is left and the list is closed."""
    run = db.get_one(ImportRun, run_id, with_for_update=True)
    if run.state is not ImportState.RUNNING:
        return False
    rows = db.scalars(
        select(ImportRow)
        .where(ImportRow.run_id == run.id, ImportRow.state == RowState.GOOD)
        .order_by(ImportRow.number)
        .limit(CHUNK)
    ).all()
    who = _who(db, run)
    for row in rows:
        _take(db, who, at, run, row)
    db.flush()
    if len(rows) < CHUNK:
        actions.finish(db, at, run)
    return len(rows) == CHUNK


def _who(db: Session, run: ImportRun) -> Who:
    officer, unit = db.get_one(Officer, run.officer_id), db.get_one(Unit, run.unit_id)
    return Who(Role.RECEPTION_OFFICER, unit.id, unit.name, officer.name, officer.id)


def _take(db: Session, who: Who, at: datetime, run: ImportRun, row: ImportRow) -> None:
    earlier = rules_cases.read_case(rules.cells_by_meaning(run.kind, run.mapping, row.cells))
    number = _number(earlier, run, row.number)
    if db.scalar(select(Case.id).where(Case.unit_id == run.unit_id, Case.number == number)) is not None:
        # Somebody opened it while the list was taken over.
        row.faults = [RowFault("number", "case_number_used", {"value": number}).as_list()]
        row.state = RowState.BAD
        return
    case = _case(db, at, run, earlier, number)
    _keep_ahead(db, run.unit_id, number)
    row.state, row.became = RowState.DONE, case.code
    if not earlier.is_closed:
        for rule in case_rules.terms_at_opening(earlier.kind):
            cases.add_deadline(db, case.id, rule, earlier.received_on)
    audit.record(
        db,
        who,
        at,
        "imported_case",
        About("case", case.id, case.code, case.id, run.unit_id),
        run=run.code,
        row=row.number,
    )


def _number(earlier: EarlierCase, run: ImportRun, row: int) -> str:
    """The number as the book has it; a running number of a page (1, 2, 3) is none, so the year and list make it one."""
    if earlier.number and not earlier.number.isdigit():
        return earlier.number
    count = f"-{earlier.number}" if earlier.number else ""
    return f"{earlier.received_on.year}/{run.id}.{row}{count}"[:20]


def _case(db: Session, at: datetime, run: ImportRun, earlier: EarlierCase, number: str) -> Case:
    person = NewPerson(
        name=earlier.name,
        phone=earlier.phone,
        id_kind=earlier.id_kind,
        id_number=earlier.id_number,
        born=earlier.born,
        address=earlier.address,
    )
    # What an old book says must not change what a person told since.
    known = actions_register.known(db, person) if person.id_number else None
    citizen = known or actions_register.known_or_new(db, at, person)
    unit = db.get_one(Unit, run.unit_id)
    tail = "".join(char if char.isalnum() else "-" for char in text.fold(number).upper())
    code = f"{text.fold(unit.short_code).upper()}-{tail}"[:36]
    if db.scalar(select(Case.id).where(Case.code == code)) is not None:
        code = text.new_code(code[:20], 4, 2)
    case = Case(
        code=code,
        number=number,
        unit_id=unit.id,
        citizen_id=citizen.id,
        kind=earlier.kind,
        title=earlier.title,
        title_folded=text.fold(earlier.title),
        state=CaseState.CLOSED if earlier.is_closed else CaseState.OPEN,
        is_restricted=earlier.kind is Kind.DENUNCIATION,
        opened_at=at_office(earlier.received_on, 8, 0),
        closed_at=None if earlier.closed_on is None else at_office(earlier.closed_on, 8, 0),
    )
    db.add(case)
    db.flush()
    return case


def _keep_ahead(db: Session, unit_id: int, number: str) -> None:
    """Let the office's own numbers go on after those that were read in."""
    taken = rules_cases.of_year(number)
    if taken is None:
        return
    year, count = taken
    mine = (
        NumberSequence.unit_id == unit_id,
        NumberSequence.register == cases.REGISTER,
        NumberSequence.year == year,
    )
    last = db.scalar(select(NumberSequence.last).where(*mine))
    if last is None:
        db.add(NumberSequence(unit_id=unit_id, register=cases.REGISTER, year=year, last=count))
        db.flush()
    elif last < count:
        db.execute(update(NumberSequence).where(*mine).values(last=count))
