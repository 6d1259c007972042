"""Petitions, who stands in them, what they contain, and every step of handling them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Id, Line, Name, Prose, word
from server.tables.requests import Sorted
from server.words import Direction, Kind, PetitionPart, PetitionState, PetitionVerb, Role, Target


class Petition(Sorted, Base):
    """A petition (đơn), as received: paper over the counter, by post, or out of a registration.

    ``title`` stays as the citizen wrote it (F20). A petition with a secret element keeps only
    ``paper_reference``; everything else about it is emptied when it is taken off the system.
    """

    __tablename__ = "petitions"
    __table_args__ = (
        UniqueConstraint("unit_id", "number"),
        Index("ix_petitions_unit_state", "unit_id", "state", "received_on"),
        Index("ix_petitions_unit_received", "unit_id", "received_on"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    number: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("petitions.id"), index=True)
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("petitions.id"), index=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"), index=True)
    kind: Mapped[Kind] = mapped_column(word(Kind))
    target: Mapped[Target | None] = mapped_column(word(Target))
    state: Mapped[PetitionState] = mapped_column(word(PetitionState))
    title: Mapped[Line]
    title_folded: Mapped[Line]
    body_concerned: Mapped[Line] = mapped_column(default="")
    body_folded: Mapped[Line] = mapped_column(default="")
    name_folded: Mapped[Name] = mapped_column(default="", index=True)
    id_number: Mapped[str] = mapped_column(String(40), default="")
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    group_size: Mapped[int] = mapped_column(default=1)
    prior_decision: Mapped[Line] = mapped_column(default="")
    is_pending_elsewhere: Mapped[bool] = mapped_column(default=False)
    gaps: Mapped[list[Any]] = mapped_column(default=list)
    directed_to: Mapped[Line] = mapped_column(default="")
    direction_words: Mapped[Prose] = mapped_column(default="")
    paper_number: Mapped[str] = mapped_column(String(60), default="")
    paper_reference: Mapped[Line] = mapped_column(default="")
    received_on: Mapped[date]
    directed_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    """When the desk was first done with it: directed, withdrawn, split, or taken off the system."""
    created_at: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class PetitionPerson(Base):
    """Somebody who stands in a petition, and the paper that lets them act for others."""

    __tablename__ = "petition_people"

    id: Mapped[Id]
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), index=True)
    part: Mapped[PetitionPart] = mapped_column(word(PetitionPart))
    name: Mapped[Name]
    id_number: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[Line] = mapped_column(default="")
    paper: Mapped[Line] = mapped_column(default="")
    is_certified: Mapped[bool] = mapped_column(default=False)
    content: Mapped[int | None]
    added_at: Mapped[datetime]


class PetitionContent(Base):
    """One content of a petition: withdrawn by itself, reopened only when the withdrawal was forced (F69)."""

    __tablename__ = "petition_contents"
    __table_args__ = (UniqueConstraint("petition_id", "number"),)

    id: Mapped[Id]
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), index=True)
    number: Mapped[int]
    words: Mapped[Prose]
    withdrawn_on: Mapped[date | None]
    withdrawn_paper: Mapped[Line] = mapped_column(default="")
    reopened_on: Mapped[date | None]
    reopened_grounds: Mapped[Prose] = mapped_column(default="")


class PetitionStep(Base):
    """One step of handling a petition: who, when, in which role, to whom, with which paper."""

    __tablename__ = "petition_steps"

    id: Mapped[Id]
    petition_id: Mapped[int] = mapped_column(ForeignKey("petitions.id"), index=True)
    verb: Mapped[PetitionVerb] = mapped_column(word(PetitionVerb))
    state: Mapped[PetitionState] = mapped_column(word(PetitionState))
    direction: Mapped[Direction | None] = mapped_column(word(Direction))
    words: Mapped[Prose] = mapped_column(default="")
    paper_number: Mapped[str] = mapped_column(String(60), default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(word(Role))
    at: Mapped[datetime]
