"""Lay a page of a paper before everybody in the room, turn to another, put it away: each with its stamp."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit
from server.audit import About
from server.errors import NotHere, Refused
from server.exhibits import queries, rules
from server.exhibits.queries import CaseFile
from server.reception import queries as receptions
from server.reception.queries import ReceptionFile
from server.tables import Reception, ShownPage
from server.who import Who
from signaling.roles import DESK


@dataclass(frozen=True, slots=True)
class Page:
    """One page of one paper, drawn already: it is known to exist."""

    file: str
    page: int
    pages: int


def show(db: Session, who: Who, at: datetime, code: str, wanted: Page) -> int:
    """Show a page to everybody in place of the one before; the one that is shown already stays. Returns its number.

    Raises NotHere, Refused: ``papers_not_running``, ``page_secret``, ``page_kind``.
    """
    found = desk_of(db, who, code)
    file = queries.file_to_show(db, who, code, wanted.file)
    check_showable(found, file)
    # Held, so that two presses at once make one row after the other, and none comes after the end.
    rules.check_running(db.scalars(select(Reception.state).where(Reception.id == found.id).with_for_update()).one())
    now_shown = queries.shown_row(db, found.id)
    if now_shown is not None:
        is_same = (now_shown.attachment_id, now_shown.document_id) == (file.attachment_id, file.document_id)
        if is_same and now_shown.page == wanted.page:
            return now_shown.id
        now_shown.until = at
    row = ShownPage(
        reception_id=found.id,
        attachment_id=file.attachment_id,
        document_id=file.document_id,
        name=file.name,
        sha256=file.sha256,
        page=wanted.page,
        pages=wanted.pages,
        officer_id=who.officer_id,
        officer_name=who.name,
        at=at,
    )
    db.add(row)
    db.flush()
    facts = {"file": file.code, "sha256": file.sha256, "page": wanted.page, "inside": queries.inside(db, found.id)}
    audit.record(db, who, at, "showed_page", about(found), **facts)
    return row.id


def check_showable(found: ReceptionFile, file: CaseFile) -> None:
    """Refuse a paper that must not or cannot be shown in this room now. Raises Refused."""
    rules.check_running(found.state)
    if file.why_not:
        raise Refused(file.why_not)


def put_away(db: Session, who: Who, at: datetime, code: str) -> None:
    """Show nothing any more. Twice is once. Raises NotHere."""
    found = desk_of(db, who, code)
    row = queries.shown_row(db, found.id)
    if row is None:
        return
    row.until = at
    audit.record(db, who, at, "put_page_away", about(found))


def desk_of(db: Session, who: Who, code: str) -> ReceptionFile:
    """Return a reception for those who hold its desk. Raises NotHere for anybody else."""
    found = receptions.reception_for(db, who, code)
    if found.unit_id != who.unit_id or found.room_role not in DESK:
        raise NotHere
    return found


def about(found: ReceptionFile) -> About:
    """Return what entries of the log on a reception are about."""
    return About("reception", found.id, found.code, found.case_id, found.unit_id)
