"""Minutes, their saved states, the citizen's answers, and papers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.tables.base import Base, Code, Hash, Id, Line, Name, Prose, word
from server.words import Answer, ConfirmationMethod, DocumentKind, MinutesField, MinutesState, Origin


class Minutes(Base):
    """The minutes of one reception. After sealing nothing changes."""

    __tablename__ = "minutes"

    id: Mapped[Id]
    code: Mapped[Code]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    state: Mapped[MinutesState] = mapped_column(word(MinutesState))
    number: Mapped[str] = mapped_column(String(60), default="")
    shown_at: Mapped[datetime | None]
    method: Mapped[ConfirmationMethod | None] = mapped_column(word(ConfirmationMethod))
    confirmed_at: Mapped[datetime | None]
    refused_ground: Mapped[Prose] = mapped_column(default="")
    witness: Mapped[Name] = mapped_column(default="")
    one_time_code_hash: Mapped[str] = mapped_column(String(64), default="")
    one_time_code_until: Mapped[datetime | None]
    one_time_code_tries: Mapped[int] = mapped_column(default=0)
    sealed_at: Mapped[datetime | None]
    sealed_head: Mapped[dict[str, Any]] = mapped_column(default=dict)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    texts: Mapped[list["MinutesText"]] = relationship(lazy="raise")
    answers: Mapped[list["MinutesAnswer"]] = relationship(lazy="raise", order_by="MinutesAnswer.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class MinutesText(Base):
    """The present words of one part of the minutes; ``version`` guards against overwriting."""

    __tablename__ = "minutes_texts"
    __table_args__ = (UniqueConstraint("minutes_id", "field"),)

    id: Mapped[Id]
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    field: Mapped[MinutesField] = mapped_column(word(MinutesField))
    words: Mapped[Prose]
    version: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))


class Revision(Base):
    """Every saved state of one part, and every text that came too late (``is_proposal``). Append-only."""

    __tablename__ = "revisions"

    id: Mapped[Id]
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    field: Mapped[MinutesField] = mapped_column(word(MinutesField))
    version: Mapped[int]
    words: Mapped[Prose]
    is_proposal: Mapped[bool] = mapped_column(default=False)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    at: Mapped[datetime]


class MinutesAnswer(Base):
    """The citizen's answer to one paragraph, tied to the very words by their hash. Append-only."""

    __tablename__ = "minutes_answers"

    id: Mapped[Id]
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    field: Mapped[MinutesField] = mapped_column(word(MinutesField))
    paragraph: Mapped[int]
    words_sha256: Mapped[Hash]
    answer: Mapped[Answer] = mapped_column(word(Answer))
    objection: Mapped[Prose] = mapped_column(default="")
    member: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class Document(Base):
    """A paper of the office: printed, fingerprinted, filed with the case."""

    __tablename__ = "documents"

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    reception_id: Mapped[int | None] = mapped_column(ForeignKey("receptions.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(word(DocumentKind))
    name: Mapped[Line]
    number: Mapped[str] = mapped_column(String(60), default="")
    issued_on: Mapped[date | None]
    content_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[Hash]
    stored_as: Mapped[str] = mapped_column(String(120))
    origin: Mapped[Origin] = mapped_column(word(Origin))
    converted_by: Mapped[Name] = mapped_column(default="")
    created_at: Mapped[datetime]
