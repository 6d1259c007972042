"""Cases, who works on them, what is owed by when."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.tables.base import Base, Code, Id, Line, Name, Prose, word
from server.tables.office import Unit
from server.tables.people import Citizen, Officer
from server.words import CaseState, CaseVerb, Complexity, FollowUpState, Kind, TermChange


class Case(Base):
    """The file that outlives the meeting. ``code`` is unique with its unit, e.g. ``2026/0147``."""

    __tablename__ = "cases"
    __table_args__ = (UniqueConstraint("unit_id", "number"),)

    id: Mapped[Id]
    code: Mapped[Code]
    number: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    kind: Mapped[Kind] = mapped_column(word(Kind))
    title: Mapped[Line]
    title_folded: Mapped[Line] = mapped_column(index=True)
    state: Mapped[CaseState] = mapped_column(word(CaseState), index=True)
    is_restricted: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    citizen: Mapped[Citizen] = relationship(lazy="raise")
    unit: Mapped[Unit] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class Assignment(Base):
    """An officer (of a department or the city board) who may open this case."""

    __tablename__ = "assignments"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    given_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    officer: Mapped[Officer] = relationship(lazy="raise", foreign_keys=[officer_id])


class VerificationCopy(Base):
    """The content of a denunciation, typed out anew without its denouncer, for the officer who checks it.

    It is all that this officer gets of the case. Never changed: a wrong one is taken back (``ended_at``), a new one given.
    """

    __tablename__ = "verification_copies"
    __table_args__ = (Index("ix_verification_copies_given", "given_to", "ended_at"),)

    id: Mapped[Id]
    code: Mapped[Code]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    words: Mapped[Prose]
    given_to: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    given_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)


class CaseRuling(Base):
    """Why a resolution was suspended, ended or passed on: the ground in words and the paper."""

    __tablename__ = "case_rulings"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    verb: Mapped[CaseVerb] = mapped_column(word(CaseVerb))
    words: Mapped[Prose]
    paper_number: Mapped[str] = mapped_column(String(60), default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name] = mapped_column(default="")
    at: Mapped[datetime]


class FollowUp(Base):
    """Something someone owes by a date: what the chair promised, kept until it is done."""

    __tablename__ = "follow_ups"

    id: Mapped[Id]
    code: Mapped[Code]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    reception_id: Mapped[int | None] = mapped_column(ForeignKey("receptions.id"), index=True)
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    owner_name: Mapped[Name]
    words: Mapped[Prose]
    due_on: Mapped[date] = mapped_column(index=True)
    state: Mapped[FollowUpState] = mapped_column(word(FollowUpState))
    evidence: Mapped[Prose] = mapped_column(default="")
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class Deadline(Base):
    """A date of law for a case, with the rule, its version and all that the date was computed from.

    ``due_on`` is the law's date; ``internal_on`` is the office's own, never later. ``pauses`` are
    [from, to] of times in which the clock stood; ``paused_on``: it stands now. ``met_by`` and
    ``started_by``: the paper that did it, where one did; taking it back takes that back.
    """

    __tablename__ = "deadlines"
    __table_args__ = (UniqueConstraint("case_id", "rule", "started_on"),)

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    rule_version: Mapped[str] = mapped_column(String(20))
    article: Mapped[Line]
    started_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    met_on: Mapped[date | None]
    met_by_id: Mapped[int | None] = mapped_column(ForeignKey("official_papers.id"), index=True)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("official_papers.id"), index=True)
    is_remote: Mapped[bool] = mapped_column(default=False)
    complexity: Mapped[Complexity] = mapped_column(word(Complexity), default=Complexity.NORMAL)
    given_on: Mapped[date | None]
    internal_days: Mapped[int | None]
    internal_on: Mapped[date | None]
    extensions: Mapped[int] = mapped_column(default=0)
    extended_days: Mapped[int] = mapped_column(default=0)
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    paused_on: Mapped[date | None]
    calendar_version: Mapped[int] = mapped_column(default=0)


class DeadlineChange(Base):
    """Why a running term moved or stood still. Append-only; shown on the case."""

    __tablename__ = "deadline_changes"

    id: Mapped[Id]
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"), index=True)
    what: Mapped[TermChange] = mapped_column(word(TermChange))
    before_on: Mapped[date]
    after_on: Mapped[date]
    ground: Mapped[Line] = mapped_column(default="")
    decision: Mapped[Name] = mapped_column(default="")
    calendar_version: Mapped[int]
    at: Mapped[datetime]
    by_name: Mapped[Name]
