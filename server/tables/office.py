"""Units, the working calendar, number sequences and settings of a unit."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Id, Line, Name, word
from server.words import UnitKind


class Unit(Base):
    """An office that receives or takes part; units form a tree with the city on top."""

    __tablename__ = "units"

    id: Mapped[Id]
    code: Mapped[Code]
    kind: Mapped[UnitKind] = mapped_column(word(UnitKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[Name]
    name_sort: Mapped[str] = mapped_column(String(400))
    short_code: Mapped[str] = mapped_column(String(20))
    phone: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[Line] = mapped_column(default="")
    reception_place: Mapped[Line] = mapped_column(default="")
    locality: Mapped[Name] = mapped_column(default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SpecialDay(Base):
    """A day on which the office differs from the week: a holiday, or a Saturday that is worked.

    Seeded from a package, owned by the city: a late decree or a storm can be entered.
    """

    __tablename__ = "special_days"

    on: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    name: Mapped[Name]
    changed_at: Mapped[datetime]


class CalendarChange(Base):
    """One day of one version of the calendar: what it became, why, and by whom. Append-only.

    ``is_working`` empty: the day follows the week again. ``moved``: how many open terms this moved.
    """

    __tablename__ = "calendar_changes"
    __table_args__ = (UniqueConstraint("version", "on"),)

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(index=True)
    on: Mapped[date] = mapped_column(index=True)
    is_working: Mapped[bool | None]
    name: Mapped[Name]
    ground: Mapped[Line] = mapped_column(default="")
    at: Mapped[datetime]
    by_name: Mapped[Name]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    moved: Mapped[int] = mapped_column(default=0)


class NumberSequence(Base):
    """The last number given in one register of one unit in one year."""

    __tablename__ = "number_sequences"
    __table_args__ = (UniqueConstraint("unit_id", "register", "year"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    register: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    last: Mapped[int]


class UnitSetting(Base):
    """A setting that an office changes by itself; names and bounds are in ``office.rules``."""

    __tablename__ = "unit_settings"
    __table_args__ = (UniqueConstraint("unit_id", "name"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[Line]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
