"""Receptions: the meeting as the office records it, who took part, and every note of the room."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.tables.base import Base, Code, Id, Line, Name, Prose, word
from server.tables.schedule import Appointment
from server.words import CallState, IdentityCheck, ReceptionState, TickList, Urgency


class Reception(Base):
    """One reception (lượt tiếp): one citizen or group, one matter, one room, one set of minutes.

    ``code`` is the room's name in every ticket and note.
    """

    __tablename__ = "receptions"

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    chair_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    state: Mapped[ReceptionState] = mapped_column(word(ReceptionState), index=True)
    media_node: Mapped[str] = mapped_column(String(40), default="")
    identity_check: Mapped[IdentityCheck] = mapped_column(word(IdentityCheck), default=IdentityCheck.NOT_YET)
    identity_checked_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    opened_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    without_recording_ground: Mapped[Prose] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(String(20), default="")
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str] = mapped_column(String(40), default="")
    stopped_ground: Mapped[str] = mapped_column(String(20), default="")
    notes_until: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    appointment: Mapped[Appointment] = relationship(lazy="raise")
    members: Mapped[list["ReceptionMember"]] = relationship(lazy="raise", order_by="ReceptionMember.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class ReceptionMember(Base):
    """Someone who may enter the room. ``people`` are those named behind one camera."""

    __tablename__ = "reception_members"
    __table_args__ = (UniqueConstraint("reception_id", "member"),)

    id: Mapped[Id]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    member: Mapped[str] = mapped_column(String(40))
    room_role: Mapped[str] = mapped_column(String(20))
    site: Mapped[str] = mapped_column(String(20))
    name: Mapped[Name]
    title: Mapped[Name] = mapped_column(default="")
    unit_name: Mapped[Name] = mapped_column(default="")
    people: Mapped[list[Any]] = mapped_column(default=list)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizens.id"))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    acknowledged_at: Mapped[datetime | None]
    first_connected_at: Mapped[datetime | None]
    last_left_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class RoomNote(Base):
    """A fact the room told the office, exactly once per (reception, seq)."""

    __tablename__ = "room_notes"
    __table_args__ = (UniqueConstraint("reception_id", "seq"),)

    id: Mapped[Id]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    seq: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    member: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]]
    worker: Mapped[str] = mapped_column(String(40))
    stored_at: Mapped[datetime]


class GuestLink(Base):
    """A one-person link for someone invited by name (a department, an interpreter).

    The first browser that enters the room by it is the only one that can; ``used_by_browser`` is its mark.
    """

    __tablename__ = "guest_links"

    id: Mapped[Id]
    code: Mapped[Code]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    member: Mapped[str] = mapped_column(String(40))
    contact: Mapped[Line] = mapped_column(default="")
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_browser: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class DeviceCheck(Base):
    """The last check of devices for an appointment: what each step found, and whether the ward is to call back.

    ``steps`` is step → code of the finding. A call is open while ``call_wanted_at`` is set and ``called_at`` is not.
    """

    __tablename__ = "device_checks"
    __table_args__ = (Index("ix_device_checks_call", "unit_id", "call_wanted_at"),)

    id: Mapped[Id]
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    checked_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(20), default="")
    steps: Mapped[dict[str, Any]] = mapped_column(default=dict)
    device: Mapped[Line] = mapped_column(default="")
    call_wanted_at: Mapped[datetime | None]
    is_call_asked: Mapped[bool] = mapped_column(default=False)
    called_at: Mapped[datetime | None]
    called_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))


class ReceptionTick(Base):
    """A line of a list that was ticked off beside a reception: by whom, when. Unticked lines have no row."""

    __tablename__ = "reception_ticks"
    __table_args__ = (UniqueConstraint("reception_id", "list", "code"),)

    id: Mapped[Id]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    list: Mapped[TickList] = mapped_column(word(TickList))
    code: Mapped[str] = mapped_column(String(40))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    at: Mapped[datetime]


class BoardCall(Base):
    """A ward's call for the city's reception board during a reception, and the board's answer.

    ``hand_over`` is all that the board reads of the matter before it has a place in the room.
    """

    __tablename__ = "board_calls"
    __table_args__ = (Index("ix_board_calls_waiting", "board_id", "state", "asked_at"),)

    id: Mapped[Id]
    code: Mapped[Code]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    board_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    state: Mapped[CallState] = mapped_column(word(CallState))
    urgency: Mapped[Urgency] = mapped_column(word(Urgency))
    hand_over: Mapped[Prose]
    stay_minutes: Mapped[int]
    asked_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    asked_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    """When somebody of the board first had it on the screen."""
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    answered_at: Mapped[datetime | None]
    ground: Mapped[Line] = mapped_column(default="")
    offered_at: Mapped[datetime | None]
    """The other time that was offered."""
    member: Mapped[str] = mapped_column(String(40), default="")
    is_seat_made: Mapped[bool] = mapped_column(default=False)
    """The place in the room came with this call, and goes with it."""
    withdrawn_at: Mapped[datetime | None]
    key: Mapped[str] = mapped_column(String(64), unique=True)
