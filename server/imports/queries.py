"""Lists that were handed in, their rows, and what is there already."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts import queries as accounts
from server.errors import NotHere
from server.imports import rules
from server.imports.rules_cases import CasesKnown
from server.imports.rules_lists import AccountsKnown, UnitsKnown
from server.tables import Case, ImportRow, ImportRun, Officer, Unit
from server.who import Who
from server.words import ImportKind, ImportState, RowState

MOST_RUNS = 50
MOST_SHOWN = 200
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Run:
    """A list that was handed in, with how many of its rows are in which state."""

    id: int
    code: str
    kind: ImportKind
    state: ImportState
    file_name: str
    columns: tuple[str, ...]
    mapping: dict[str, int]
    total: int
    counts: dict[RowState, int]
    created_at: datetime
    version: int

    def count(self, state: str) -> int:
        """Return how many rows are in a state."""
        return self.counts.get(RowState(state), 0)


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in the table, what is wrong with it, and what became of it."""

    number: int
    cells: tuple[str, ...]
    faults: tuple[tuple[str, str, dict[str, str | int | None]], ...]
    state: RowState
    became: str


def runs(db: Session, who: Who) -> list[Run]:
    """Return the lists of one's unit that one's role may read in, newest first."""
    found = db.scalars(
        select(ImportRun)
        .where(
            ImportRun.unit_id == who.unit_id,
            ImportRun.kind.in_(rules.kinds_for(who.role)),
            ImportRun.state != ImportState.DROPPED,
        )
        .order_by(ImportRun.id.desc())
        .limit(MOST_RUNS)
    )
    return [_run(db, row) for row in found]


def run_for(db: Session, who: Who, code: str) -> Run:
    """Return a list of one's unit that one's role may read in. Raises NotHere."""
    return _run(db, row_for(db, who, code))


def row_for(db: Session, who: Who, code: str) -> ImportRun:
    """Return the row of such a list. Raises NotHere."""
    found = db.scalar(select(ImportRun).where(ImportRun.code == code, ImportRun.unit_id == who.unit_id))
    if found is None or who.role not in rules.MAY_IMPORT[found.kind] or found.state is ImportState.DROPPED:
        raise NotHere
    return found


def _run(db: Session, row: ImportRun) -> Run:
    counted = db.execute(
        select(ImportRow.state, func.count()).where(ImportRow.run_id == row.id).group_by(ImportRow.state)
    )
    counts = {state: count for state, count in counted}  # noqa: C416 rows are not pairs to mypy
    return Run(
        row.id, row.code, row.kind, row.state, row.file_name, tuple(row.columns), dict(row.mapping), row.rows_total,
        counts, row.created_at, row.version,
    )  # fmt: skip


def rows(db: Session, run_id: int, states: tuple[RowState, ...], most: int = MOST_SHOWN) -> list[Row]:
    """Return the first rows in these states, in the order of the table."""
    found = db.scalars(
        select(ImportRow)
        .where(ImportRow.run_id == run_id, ImportRow.state.in_(states))
        .order_by(ImportRow.number)
        .limit(most)
    )
    return [
        Row(r.number, tuple(r.cells), tuple((f[0], f[1], f[2]) for f in r.faults), r.state, r.became) for r in found
    ]


def samples(db: Session, run_id: int) -> list[tuple[str, ...]]:
    """Return the first rows as written, so that people see what a column holds."""
    found = db.scalars(
        select(ImportRow.cells).where(ImportRow.run_id == run_id).order_by(ImportRow.number).limit(SAMPLES)
    )
    return [tuple(cells) for cells in found]


def units_known(db: Session, who: Who) -> UnitsKnown:
    """Return the units one manages, by code and by name."""
    top = db.get_one(Unit, who.unit_id)
    known = UnitsKnown(set(db.scalars(select(Unit.code))), {}, top.code)
    below = accounts.units_below(db, who.unit_id)
    codes = set(known.codes)
    for code, name in db.execute(select(Unit.code, Unit.name).where(Unit.id.in_(below))):
        known.add(code, name)
    known.codes = codes
    return known


def accounts_known(db: Session, who: Who) -> AccountsKnown:
    """Return which logins are taken, open or closed for good, anywhere."""
    rows = list(db.execute(select(Officer.username, Officer.closed_at)))
    return AccountsKnown(
        frozenset(name for name, _ in rows),
        frozenset(name for name, closed_at in rows if closed_at is not None),
        units_known(db, who),
    )


def cases_known(db: Session, unit_id: int, today: date) -> CasesKnown:
    """Return the numbers of the unit's cases."""
    return CasesKnown(set(db.scalars(select(Case.number).where(Case.unit_id == unit_id))), today)


def good_usernames(db: Session, who: Who, code: str) -> tuple[str, ...]:
    """Return the logins that a checked list of accounts opens, in its order."""
    run = row_for(db, who, code)
    return tuple(dict.fromkeys(cells["username"].lower() for _, cells in good_rows(db, run)))


def good_rows(db: Session, run: ImportRun) -> Iterator[tuple[ImportRow, dict[str, str]]]:
    """Yield the rows without faults with their cells by meaning, in the order of the table."""
    found = db.scalars(
        select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.state == RowState.GOOD).order_by(ImportRow.number)
    )
    for row in found.all():
        yield row, rules.cells_by_meaning(run.kind, run.mapping, row.cells)
