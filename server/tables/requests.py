"""Reception requests, the people behind them, papers handed in, and how they were sorted."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.tables.base import Base, Code, Hash, Id, Line, Name, Prose, word
from server.tables.people import Citizen
from server.words import (
    DeclineGround,
    Direction,
    Instance,
    Kind,
    Origin,
    PetitionField,
    Place,
    RequestState,
    RequestVerb,
    Role,
    Standing,
)


class Sorted:
    """How a registration or a petition counts in the tables; ``field`` is None until a person has said it."""

    field: Mapped[PetitionField | None] = mapped_column(word(PetitionField))
    standing: Mapped[Standing | None] = mapped_column(word(Standing))
    instance: Mapped[Instance] = mapped_column(word(Instance), default=Instance.FIRST)
    direction: Mapped[Direction | None] = mapped_column(word(Direction))
    replied_on: Mapped[date | None]


class ReceptionRequest(Sorted, Base):
    """A citizen's wish to be received. What was entered as a petition from it counts there, and not here.

    For a denunciation (``is_without_content``) only who asks and when is kept: the
    content is never typed in online (domain.md F41, 2.9).
    """

    __tablename__ = "reception_requests"

    id: Mapped[Id]
    code: Mapped[Code]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), index=True)
    kind: Mapped[Kind] = mapped_column(word(Kind))
    state: Mapped[RequestState] = mapped_column(word(RequestState), index=True)
    is_without_content: Mapped[bool] = mapped_column(default=False)
    subject: Mapped[Line]
    subject_folded: Mapped[Line]
    content: Mapped[Prose]
    demand: Mapped[Prose] = mapped_column(default="")
    body_concerned: Mapped[Line] = mapped_column(default="")
    prior_resolution: Mapped[Prose] = mapped_column(default="")
    place: Mapped[Place] = mapped_column(word(Place))
    interpreter: Mapped[Name] = mapped_column(default="")
    support_needed: Mapped[Line] = mapped_column(default="")
    group_size: Mapped[int] = mapped_column(default=1)
    preferred_on: Mapped[date | None]
    locale: Mapped[str] = mapped_column(String(5), default="vi")
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    received_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
    citizen: Mapped[Citizen] = relationship(lazy="raise")
    representatives: Mapped[list["Representative"]] = relationship(lazy="raise")
    attachments: Mapped[list["Attachment"]] = relationship(lazy="raise")
    decisions: Mapped[list["TriageDecision"]] = relationship(lazy="raise", order_by="TriageDecision.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 SQLAlchemy reads it from the class


class Representative(Base):
    """Who speaks for a group (Law on Citizen Reception, Article 29)."""

    __tablename__ = "representatives"

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    name: Mapped[Name]
    id_number: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")


class Attachment(Base):
    """A file handed in. The bytes lie in the file store under ``stored_as``."""

    __tablename__ = "attachments"

    id: Mapped[Id]
    code: Mapped[Code]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    name: Mapped[Line]
    content_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    sha256: Mapped[Hash]
    stored_as: Mapped[str] = mapped_column(String(120))
    origin: Mapped[Origin] = mapped_column(word(Origin))
    uploaded_at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))


class AppointmentPaper(Base):
    """Which file is the written appointment of a group's representatives (F23), of a registration or a petition."""

    __tablename__ = "appointment_papers"

    id: Mapped[Id]
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachments.id"), unique=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    petition_id: Mapped[int | None] = mapped_column(ForeignKey("petitions.id"), index=True)
    added_at: Mapped[datetime]


class TriageDecision(Base):
    """One step of sorting: who decided what, on which ground, in which words to the citizen."""

    __tablename__ = "triage_decisions"

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(ForeignKey("reception_requests.id"), index=True)
    verb: Mapped[RequestVerb] = mapped_column(word(RequestVerb))
    state: Mapped[RequestState] = mapped_column(word(RequestState))
    ground: Mapped[DeclineGround | None] = mapped_column(word(DeclineGround))
    words: Mapped[Prose] = mapped_column(default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(word(Role))
    at: Mapped[datetime]
