"""Base class, naming convention and column types of every table."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from server import birth
from server.birth import BirthDate


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as UTC with microseconds; a naive one is a bug and is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy calls it so
        """Turn an aware time into naive UTC for the driver."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("naive datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 SQLAlchemy calls it so
        """Give stored UTC back as an aware time."""
        return None if value is None else value.replace(tzinfo=UTC)


class PartialDay(TypeDecorator[BirthDate]):
    """A birth date as far as it is known: ``1948``, ``1948-05`` or ``1948-05-12``."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: BirthDate | None, dialect: Dialect) -> str | None:  # noqa: ARG002 SQLAlchemy calls it so
        """Write what is known of it."""
        return None if value is None else value.iso

    def process_result_value(self, value: str | None, dialect: Dialect) -> BirthDate | None:  # noqa: ARG002 SQLAlchemy calls it so
        """Read what was known of it."""
        return None if value is None else birth.read(value)


class Base(DeclarativeBase):
    """All tables share one metadata, read as the data dictionary (SCHEMA.md)."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 SQLAlchemy reads it from the class
        datetime: Moment(),
        BirthDate: PartialDay(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


def word(kind: type[StrEnum]) -> Enum:
    """Return the column type for a closed set of words: stored as its value, checked by Python."""
    return Enum(
        kind, native_enum=False, length=32, create_constraint=False, values_callable=lambda k: [m.value for m in k]
    )


Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
"""Number inside the office; never shown."""
Code = Annotated[str, mapped_column(String(40), unique=True)]
"""What people read out on the telephone."""
Name = Annotated[str, mapped_column(String(200))]
Line = Annotated[str, mapped_column(String(500))]
Prose = Annotated[str, mapped_column(Text)]
Hash = Annotated[str, mapped_column(String(64))]
