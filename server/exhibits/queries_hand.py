"""What was handed in during a reception, for its desk and for whoever handed it in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.exhibits import rules
from server.exhibits.queries import Seat
from server.reception import queries as receptions
from server.tables import HandedFile, HandIn, Reception
from server.who import Who
from server.words import HandInState
from signaling.roles import DESK, RoomRole


@dataclass(frozen=True, slots=True)
class Handed:
    """One file that was handed in."""

    number: int
    name: str
    content_type: str
    bytes: int
    sha256: str
    stored_as: str


@dataclass(frozen=True, slots=True)
class HandInLine:
    """One hand-in with its files and what became of it."""

    id: int
    code: str
    member: str
    name: str
    state: HandInState
    at: datetime
    decided_at: datetime | None
    officer_name: str
    ground: str
    files: tuple[Handed, ...]


def check_may_hand_in(db: Session, seat: Seat) -> None:
    """Raise NotHere for anybody but the citizen inside, Refused while the reception is not held."""
    if seat.watcher.role is not RoomRole.CITIZEN or not seat.watcher.is_inside:
        raise NotHere
    rules.check_running(db.get_one(Reception, seat.reception).state)


def by_key(db: Session, key: str) -> HandInLine | None:
    """Return what was handed in with this key, or None."""
    row = db.scalar(select(HandIn).where(HandIn.idempotency_key == key))
    return None if row is None else _lines(db, [row])[0]


def of_seat(db: Session, seat: Seat) -> list[HandInLine]:
    """Return what this member handed in, newest first."""
    rows = db.scalars(
        select(HandIn)
        .where(HandIn.reception_id == seat.reception, HandIn.member == seat.member)
        .order_by(HandIn.id.desc())
        .limit(rules.MOST_HAND_INS)
    )
    return _lines(db, list(rows))


def of_desk(db: Session, who: Who, code: str) -> list[HandInLine]:
    """Return all that was handed in during a reception, newest first, for those who hold its desk. Raises NotHere."""
    found = receptions.reception_for(db, who, code)
    if found.unit_id != who.unit_id or found.room_role not in DESK:
        raise NotHere
    rows = db.scalars(
        select(HandIn).where(HandIn.reception_id == found.id).order_by(HandIn.id.desc()).limit(rules.MOST_HAND_INS)
    )
    return _lines(db, list(rows))


def hand_in_of_desk(db: Session, who: Who, code: str, hand_in: str) -> HandInLine:
    """Return one hand-in of a reception for its desk. Raises NotHere."""
    one = next((each for each in of_desk(db, who, code) if each.code == hand_in), None)
    if one is None:
        raise NotHere
    return one


def handed_file(db: Session, who: Who, code: str, hand_in: str, number: str) -> Handed:
    """Return one file of a hand-in for the desk; a returned one is not kept. Raises NotHere."""
    one = hand_in_of_desk(db, who, code, hand_in)
    found = next((each for each in one.files if str(each.number) == number), None)
    if found is None or one.state is HandInState.RETURNED:
        raise NotHere
    return found


def count(db: Session, reception_id: int) -> int:
    """Return how often something was handed in during a reception."""
    return db.scalar(select(func.count()).select_from(HandIn).where(HandIn.reception_id == reception_id)) or 0


def _lines(db: Session, rows: list[HandIn]) -> list[HandInLine]:
    files: dict[int, list[HandedFile]] = {}
    of_rows = select(HandedFile).where(HandedFile.hand_in_id.in_([row.id for row in rows])).order_by(HandedFile.id)
    for file in db.scalars(of_rows):
        files.setdefault(file.hand_in_id, []).append(file)
    return [
        HandInLine(
            row.id, row.code, row.member, row.name, row.state, row.at, row.decided_at, row.officer_name, row.ground,
            tuple(
                Handed(n, f.name, f.content_type, f.bytes, f.sha256, f.stored_as)
                for n, f in enumerate(files.get(row.id, ()), 1)
            ),
        )
        for row in rows
    ]  # fmt: skip
