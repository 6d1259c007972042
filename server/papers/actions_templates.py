"""Keep a version of an office's own template, put one in force, go back to the built-in form."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import audit
from server.adapters.files import Kept
from server.audit import About
from server.errors import NotYours, Refused
from server.papers import actions, queries, queries_templates, rules_docx
from server.tables import OfficialPaper, PaperTemplate, Unit
from server.who import Who
from server.words import PaperForm


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A template that was judged and stored; ``key`` makes a repeated command harmless."""

    form: PaperForm
    name: str
    kept: Kept
    used: tuple[str, ...]
    key: str


def about(row: PaperTemplate) -> About:
    """Name a template in the audit."""
    return About("paper_template", row.id, f"{row.form.value}/{row.number}", None, row.unit_id)


def keep(db: Session, who: Who, at: datetime, new: NewTemplate) -> tuple[int, bool]:
    """Keep a version; it is not in force yet. Returns its number, and False when it was kept before.

    Raises NotYours, Refused("templates_full").
    """
    if who.officer_id is None:
        raise NotYours("paper_not_yours")
    _one_at_a_time(db, who)
    key = f"{who.officer_id}:{new.key}"
    known = db.scalar(select(PaperTemplate.number).where(PaperTemplate.idempotency_key == key))
    if known is not None:
        return known, False
    last = db.scalar(
        select(func.max(PaperTemplate.number)).where(
            PaperTemplate.unit_id == who.unit_id, PaperTemplate.form == new.form
        )
    )
    if (last or 0) >= rules_docx.MOST_VERSIONS:
        raise Refused("templates_full")
    row = PaperTemplate(
        unit_id=who.unit_id,
        form=new.form,
        number=(last or 0) + 1,
        name=new.name,
        bytes=new.kept.bytes,
        sha256=new.kept.sha256,
        stored_as=new.kept.stored_as,
        used=list(new.used),
        officer_id=who.officer_id,
        officer_name=who.name,
        at=at,
        idempotency_key=key,
    )
    db.add(row)
    db.flush()
    audit.record(db, who, at, "kept_template", about(row), sha256=row.sha256)
    return row.number, True


def put_in_force(db: Session, who: Who, at: datetime, form: PaperForm, number: int) -> None:
    """Make papers of a form with this version from now on; twice is once. Raises NotHere."""
    _one_at_a_time(db, who)
    row = queries_templates.row_of(db, who, form, number)
    if row.since is not None and row.until is None:
        return
    _end(db, who, at, form)
    row.since, row.until = at, None
    db.flush()
    audit.record(db, who, at, "put_template_in_force", about(row), sha256=row.sha256)


def go_back(db: Session, who: Who, at: datetime, form: PaperForm) -> None:
    """Make papers of a form as built in again; the versions stay. Twice is once."""
    _one_at_a_time(db, who)
    for row in _end(db, who, at, form):
        audit.record(db, who, at, "took_template_back", about(row))


def note_download(db: Session, who: Who, at: datetime, code: str) -> None:
    """Write down that somebody took a paper as DOCX. Raises NotHere."""
    audit.record(db, who, at, "downloaded_paper", actions.about(queries.row_for(db, who, code)))


def seal(db: Session, row: OfficialPaper) -> dict[str, object]:
    """Return what an issued paper keeps of the template it was made with; nothing when it is as built in."""
    found = queries_templates.in_force(db, row.unit_id).get(row.form)
    if found is None:
        return {}
    return {queries_templates.SEALED: {"id": found.id, "number": found.number, "sha256": found.sha256}}


def _end(db: Session, who: Who, at: datetime, form: PaperForm) -> list[PaperTemplate]:
    rows = list(
        db.scalars(
            select(PaperTemplate).where(
                PaperTemplate.unit_id == who.unit_id,
                PaperTemplate.form == form,
                PaperTemplate.since.is_not(None),
                PaperTemplate.until.is_(None),
            )
        )
    )
    for row in rows:
        row.until = at
    return rows


def _one_at_a_time(db: Session, who: Who) -> None:
    """Two who change an office's templates wait for each other: one of a form is in force, never two."""
    db.execute(select(Unit.id).where(Unit.id == who.unit_id).with_for_update())
