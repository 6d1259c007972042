"""Papers in the room: pages that were laid before everybody, and what a citizen handed in during the reception."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Code, Hash, Id, Line, Name, Prose, word
from server.words import HandInState


class ShownPage(Base):
    """A page of a filed paper that everybody in the room saw: from when, until when, shown by whom.

    Of one reception at most one has no ``until``. Name and SHA-256 are those of the file at that moment.
    """

    __tablename__ = "shown_pages"

    id: Mapped[Id]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    name: Mapped[Line]
    sha256: Mapped[Hash]
    page: Mapped[int]
    pages: Mapped[int]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    at: Mapped[datetime]
    until: Mapped[datetime | None]


class HandIn(Base):
    """Papers that a citizen handed in during a reception; ``code`` stands on the receipt.

    They wait until the desk takes them into the case or returns them with a ground.
    """

    __tablename__ = "hand_ins"

    id: Mapped[Id]
    code: Mapped[Code]
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id"), index=True)
    member: Mapped[str] = mapped_column(String(40))
    name: Mapped[Name]
    state: Mapped[HandInState] = mapped_column(word(HandInState))
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name] = mapped_column(default="")
    ground: Mapped[Prose] = mapped_column(default="")
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)


class HandedFile(Base):
    """One file of what was handed in. After a return its bytes are gone, the fingerprint stays on the receipt."""

    __tablename__ = "handed_files"

    id: Mapped[Id]
    hand_in_id: Mapped[int] = mapped_column(ForeignKey("hand_ins.id"), index=True)
    name: Mapped[Line]
    content_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    sha256: Mapped[Hash]
    stored_as: Mapped[str] = mapped_column(String(120))
