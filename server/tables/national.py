"""What must be typed into the national database, differences found there, and files handed over."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Hash, Id, Line, Name, Prose, word
from server.words import NationalAccount, NationalEvent, NationalState


class NationalEntry(Base):
    """One thing that happened and which of the four accounts must enter it (F75).

    It holds no word of the matter: the fields to copy are read from their source when shown.
    """

    __tablename__ = "national_entries"
    __table_args__ = (
        UniqueConstraint("event", "about_id"),
        Index("ix_national_entries_unit_state", "unit_id", "state", "happened_on"),
        Index("ix_national_entries_unit_happened", "unit_id", "happened_on"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    event: Mapped[NationalEvent] = mapped_column(word(NationalEvent))
    account: Mapped[NationalAccount] = mapped_column(word(NationalAccount))
    about_id: Mapped[int]
    about_code: Mapped[str] = mapped_column(String(40))
    is_restricted: Mapped[bool] = mapped_column(default=False)
    happened_on: Mapped[date]
    state: Mapped[NationalState] = mapped_column(word(NationalState))
    national_code: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[Prose] = mapped_column(default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name] = mapped_column(default="")
    changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class NationalDifference(Base):
    """A difference between paper and national entry, to be mended within five working days (F74)."""

    __tablename__ = "national_differences"
    __table_args__ = (Index("ix_national_differences_unit_found", "unit_id", "found_on"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("national_entries.id"), index=True)
    field: Mapped[Line]
    before: Mapped[Line]
    after: Mapped[Line]
    found_on: Mapped[date]
    due_on: Mapped[date]
    found_by: Mapped[Name]
    fixed_on: Mapped[date | None]
    fixed_by: Mapped[Name] = mapped_column(default="")
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)


class NationalReceipt(Base):
    """A file that left for the national database: what it held, its fingerprint, who made it."""

    __tablename__ = "national_receipts"
    __table_args__ = (Index("ix_national_receipts_unit_made", "unit_id", "made_at"),)

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    account: Mapped[NationalAccount | None] = mapped_column(word(NationalAccount))
    from_on: Mapped[date]
    until_on: Mapped[date]
    entries: Mapped[int]
    withheld: Mapped[int]
    sha256: Mapped[Hash]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    made_at: Mapped[datetime]


class NationalMonth(Base):
    """A month's reconciliation of paper and national entries, as signed: the figures of that moment."""

    __tablename__ = "national_months"
    __table_args__ = (UniqueConstraint("unit_id", "month"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    month: Mapped[str] = mapped_column(String(7))
    total: Mapped[int]
    entered: Mapped[int]
    differences: Mapped[int]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    signed_at: Mapped[datetime]
