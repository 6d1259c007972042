"""What is kept so that a break is no end: printed kits, incidents, morning drills."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Hash, Id, Line, word
from server.words import DrillLight, IncidentKind, IncidentState


class PaperKit(Base):
    """The kit for going on on paper of one ward and day, as a PDF. ``content_sha256`` tells when the day changed.

    It carries names and telephones, so it lives only as long as its day.
    """

    __tablename__ = "paper_kits"
    __table_args__ = (UniqueConstraint("unit_id", "held_on"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    held_on: Mapped[date] = mapped_column(index=True)
    content_sha256: Mapped[Hash]
    stored_as: Mapped[str] = mapped_column(String(120))
    bytes: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]


class Incident(Base):
    """Something that did not work in a reception: told by somebody inside, or by the room itself.

    ``place`` is a place in the room, never a name; empty: the room itself. ``key`` makes telling it twice harmless.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        UniqueConstraint("reception_id", "key"),
        Index("ix_incidents_open", "unit_id", "state", "told_at"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"))
    kind: Mapped[IncidentKind] = mapped_column(word(IncidentKind))
    place: Mapped[str] = mapped_column(String(20), default="")
    words: Mapped[Line] = mapped_column(default="")
    quality: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(String(60))
    told_at: Mapped[datetime]
    state: Mapped[IncidentState] = mapped_column(word(IncidentState))
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    changed_at: Mapped[datetime | None]
    done: Mapped[Line] = mapped_column(default="")


class RoomDrill(Base):
    """The last drill of a ward's room on one day. ``steps`` is step → code of the finding."""

    __tablename__ = "room_drills"
    __table_args__ = (UniqueConstraint("unit_id", "held_on"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    held_on: Mapped[date] = mapped_column(index=True)
    light: Mapped[DrillLight] = mapped_column(word(DrillLight))
    steps: Mapped[dict[str, Any]]
    device: Mapped[Line] = mapped_column(default="")
    done_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    done_at: Mapped[datetime]
