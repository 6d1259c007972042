"""The command ``units``: a city, its wards and their departments from a list; tried first, done only when told to.

Everything goes the way of the page “Nhập từ bảng tính”: the same reading, checking and taking over. Trying is doing
all of it in a transaction that is rolled back, so that what is said is what would be.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import founding
from server.accounts.actions import HASHER
from server.adapters import sheets_in
from server.adapters.sheets_in import SheetRow
from server.clock import Clock
from server.config import BadSettings, Settings
from server.db import Database
from server.errors import BadForm, Fact, Refused
from server.i18n import load_catalogue
from server.imports import actions, actions_lists, queries, rules, rules_lists
from server.imports.actions import NewRun
from server.tables import Officer, OfficerRole, Unit
from server.terminal import WEB, say, show
from server.who import Who
from server.words import ImportKind, ImportState, Role, RowState, UnitKind

REFUSED = 2
KIND = ImportKind.UNITS


@dataclass(frozen=True, slots=True)
class Table:
    """The list as read, and how it is known when it is sent again."""

    rows: tuple[SheetRow, ...]
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Told:
    """What became, or would become, of one row: a code, or what is wrong with which column."""

    number: int
    name: str
    code: str
    faults: tuple[tuple[str, str, dict[str, Fact]], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a list. ``password``: of the first administrator, when there was no office before."""

    rows: tuple[Told, ...]
    is_taken_over: bool
    is_known: bool = False
    """Whether it was taken over before and nothing changed now."""
    password: str = ""

    @property
    def bad(self) -> int:
        """How many rows have a fault."""
        return sum(bool(row.faults) for row in self.rows)


