"""Take a checked list of units or accounts over: all of its good rows in one transaction, or none."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.accounts import actions as accounts
from server.accounts.actions import NewOfficer
from server.accounts.queries import units_below
from server.audit import About
from server.errors import Refused
from server.imports import actions, queries, rules_lists
from server.imports.rules import word_meant
from server.tables import ImportRun, Unit
from server.who import Who
from server.words import ImportState, Role, RowState, UnitKind


def take_over_units(db: Session, who: Who, at: datetime, code: str, version: int | None, *, skips_bad: bool) -> int:
    """Make the units of a checked list; returns how many. Done before changes nothing.

    Raises NotHere, Stale, Refused (see ``actions.ready``; ``import_changed`` when a unit came in between).
    """
    if _is_done(db, who, code):
        return 0
    run = actions.ready(db, who, code, version, skips_bad=skips_bad)
    _still_good(db, who, at, run)
    ids = {code: id_ for code, id_ in db.execute(select(Unit.code, Unit.id))}  # noqa: C416 rows are not pairs to mypy
    known = queries.units_known(db, who)
    made = 0
    for row, cells in queries.good_rows(db, run):
        unit_code = rules_lists.unit_code(cells)
        parent = known.find(cells["unit_parent"]) if cells["unit_parent"] else known.top
        unit = Unit(
            code=unit_code,
            kind=UnitKind(word_meant(cells["unit_kind"], rules_lists.UNIT_WORDS) or UnitKind.WARD),
            parent_id=ids[parent or known.top],
            name=cells["unit_name"],
            name_sort=text.sort_key(cells["unit_name"]),
            short_code=cells["unit_short"] or _short(cells["unit_name"]),
            phone=cells["unit_phone"],
            address=cells["unit_address"],
            reception_place=cells["unit_place"],
            locality=cells["unit_locality"],
            created_at=at,
        )
        db.add(unit)
        db.flush()
        ids[unit_code] = unit.id
        known.add(unit_code, unit.name)
        row.state, row.became = RowState.DONE, unit_code
        audit.record(db, who, at, "opened_unit", About("unit", unit.id, unit_code, unit_id=unit.id))
        made += 1
    _finish(db, who, at, run, made)
    return made


def _short(name: str) -> str:
    """The first letters of the words after the kind of unit: ``phường Thạch Khôi`` is TK."""
    words = [word for word in text.one_line(name).split(" ") if word[:1].isupper() or word[:1].isdigit()]
    letters = "".join(word[0] for word in words if text.fold(word) != "uy")
    return (text.fold(letters).upper() or text.fold(name)[:4].upper())[:20]


def take_over_accounts(
    db: Session, who: Who, at: datetime, code: str, hashes: Mapping[str, str], *, skips_bad: bool
) -> int:
    """Open the accounts of a checked list with these password hashes; returns how many. Done before changes nothing.

    Raises NotHere, Refused (see ``actions.ready``; ``import_changed`` when a login was taken in between).
    """
    if _is_done(db, who, code):
        return 0
    run = actions.ready(db, who, code, None, skips_bad=skips_bad)
    _still_good(db, who, at, run)
    units = queries.units_known(db, who)
    below = select(Unit.code, Unit.id).where(Unit.id.in_(units_below(db, who.unit_id)))
    ids = {unit_code: id_ for unit_code, id_ in db.execute(below)}  # noqa: C416 rows are not pairs to mypy
    people: dict[str, list[dict[str, str]]] = {}
    for row, cells in queries.good_rows(db, run):
        people.setdefault(cells["username"].lower(), []).append(cells)
        row.state, row.became = RowState.DONE, cells["username"].lower()
    for username, lines in people.items():
        if username not in hashes:
            raise Refused("import_changed")
        first = lines[0]
        new = NewOfficer(
            username=username,
            name=first["person_name"],
            title=first["person_title"],
            roles=tuple(
                (
                    ids[units.find(line["person_unit"]) or ""],
                    Role(word_meant(line["role"], rules_lists.ROLE_WORDS) or ""),
                )
                for line in lines
            ),
            phone=rules_lists.phone_of(first["phone"]) or "",
            email=first["email"],
        )
        accounts.open_account(db, who, at, new, hashes[username])
    _finish(db, who, at, run, len(people))
    return len(people)


def _is_done(db: Session, who: Who, code: str) -> bool:
    return queries.row_for(db, who, code).state is ImportState.DONE


def _still_good(db: Session, who: Who, at: datetime, run: ImportRun) -> None:
    """Check the good rows once more: somebody may have opened the same since. Raises Refused."""
    faults_of = actions.checker(db, who, at, run)
    if any(faults_of(cells) for _, cells in queries.good_rows(db, run)):
        raise Refused("import_changed")


def _finish(db: Session, who: Who, at: datetime, run: ImportRun, made: int) -> None:
    db.flush()
    actions.finish(db, at, run)
    audit.record(db, who, at, "took_over_list", About("import", run.id, run.code), kind=run.kind, made=made)
