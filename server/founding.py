"""The first office: units and officers from a list, and the demo office that a newcomer can walk through."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import text
from server.accounts import actions
from server.accounts.actions import NewOfficer
from server.clock import Clock
from server.config import Settings
from server.db import Database
from server.office.actions_calendar import seed_calendar
from server.tables import Unit
from server.terminal import say
from server.who import the_system
from server.words import Role, UnitKind

LIST = Path(__file__).with_name("founding.toml")


def listed() -> dict[str, Any]:
    """Return the list of the invented office."""
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def found_units(db: Session, at: datetime, units: list[dict[str, str]]) -> dict[str, int]:
    """Make units in the order given (parents first); return ids by code."""
    ids: dict[str, int] = {}
    for one in units:
        unit = Unit(
            code=one["code"],
            kind=UnitKind(one["kind"]),
            parent_id=ids.get(one.get("parent", "")),
            name=one["name"],
            name_sort=text.sort_key(one["name"]),
            short_code=one["short_code"],
            phone=one.get("phone", ""),
            address=one.get("address", ""),
            reception_place=one.get("reception_place", ""),
            locality=one.get("locality", ""),
            created_at=at,
        )
        db.add(unit)
        db.flush()
        ids[one["code"]] = unit.id
    return ids


def found_demo(db: Session, at: datetime, password_hash: str) -> dict[str, int]:
    """Make the invented city, its board, three wards and all officers; return unit ids by code."""
    found = listed()
    ids = found_units(db, at, found["units"])
    for one in found["officers"]:
        new = NewOfficer(
            username=one["username"],
            name=one["name"],
            title=one["title"],
            roles=tuple((ids[unit], Role(role)) for unit, role in one["roles"]),
            must_change_password=False,
        )
        actions.open_account(db, the_system(), at, new, password_hash)
    seed_calendar(db, the_system(), at, (at.year, at.year + 1))
    return ids


def found_first(db: Session, at: datetime, password_hash: str, told: Mapping[str, str] | None = None) -> int:
    """Make one unit with its administrator; returns its id. A ward to be renamed on the settings page, unless told."""
    first = {**listed()["first"], **(told or {})}
    ids = found_units(db, at, [first])
    new = NewOfficer(
        username=first["username"],
        name=first["administrator"],
        title=first["administrator"],
        roles=((ids[first["code"]], Role.SYS_ADMIN),),
    )
    actions.open_account(db, the_system(), at, new, password_hash)
    seed_calendar(db, the_system(), at, (at.year, at.year + 1))
    return ids[first["code"]]


def prepare(settings: Settings, *, is_demo: bool) -> None:
    """Found the office if there is none yet, and say how to sign in to a new one."""
    db, at = Database(settings.database_url), Clock().now()
    try:
        if db.read_now(lambda session: session.scalar(select(Unit.id).limit(1))) is None:
            _found(settings, db, at, is_demo=is_demo)
    finally:
        db.close()


def _found(settings: Settings, db: Database, at: datetime, *, is_demo: bool) -> None:
    if is_demo:
        db.write_now(found_demo, at, actions.HASHER.hash(str(listed()["password"])))
        return
    password = secrets.token_urlsafe(12)
    db.write_now(found_first, at, actions.HASHER.hash(password))
    say_first(settings, password)


def say_first(settings: Settings, password: str) -> None:
    """Tell how the first administrator signs in, at the terminal and in a file that only its owner reads."""
    path = settings.folder / "first-sign-in.txt"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{listed()['first']['username']}\n{password}\n")
    say("first_office", username=str(listed()["first"]["username"]), password=password, file=str(path))


def found_by_hand(settings: Settings, *, is_demo: bool) -> int:
    """The command ``first-office``."""
    from server import migrations  # noqa: PLC0415 Alembic is slow to load and `run` has loaded it already

    migrations.upgrade(settings.database_url)
    prepare(settings, is_demo=is_demo)
    return 0
