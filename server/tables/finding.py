"""Words by which staff find things, lists read in from outside, and who looked at whose access."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Hash, Id, Line, Name, word
from server.words import ImportKind, ImportState, RowState, SearchKind


class SearchEntry(Base):
    """One thing that can be found: where it hangs decides who may know of it."""

    __tablename__ = "search_entries"
    __table_args__ = (UniqueConstraint("kind", "ref_id"),)

    id: Mapped[Id]
    kind: Mapped[SearchKind] = mapped_column(word(SearchKind))
    ref_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    held_on: Mapped[date]


class SearchWord(Base):
    """A word without accents and a thing of one unit that carries it.

    The unit leads the key: a ward reads its own words only, however many the city has. Words
    are compared byte by byte, so that both engines order and cut them alike.
    """

    __tablename__ = "search_words"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 SQLAlchemy reads it from the class

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(
        String(40).with_variant(String(40, collation="C"), "postgresql"), primary_key=True
    )
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("search_entries.id"), primary_key=True, autoincrement=False, index=True
    )


class ImportRun(Base):
    """One list that somebody handed in: its columns, what they mean, and how far it was taken over."""

    __tablename__ = "import_runs"

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    kind: Mapped[ImportKind] = mapped_column(word(ImportKind))
    state: Mapped[ImportState] = mapped_column(word(ImportState))
    file_name: Mapped[Line]
    sha256: Mapped[Hash]
    columns: Mapped[list[Any]]
    mapping: Mapped[dict[str, Any]]
    rows_total: Mapped[int]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class ImportRow(Base):
    """One line of such a list as written, what is wrong with it, and what became of it."""

    __tablename__ = "import_rows"
    __table_args__ = (UniqueConstraint("run_id", "number"),)

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id"))
    number: Mapped[int]
    cells: Mapped[list[Any]]
    faults: Mapped[list[Any]]
    state: Mapped[RowState] = mapped_column(word(RowState))
    became: Mapped[Name] = mapped_column(default="")


class AccessReview(Base):
    """Somebody looked at what a role of an officer opens, once a quarter, and let it stand."""

    __tablename__ = "access_reviews"
    __table_args__ = (UniqueConstraint("quarter", "officer_id", "unit_id", "role"),)

    id: Mapped[Id]
    quarter: Mapped[str] = mapped_column(String(7))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    role: Mapped[str] = mapped_column(String(32))
    reviewed_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    at: Mapped[datetime]
