"""Hand in a list, give its columns a meaning, check it, drop it. Nothing outside the list changes here."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from server import audit, text
from server.adapters.sheets_in import SheetRow
from server.audit import About
from server.clock import local
from server.errors import BadForm, FieldError, NotHere, NotYours, Refused, Stale
from server.imports import queries, rules, rules_cases, rules_lists
from server.imports.rules import Cells, RowFault
from server.tables import ImportRow, ImportRun
from server.who import Who
from server.words import ImportKind, ImportState, RowState


@dataclass(frozen=True, slots=True)
class NewRun:
    """A list as handed in. ``key`` makes a repeated sending give the same one."""

    kind: ImportKind
    file_name: str
    content_sha256: str
    rows: tuple[SheetRow, ...]
    key: str


def hand_in(db: Session, who: Who, at: datetime, new: NewRun) -> str:
    """Keep a list with its rows as written; returns its code. Raises NotYours, BadForm."""
    if who.role not in rules.MAY_IMPORT[new.kind]:
        raise NotYours
    key = hashlib.sha256(f"{who.officer_id}:{new.key}".encode()).hexdigest()
    known = db.scalar(select(ImportRun.code).where(ImportRun.idempotency_key == key))
    if known is not None:
        return known
    place = rules.find_headings(new.kind, [row.cells for row in new.rows])
    headings, rows = new.rows[place].cells, new.rows[place + 1 :]
    if not rows:
        raise BadForm({"file": FieldError("sheet_empty")})
    width = max(len(row.cells) for row in (new.rows[place], *rows))
    columns = [headings[n] if n < len(headings) else "" for n in range(width)]
    run = ImportRun(
        code=text.new_code("NL", 4, 2),
        unit_id=who.unit_id,
        officer_id=who.officer_id or 0,
        kind=new.kind,
        state=ImportState.UPLOADED,
        file_name=text.one_line(new.file_name)[:200],
        sha256=new.content_sha256,
        columns=columns,
        mapping=rules.guess(new.kind, columns),
        rows_total=len(rows),
        idempotency_key=key,
        created_at=at,
        changed_at=at,
    )
    db.add(run)
    db.flush()
    _keep_rows(db, run.id, rows)
    audit.record(db, who, at, "handed_in_list", About("import", run.id, run.code), kind=new.kind, rows=len(rows))
    return run.code


def _keep_rows(db: Session, run_id: int, rows: Sequence[SheetRow]) -> None:
    unchecked = {"run_id": run_id, "faults": [], "state": RowState.UNCHECKED, "became": ""}
    db.execute(insert(ImportRow), [{**unchecked, "number": row.number, "cells": list(row.cells)} for row in rows])


def check(db: Session, who: Who, at: datetime, code: str, typed: Mapping[str, str]) -> None:
    """Give the columns their meaning and check every row; doing it again checks anew.

    Raises NotHere, BadForm (a field for each meaning), Refused("import_running").
    """
    run = queries.row_for(db, who, code)
    if run.state not in {ImportState.UPLOADED, ImportState.CHECKED}:
        raise Refused("import_running")
    run.mapping = rules.checked_mapping(run.kind, typed, len(run.columns))
    faults_of = checker(db, who, at, run)
    changed = []
    for row_id, cells in db.execute(
        select(ImportRow.id, ImportRow.cells).where(ImportRow.run_id == run.id).order_by(ImportRow.number)
    ):
        faults = faults_of(rules.cells_by_meaning(run.kind, run.mapping, cells))
        state = RowState.BAD if faults else RowState.GOOD
        changed.append({"id": row_id, "faults": [fault.as_list() for fault in faults], "state": state})
    db.execute(update(ImportRow), changed)
    run.state, run.changed_at = ImportState.CHECKED, at
    bad = sum(row["state"] is RowState.BAD for row in changed)
    audit.record(db, who, at, "checked_list", About("import", run.id, run.code), bad=bad)


def checker(db: Session, who: Who, at: datetime, run: ImportRun) -> Callable[[Cells], list[RowFault]]:
    """Return the function that checks the rows of a list one after the other."""
    match run.kind:
        case ImportKind.UNITS:
            units = queries.units_known(db, who)
            return lambda cells: rules_lists.unit_faults(cells, units)
        case ImportKind.ACCOUNTS:
            accounts = queries.accounts_known(db, who)
            return lambda cells: rules_lists.account_faults(cells, accounts)
        case ImportKind.CASES:
            cases = queries.cases_known(db, run.unit_id, local(at).date())
            return lambda cells: rules_cases.case_faults(cells, cases)


def drop(db: Session, who: Who, at: datetime, code: str) -> None:
    """Forget a list and all its rows; harmless twice. Raises NotHere, Refused("import_running")."""
    try:
        run = queries.row_for(db, who, code)
    except NotHere:
        if db.scalar(select(ImportRun.state).where(ImportRun.code == code, ImportRun.unit_id == who.unit_id)) is None:
            raise
        return
    if run.state is ImportState.RUNNING:
        raise Refused("import_running")
    db.execute(delete(ImportRow).where(ImportRow.run_id == run.id))
    run.state, run.changed_at = ImportState.DROPPED, at
    audit.record(db, who, at, "dropped_list", About("import", run.id, run.code))


def ready(db: Session, who: Who, code: str, version: int | None, *, skips_bad: bool) -> ImportRun:
    """Return a checked list that may be taken over now.

    Raises NotHere, Stale, Refused: ``import_unchecked``, ``import_bad_rows``, ``import_nothing``.
    """
    run = queries.row_for(db, who, code)
    if run.state is not ImportState.CHECKED:
        raise Refused("import_unchecked")
    if version is not None and run.version != version:
        raise Stale
    found = queries.run_for(db, who, code)
    if found.count(RowState.BAD) and not skips_bad:
        raise Refused("import_bad_rows", bad=found.count(RowState.BAD), total=found.total)
    if not found.count(RowState.GOOD):
        raise Refused("import_nothing")
    return run


def finish(db: Session, at: datetime, run: ImportRun) -> None:
    """Close a list: rows with faults are kept as written, of the others only what they became."""
    db.execute(update(ImportRow).where(ImportRow.run_id == run.id, ImportRow.state == RowState.DONE).values(cells=[]))
    run.state, run.changed_at = ImportState.DONE, at
