"""Recordings: segments as written, playable files made from them, and holds."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Hash, Id, Line, Name, Prose, word
from server.words import PlaybackState


class Segment(Base):
    """One original file: one member, one stretch of time. Never changed, never overwritten."""

    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("reception_id", "member", "number"),)

    id: Mapped[Id]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    member: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    file: Mapped[Line]
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[Hash]
    zero_ms: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    has_audio: Mapped[bool]
    has_video: Mapped[bool]
    closed: Mapped[str] = mapped_column(String(20))
    under_seal: Mapped[bool] = mapped_column(default=False)
    registered_at: Mapped[datetime]


class Playback(Base):
    """A playable, seekable file of one member, made from the segments; can be made again.

    What is under seal has one of its own and is in no other.
    """

    __tablename__ = "playbacks"
    __table_args__ = (UniqueConstraint("reception_id", "member", "under_seal"),)

    id: Mapped[Id]
    code: Mapped[Code]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    member: Mapped[str] = mapped_column(String(40))
    name: Mapped[Name]
    under_seal: Mapped[bool] = mapped_column(default=False)
    state: Mapped[PlaybackState] = mapped_column(word(PlaybackState))
    file: Mapped[Line] = mapped_column(default="")
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    duration_ms: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime | None]


class SealOpening(Base):
    """Somebody may play for a while what is under seal in a reception, on a ground that all who watch it can read."""

    __tablename__ = "seal_openings"

    id: Mapped[Id]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    ground: Mapped[Prose]
    at: Mapped[datetime]
    until: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)


class Hold(Base):
    """Forbids deletion of a case's recordings until released."""

    __tablename__ = "holds"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    ground: Mapped[Prose]
    placed_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    placed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
