"""Official papers with their numbers, and the reception book."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Hash, Id, Line, Name, Prose, word
from server.words import BookCell, Kind, PaperForm, PaperState


class OfficialPaper(Base):
    """A paper the office drafts, numbers and issues. From issuing on only its withdrawal is added."""

    __tablename__ = "official_papers"
    __table_args__ = (
        UniqueConstraint("unit_id", "register", "year", "number"),
        Index("ix_official_papers_unit_state", "unit_id", "state", "id"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    """The request of the citizen whom the paper concerns."""
    reception_id: Mapped[int | None] = mapped_column(ForeignKey("receptions.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    """What is urged."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("official_papers.id"), unique=True)
    form: Mapped[PaperForm] = mapped_column(word(PaperForm))
    state: Mapped[PaperState] = mapped_column(word(PaperState))
    words: Mapped[dict[str, Any]]
    """What was typed, field by field."""
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    register: Mapped[str] = mapped_column(String(40), default="")
    year: Mapped[int | None]
    number: Mapped[int | None]
    number_text: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[date | None]
    sealed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """All that is printed, fixed when the paper is issued; with the versions of the legal basis."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    return_ground: Mapped[Prose] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[Name] = mapped_column(default="")
    withdrawn_ground: Mapped[Prose] = mapped_column(default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class BookLine(Base):
    """A line of the reception book (Mẫu số 03, Circular 04/2021): numbered 1…n in its unit and year, never deleted."""

    __tablename__ = "book_lines"
    __table_args__ = (
        UniqueConstraint("unit_id", "year", "number"),
        Index("ix_book_lines_unit_day", "unit_id", "received_on"),
    )

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    year: Mapped[int]
    number: Mapped[int]
    received_on: Mapped[date]
    reception_id: Mapped[int | None] = mapped_column(ForeignKey("receptions.id"), unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    is_restricted: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Prose]
    identity: Mapped[Line] = mapped_column(default="")
    matter: Mapped[Prose]
    kind: Mapped[Kind] = mapped_column(word(Kind))
    people: Mapped[int] = mapped_column(default=1)
    resolved_by: Mapped[Line] = mapped_column(default="")
    accepted: Mapped[Line] = mapped_column(default="")
    guided: Mapped[Line] = mapped_column(default="")
    transferred: Mapped[Line] = mapped_column(default="")
    result: Mapped[Prose] = mapped_column(default="")
    remark: Mapped[Prose] = mapped_column(default="")
    entered_by: Mapped[Name]
    entered_at: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class BookCorrection(Base):
    """A correction of one cell of the book: both texts, who, when and why. Append-only."""

    __tablename__ = "book_corrections"

    id: Mapped[Id]
    line_id: Mapped[int] = mapped_column(ForeignKey("book_lines.id"), index=True)
    cell: Mapped[BookCell] = mapped_column(word(BookCell))
    old_text: Mapped[Prose]
    new_text: Mapped[Prose]
    ground: Mapped[Prose]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    at: Mapped[datetime]


class PaperTemplate(Base):
    """A version of an office's own DOCX for a form. Never changed, never deleted: papers name the one they used."""

    __tablename__ = "paper_templates"
    __table_args__ = (UniqueConstraint("unit_id", "form", "number"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    form: Mapped[PaperForm] = mapped_column(word(PaperForm))
    number: Mapped[int]
    """1…n among the versions of this form in this office."""
    name: Mapped[Line]
    bytes: Mapped[int]
    sha256: Mapped[Hash]
    stored_as: Mapped[str] = mapped_column(String(80))
    used: Mapped[list[Any]]
    """The names of fields that it prints."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    at: Mapped[datetime]
    since: Mapped[datetime | None]
    """When it was put in force; none while it is only kept."""
    until: Mapped[datetime | None]
    """When it was taken back; one of a form without an end is in force."""
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
