"""Reads what was shown and handed in during a reception; the caller has proven its right to the reception."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.minutes import rules_shown
from server.minutes.rules_shown import HandedIn, Stamp
from server.tables import HandedFile, HandIn, ShownPage

MOST_SHOWN = 1000
MOST_HANDED = 50


def shown(db: Session, reception_id: int) -> tuple[Stamp, ...]:
    """Return every page that was shown, in order."""
    rows = db.scalars(
        select(ShownPage).where(ShownPage.reception_id == reception_id).order_by(ShownPage.id).limit(MOST_SHOWN)
    )
    return tuple(Stamp(r.name, r.sha256, r.page, r.pages, r.officer_name, r.at, r.until) for r in rows)


def handed(db: Session, reception_id: int) -> tuple[HandedIn, ...]:
    """Return what was handed in, in order, with what became of it."""
    rows = db.scalars(
        select(HandIn).where(HandIn.reception_id == reception_id).order_by(HandIn.id).limit(MOST_HANDED)
    ).all()
    files: dict[int, list[rules_shown.HandedFile]] = {}
    of_rows = select(HandedFile).where(HandedFile.hand_in_id.in_([row.id for row in rows])).order_by(HandedFile.id)
    for one in db.scalars(of_rows):
        files.setdefault(one.hand_in_id, []).append(rules_shown.HandedFile(one.name, one.bytes, one.sha256))
    return tuple(
        HandedIn(
            row.code, row.name, row.at, row.state.value, row.decided_at, row.officer_name, row.ground,
            tuple(files.get(row.id, ())),
        )
        for row in rows
    )  # fmt: skip
