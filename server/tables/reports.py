"""What reports need beyond the matters themselves: how complaints ended, what was sent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Base, Id, Line, Name, Prose, word
from server.words import Instance
from server.words_reports import Finding, PeriodKind, ResultWay


class CaseResult(Base):
    """How a complaint ended at one instance, and whether its decision has been carried out."""

    __tablename__ = "case_results"
    __table_args__ = (UniqueConstraint("case_id", "instance"),)

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    instance: Mapped[Instance] = mapped_column(word(Instance))
    way: Mapped[ResultWay] = mapped_column(word(ResultWay))
    finding: Mapped[Finding | None] = mapped_column(word(Finding))
    decided_on: Mapped[date] = mapped_column(index=True)
    is_in_time: Mapped[bool]
    has_execution: Mapped[bool] = mapped_column(default=False)
    executed_on: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))


class ResultAmount(Base):
    """One sum of a result: đồng, tenths of a square metre, or a count, by the name the tables use."""

    __tablename__ = "result_amounts"
    __table_args__ = (UniqueConstraint("result_id", "amount"),)

    id: Mapped[Id]
    result_id: Mapped[int] = mapped_column(ForeignKey("case_results.id"), index=True)
    amount: Mapped[str] = mapped_column(String(40))
    value: Mapped[int] = mapped_column(BigInteger)


class ReportCorrection(Base):
    """A figure changed by hand, kept as the difference to what was counted. Append-only.

    Identities of a table are sums, so differences that keep them go on keeping them when the
    count changes later.
    """

    __tablename__ = "report_corrections"
    __table_args__ = (UniqueConstraint("idempotency_key", "column_code"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    form: Mapped[str] = mapped_column(String(40))
    from_on: Mapped[date]
    until_on: Mapped[date]
    column_code: Mapped[str] = mapped_column(String(8))
    counted: Mapped[int] = mapped_column(BigInteger)
    difference: Mapped[int] = mapped_column(BigInteger)
    ground: Mapped[Prose]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    at: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(String(80))


class SentReport(Base):
    """A table as a unit sent it up; a later edition replaces it. Without one the report is missing, not zero."""

    __tablename__ = "sent_reports"
    __table_args__ = (UniqueConstraint("unit_id", "form", "from_on", "until_on", "edition"),)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    form: Mapped[str] = mapped_column(String(40))
    period: Mapped[PeriodKind] = mapped_column(word(PeriodKind))
    from_on: Mapped[date]
    until_on: Mapped[date]
    edition: Mapped[int]
    figures: Mapped[dict[str, Any]]
    is_zero: Mapped[bool]
    remark: Mapped[Line] = mapped_column(default="")
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    officer_name: Mapped[Name]
    at: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(String(80), unique=True)