class TriedOnly(Exception):
    """Raised to undo a try, or a list with faults, with what would have become of it."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def lay(db: Session, at: datetime, table: Table, *, skips_bad: bool, is_tried_only: bool) -> Outcome:
    """Make the units of a list. Raises BadForm (field ``file``), Refused ("units_city_first", "units_no_administrator").

    Raises TriedOnly when it was only to be tried, and when a row has a fault and ``skips_bad`` was not said: then
    nothing of it stays. A list that was done before changes nothing.
    """
    place = rules.find_headings(KIND, [row.cells for row in table.rows])
    headings, rows = table.rows[place], table.rows[place + 1 :]
    mapping = rules.guess(KIND, headings.cells)
    cells = {row.number: rules.cells_by_meaning(KIND, mapping, row.cells) for row in rows}
    city = cells[rows[0].number] if rows and _is_city(cells[rows[0].number]) else None
    top = db.scalar(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1))
    password, founded = "", tuple[Told, ...]()
    if top is None:
        if city is None:
            raise Refused("units_city_first")
        password, top = secrets.token_urlsafe(12), _found_city(db, at, city)
        founded = (Told(rows[0].number, city["unit_name"], top.code),)
    if city is not None and rules_lists.unit_code(city) == top.code:
        rows = rows[1:]
    who = _administrator(db, top)
    given = Table((headings, *rows), table.name, table.digest)
    told, state, is_known = _take_over(db, who, at, given, skips_bad=skips_bad)
    lines = tuple(Told(one.number, cells[one.number]["unit_name"], one.became, one.faults) for one in told)
    outcome = Outcome((*founded, *lines), state is ImportState.DONE, is_known, password)
    if is_tried_only or not outcome.is_taken_over:
        raise TriedOnly(outcome)
    if password:
        db.get_one(Officer, who.officer_id).password_hash = HASHER.hash(password)
    return outcome


def _is_city(cells: rules.Cells) -> bool:
    return rules.word_meant(cells["unit_kind"], rules_lists.UNIT_WORDS) == UnitKind.CITY


def _found_city(db: Session, at: datetime, cells: rules.Cells) -> Unit:
    told = {
        "code": rules_lists.unit_code(cells),
        "kind": UnitKind.CITY.value,
        "name": cells["unit_name"],
        "short_code": cells["unit_short"] or "UBND",
        "phone": cells["unit_phone"],
        "address": cells["unit_address"],
        "reception_place": cells["unit_place"],
        "locality": cells["unit_locality"],
    }
    # Nobody signs in by this until a password takes its place, when the list is really done.
    return db.get_one(Unit, founding.found_first(db, at, "-", told))


def _administrator(db: Session, top: Unit) -> Who:
    row = db.execute(
        select(Officer.id, Officer.name)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .where(OfficerRole.unit_id == top.id, OfficerRole.role == Role.SYS_ADMIN, Officer.closed_at.is_(None))
        .order_by(Officer.id)
        .limit(1)
    ).first()
    if row is None:
        raise Refused("units_no_administrator")
    return Who(Role.SYS_ADMIN, top.id, top.name, row.name, officer_id=row.id)


def _take_over(
    db: Session, who: Who, at: datetime, table: Table, *, skips_bad: bool
) -> tuple[Sequence[queries.Row], ImportState, bool]:
    code = actions.hand_in(db, who, at, NewRun(KIND, table.name, table.digest, table.rows, table.digest))
    run = queries.run_for(db, who, code)
    is_known = run.state is ImportState.DONE
    if not is_known:
        actions.check(db, who, at, code, {name: str(column) for name, column in run.mapping.items()})
        run = queries.run_for(db, who, code)
        if run.count(RowState.GOOD) and (skips_bad or not run.count(RowState.BAD)):
            actions_lists.take_over_units(db, who, at, code, None, skips_bad=skips_bad)
    run = queries.run_for(db, who, code)
    return queries.rows(db, run.id, (RowState.DONE, RowState.GOOD, RowState.BAD), run.total), run.state, is_known


def units_by_hand(settings: Settings, file: str, *, is_real: bool, skips_bad: bool) -> int:
    """The command ``units``: say for every row what becomes of it; 2 when nothing could be made."""
    from server import migrations  # noqa: PLC0415 Alembic is slow to load

    db = Database(settings.database_url)
    try:
        table = _read(Path(file))
        migrations.upgrade(settings.database_url)
        try:
            outcome = db.write_now(lay, Clock().now(), table, skips_bad=skips_bad, is_tried_only=not is_real)
        except TriedOnly as tried:
            outcome = tried.outcome
    except BadForm as bad:
        ((field, fault), *_) = bad.fields.items()
        raise BadSettings(_both("fields", fault.code, {**fault.facts, "field": field})) from None
    except Refused as refused:
        raise BadSettings(_both("refusals", f"{refused.code}.text", {})) from None
    finally:
        db.close()
    return _tell(settings, outcome, is_real=is_real)


def _read(path: Path) -> Table:
    try:
        content = path.read_bytes()
    except OSError:
        raise BadSettings(_both("labels", "terminal.units_unreadable", {"file": str(path)})) from None
    return Table(sheets_in.read(content, path.name), path.name, hashlib.sha256(content).hexdigest())


def _tell(settings: Settings, outcome: Outcome, *, is_real: bool) -> int:
    for row in outcome.rows:
        show(f"{'!' if row.faults else '+'} {row.number:>5}  {row.code:<28}  {row.name}")
        for column, code, facts in row.faults:
            show(f"         {_both('labels', f'column.{column}', {})}: {_both('fields', code, facts)}")
    counts = {"good": str(len(outcome.rows) - outcome.bad), "bad": str(outcome.bad)}
    if not outcome.is_taken_over:
        say("units_refused", **counts)
        return REFUSED
    say("units_known" if outcome.is_known else "units_made" if is_real else "units_tried", **counts)
    if is_real and outcome.password:
        founding.say_first(settings, outcome.password)
    return 0


def _both(kind: str, key: str, facts: dict[str, Fact]) -> str:
    catalogue = load_catalogue(WEB)
    return " / ".join(catalogue.find(kind, key, locale, facts) for locale in ("vi", "en"))
