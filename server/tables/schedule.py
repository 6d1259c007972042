"""Reception days, their slots, and appointments."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.tables.base import Base, Code, Id, Line, Name, Prose, word
from server.tables.people import Officer
from server.tables.requests import ReceptionRequest
from server.words import AppointmentState, DayKind, DayState


class ReceptionDay(Base):
    """A day (kỳ tiếp) on which a chair receives; published at least 5 working days before (Article 24)."""

    __tablename__ = "reception_days"

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[DayKind] = mapped_column(word(DayKind))
    held_on: Mapped[date] = mapped_column(index=True)
    place: Mapped[Line]
    chair_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    is_delegated: Mapped[bool] = mapped_column(default=False)
    attendees: Mapped[Prose] = mapped_column(default="")
    expected_content: Mapped[Prose] = mapped_column(default="")
    state: Mapped[DayState] = mapped_column(word(DayState), index=True)
    published_at: Mapped[datetime | None]
    is_posted_late: Mapped[bool] = mapped_column(default=False)
    postponed_ground: Mapped[Prose] = mapped_column(default="")
    moved_to_on: Mapped[date | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    chair: Mapped[Officer] = relationship(lazy="raise")
    slots: Mapped[list["Slot"]] = relationship(lazy="raise", order_by="Slot.starts_at", back_populates="day")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class Slot(Base):
    """A time that can be booked. ``booked`` changes only by one conditional UPDATE."""

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint("day_id", "starts_at"),
        CheckConstraint("booked >= 0 and booked <= capacity", name="within_capacity"),
    )

    id: Mapped[Id]
    day_id: Mapped[int] = mapped_column(ForeignKey("reception_days.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int] = mapped_column(default=1)
    booked: Mapped[int] = mapped_column(default=0)
    day: Mapped[ReceptionDay] = relationship(lazy="raise", back_populates="slots")


class Appointment(Base):
    """A slot given to a request; at most one that is booked per request."""

    __tablename__ = "appointments"
    __table_args__ = (
        Index(
            "uq_appointments_one_booked",
            "request_id",
            unique=True,
            sqlite_where=text("state = 'booked'"),
            postgresql_where=text("state = 'booked'"),
        ),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), index=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    state: Mapped[AppointmentState] = mapped_column(word(AppointmentState))
    digits: Mapped[str] = mapped_column(String(6), index=True)
    is_in_person: Mapped[bool] = mapped_column(default=False)
    changed_ground: Mapped[Prose] = mapped_column(default="")
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    cancel_asked_ground: Mapped[Line] = mapped_column(default="")
    checked_device_at: Mapped[datetime | None]
    device_result: Mapped[Name] = mapped_column(default="")
    slot: Mapped[Slot] = relationship(lazy="raise")
    request: Mapped[ReceptionRequest] = relationship(lazy="raise")


class DayMinutes(Base):
    """Minutes of a leader's day to which nobody came: numbered when the day closes, printed by a job."""

    __tablename__ = "day_minutes"

    id: Mapped[Id]
    day_id: Mapped[int] = mapped_column(ForeignKey("reception_days.id"), unique=True)
    number: Mapped[str] = mapped_column(String(60))
    written_by: Mapped[Name]
    written_at: Mapped[datetime]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
