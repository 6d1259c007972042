"""Which template of an office is in force for a form, its versions, and the one a paper was made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.papers import rules_docx
from server.tables import PaperTemplate
from server.who import Who
from server.words import PaperForm

SEALED = "own_template"
"""Where an issued paper keeps which template it was made with."""


@dataclass(frozen=True, slots=True)
class Template:
    """One version of an office's own template."""

    id: int
    form: PaperForm
    number: int
    name: str
    bytes: int
    sha256: str
    stored_as: str
    used: tuple[str, ...]
    officer_name: str
    at: datetime
    since: datetime | None
    until: datetime | None

    @property
    def is_in_force(self) -> bool:
        """Whether papers of its form are made with it now."""
        return self.since is not None and self.until is None


def in_force(db: Session, unit_id: int) -> dict[PaperForm, Template]:
    """Return the own templates in force in an office; a form that is not there prints as built in."""
    rows = db.scalars(
        select(PaperTemplate).where(
            PaperTemplate.unit_id == unit_id, PaperTemplate.since.is_not(None), PaperTemplate.until.is_(None)
        )
    )
    return {row.form: template(row) for row in rows}


def versions(db: Session, who: Who, form: PaperForm) -> tuple[Template, ...]:
    """Return the versions of a form in this person's office, newest first."""
    rows = db.scalars(
        select(PaperTemplate)
        .where(PaperTemplate.unit_id == who.unit_id, PaperTemplate.form == form)
        .order_by(PaperTemplate.number.desc())
        .limit(rules_docx.MOST_VERSIONS)
    )
    return tuple(template(row) for row in rows)


def version_for(db: Session, who: Who, form: PaperForm, number: int) -> Template:
    """Return one version of a form in this person's office. Raises NotHere."""
    return template(row_of(db, who, form, number))


def row_of(db: Session, who: Who, form: PaperForm, number: int) -> PaperTemplate:
    """Return the row of one version. Raises NotHere."""
    row = db.scalar(
        select(PaperTemplate).where(
            PaperTemplate.unit_id == who.unit_id, PaperTemplate.form == form, PaperTemplate.number == number
        )
    )
    if row is None:
        raise NotHere
    return row


def template_of(db: Session, unit_id: int, form: PaperForm, sealed: Mapping[str, Any]) -> Template | None:
    """Return the template a paper is made with: the one in force for a draft, the one it was issued with afterwards."""
    if not sealed:
        return in_force(db, unit_id).get(form)
    kept = sealed.get(SEALED)
    row = db.get(PaperTemplate, kept["id"]) if kept else None
    return template(row) if row is not None else None


def template(row: PaperTemplate) -> Template:
    """Return the frozen record of a row."""
    return Template(
        row.id, row.form, row.number, row.name, row.bytes, row.sha256, row.stored_as, tuple(row.used),
        row.officer_name, row.at, row.since, row.until,
    )  # fmt: skip
