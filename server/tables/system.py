"""Audit, outbox, jobs, idempotency keys and rate counters."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Hash, Id, Line, Name, Prose, word
from server.words import Channel, JobState, LetterState, Role


class AuditEntry(Base):
    """Who did what to what, when. Append-only; each entry carries the hash of the one before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("unit_id", "seq"), Index("ix_audit_entries_about", "about_kind", "about_id"))

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(index=True)
    seq: Mapped[int]
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    who_name: Mapped[Name]
    role: Mapped[Role] = mapped_column(word(Role))
    verb: Mapped[str] = mapped_column(String(60))
    about_kind: Mapped[str] = mapped_column(String(40))
    about_id: Mapped[int | None]
    about_code: Mapped[Line] = mapped_column(default="")
    case_id: Mapped[int | None] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    previous_hash: Mapped[Hash]
    entry_hash: Mapped[Hash]


class OutboxLetter(Base):
    """A letter or SMS to be sent. Names a template and its facts; carries no case content."""

    __tablename__ = "outbox_letters"

    id: Mapped[Id]
    message_key: Mapped[str] = mapped_column(String(120), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    channel: Mapped[Channel] = mapped_column(word(Channel))
    address: Mapped[str] = mapped_column(String(254))
    template: Mapped[str] = mapped_column(String(60))
    locale: Mapped[str] = mapped_column(String(5))
    facts: Mapped[dict[str, Any]]
    state: Mapped[LetterState] = mapped_column(word(LetterState), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    error: Mapped[Line] = mapped_column(default="")
    request_id: Mapped[int | None] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    created_at: Mapped[datetime]


class Job(Base):
    """Work to be done later. ``unique_key`` makes booking it twice harmless."""

    __tablename__ = "jobs"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(60), index=True)
    args: Mapped[dict[str, Any]]
    unique_key: Mapped[str] = mapped_column(String(160), unique=True)
    state: Mapped[JobState] = mapped_column(word(JobState), index=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    last_error: Mapped[Prose] = mapped_column(default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """The result of a command that a person may repeat."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    action: Mapped[str] = mapped_column(String(60))
    result: Mapped[Line]
    at: Mapped[datetime]


class RateCounter(Base):
    """How often something was tried in a window of time; survives restarts."""

    __tablename__ = "rate_counters"

    bucket: Mapped[str] = mapped_column(String(160), primary_key=True)
    window_at: Mapped[datetime]
    count: Mapped[int]
