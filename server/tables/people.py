"""Citizens, officers, their roles and their signed-in browsers."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.birth import BirthDate
from server.tables.base import Base, Hash, Id, Line, Name, word
from server.tables.office import Unit
from server.words import IdKind, Role, Sex


class Citizen(Base):
    """A person who asked to be received. Asked once, offered again."""

    __tablename__ = "citizens"

    id: Mapped[Id]
    name: Mapped[Name]
    name_folded: Mapped[Name] = mapped_column(index=True)
    name_sort: Mapped[str] = mapped_column(String(400), index=True)
    id_kind: Mapped[IdKind] = mapped_column(word(IdKind))
    id_number: Mapped[str] = mapped_column(String(40), index=True)
    id_issued_on: Mapped[date | None]
    id_issued_by: Mapped[Line] = mapped_column(default="")
    born: Mapped[BirthDate | None]
    sex: Mapped[Sex | None] = mapped_column(word(Sex))
    phone: Mapped[str] = mapped_column(String(20), index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    address: Mapped[Line]
    created_at: Mapped[datetime]


class Officer(Base):
    """A staff account: one person, never shared, never used again after it is closed."""

    __tablename__ = "officers"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Name]
    name_folded: Mapped[Name]
    name_sort: Mapped[str] = mapped_column(String(400))
    title: Mapped[Name]
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    roles: Mapped[list["OfficerRole"]] = relationship(lazy="raise", back_populates="officer")


class OfficerRole(Base):
    """A role that an officer holds in a unit; one person may hold several."""

    __tablename__ = "officer_roles"
    __table_args__ = (UniqueConstraint("officer_id", "unit_id", "role"),)

    id: Mapped[Id]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    role: Mapped[Role] = mapped_column(word(Role))
    given_at: Mapped[datetime]
    officer: Mapped[Officer] = relationship(lazy="raise", back_populates="roles")
    unit: Mapped[Unit] = relationship(lazy="raise")


class Login(Base):
    """A signed-in browser. Only the hash of its token is kept.

    ``officer_role_id`` is the role in use; ``request_id`` is set instead for a citizen
    who proved code and telephone.
    """

    __tablename__ = "logins"

    id: Mapped[Id]
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), index=True)
    officer_role_id: Mapped[int | None] = mapped_column(ForeignKey("officer_roles.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("reception_requests.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DigestRefusal(Base):
    """An officer who does not want the weekly letter; the page stays."""

    __tablename__ = "digest_refusals"

    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), primary_key=True)
    at: Mapped[datetime]
