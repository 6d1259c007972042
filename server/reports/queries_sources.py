"""What the tables count from: one select per source, a row for each matter with the ways the tables ask about.

Each select gives ``unit_id``, the ways as words, what is added up (``entries``, ``people``,
``value``), and for lists of what is behind a figure ``code``, ``case_id``, ``on`` and
``is_secret`` (a denunciation, or what may be one).
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from server.reports.queries_petitions import Span, is_secret, petitions, plain, replies, yes
from server.reports.rules_period import Period
from server.scheduling.queries_chair import WithoutChair, without_chair
from server.tables import (
    Appointment,
    Case,
    CaseResult,
    Reception,
    ReceptionDay,
    ReceptionRequest,
    ResultAmount,
    Slot,
)
from server.words import AppointmentState, DayKind, DayState, ReceptionState
from server.words_reports import ResultWay

_OVER = (ReceptionState.ENDED, ReceptionState.SEALED)


def span_of(db: Session, period: Period, crowds: Mapping[int, int]) -> Span:
    """Return the span of a period for the units whose thresholds are given."""
    alone = without_chair(db, tuple(crowds), period.from_on, period.until_on + timedelta(days=1))
    return Span(tuple(crowds), period.from_on, period.until_on, crowds, alone)


def way_received(alone: WithoutChair) -> ColumnElement[str]:
    """How a citizen was received. The head receives in person (domain.md 3.1), or somebody who was delegated.

    Whoever came on the head's day and met neither was received by the officer whose work it is every day.
    """
    return case(
        (or_(ReceptionDay.kind == DayKind.REGULAR, Reception.id.in_(alone.receptions)), "regular"),
        (ReceptionDay.is_delegated.is_(True), "delegated"),
        else_="leader",
    )


def _crowd(span: Span) -> ColumnElement[int]:
    """The threshold of the row's unit: one number unless units have chosen differently."""
    usual = max(set(span.crowds.values()), key=list(span.crowds.values()).count)
    others = [(ReceptionDay.unit_id == unit, number) for unit, number in span.crowds.items() if number != usual]
    return case(*others, else_=usual) if others else literal(usual)


def _took_place() -> ColumnElement[bool]:
    """Whether an appointment became a reception: the citizen came, and no fault ended it before it was over (F37)."""
    return and_(Appointment.state == AppointmentState.KEPT, or_(Reception.id.is_(None), Reception.state.in_(_OVER)))


def _heard_before(span: Span) -> ColumnElement[bool]:
    """Whether this unit had received the case before the first day counted."""
    other, slot, day, reception = aliased(ReceptionRequest), aliased(Slot), aliased(ReceptionDay), aliased(Reception)
    kept = aliased(Appointment)
    return (
        select(kept.id)
        .join(other, other.id == kept.request_id)
        .join(slot, slot.id == kept.slot_id)
        .join(day, day.id == slot.day_id)
        .outerjoin(reception, reception.appointment_id == kept.id)
        .where(
            other.case_id == ReceptionRequest.case_id,
            kept.state == AppointmentState.KEPT,
            or_(reception.id.is_(None), reception.state.in_(_OVER)),
            day.unit_id == ReceptionDay.unit_id,
            day.held_on < span.from_on,
        )
        .exists()
    )


def receptions(span: Span) -> Select[Any]:
    """Return receptions that took place; each case is counted once, where it came first in the span."""
    matter = func.coalesce(ReceptionRequest.case_id, -ReceptionRequest.id)
    turn = func.row_number().over(
        partition_by=(ReceptionDay.unit_id, matter), order_by=(Slot.starts_at, Appointment.id)
    )
    heard = (
        select(
            ReceptionDay.unit_id.label("unit_id"),
            way_received(span.alone).label("way"),
            yes(ReceptionRequest.group_size >= _crowd(span)).label("crowd"),
            turn.label("turn"),
            yes(_heard_before(span)).label("known"),
            literal(1).label("entries"),
            ReceptionRequest.group_size.label("people"),
            ReceptionRequest.code.label("code"),
            ReceptionRequest.case_id.label("case_id"),
            ReceptionDay.held_on.label("on"),
            is_secret().label("is_secret"),
        )
        .select_from(ReceptionDay)
        .join(Slot, Slot.day_id == ReceptionDay.id)
        .join(Appointment, Appointment.slot_id == Slot.id)
        .join(ReceptionRequest, ReceptionRequest.id == Appointment.request_id)
        .outerjoin(Reception, Reception.appointment_id == Appointment.id)
        .outerjoin(Case, Case.id == ReceptionRequest.case_id)
        .where(
            ReceptionDay.unit_id.in_(span.units),
            ReceptionDay.held_on.between(span.from_on, span.until_on),
            _took_place(),
        )
        .subquery()
    )
    stands = case((heard.c.turn > 1, "none"), (heard.c.known == "yes", "again"), else_="first")
    return select(heard, stands.label("matter"))


def sittings(span: Span) -> Select[Any]:
    """Return leaders' reception days that were held, also those on which nobody came (F05); not without the leader."""
    came = (
        select(Appointment.id)
        .join(Slot, Slot.id == Appointment.slot_id)
        .outerjoin(Reception, Reception.appointment_id == Appointment.id)
        .where(Slot.day_id == ReceptionDay.id, _took_place())
        .exists()
    )
    return select(
        ReceptionDay.unit_id,
        case((ReceptionDay.is_delegated.is_(True), "delegated"), else_="leader").label("way"),
        literal(1).label("entries"),
        ReceptionDay.code,
        literal(None).label("case_id"),
        ReceptionDay.held_on.label("on"),
        literal(value=False).label("is_secret"),
    ).where(
        ReceptionDay.unit_id.in_(span.units),
        ReceptionDay.held_on.between(span.from_on, span.until_on),
        ReceptionDay.kind != DayKind.REGULAR,
        ReceptionDay.id.not_in(span.alone.days),
        or_(ReceptionDay.state == DayState.CLOSED, came),
    )


def _result_columns() -> tuple[Any, ...]:
    return (
        Case.unit_id,
        plain(CaseResult.instance).label("instance"),
        plain(CaseResult.way).label("way"),
        func.coalesce(plain(CaseResult.finding), "none").label("finding"),
        yes(CaseResult.is_in_time.is_(True)).label("timely"),
        literal(1).label("entries"),
        Case.code,
        CaseResult.case_id,
        Case.is_restricted.label("is_secret"),
    )


def _decided(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (Case.unit_id.in_(span.units), CaseResult.decided_on.between(span.from_on, span.until_on))


def results(span: Span) -> Select[Any]:
    """Return complaints that ended in the span."""
    return (
        select(*_result_columns(), CaseResult.decided_on.label("on"))
        .join(Case, Case.id == CaseResult.case_id)
        .where(*_decided(span))
    )


def result_amounts(span: Span) -> Select[Any]:
    """Return money, land and people of complaints that ended in the span."""
    return (
        select(*_result_columns(), CaseResult.decided_on.label("on"), ResultAmount.amount, ResultAmount.value)
        .join(Case, Case.id == CaseResult.case_id)
        .join(ResultAmount, ResultAmount.result_id == CaseResult.id)
        .where(*_decided(span))
    )


def _to_carry_out(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (
        Case.unit_id.in_(span.units),
        CaseResult.way == ResultWay.DECISION,
        CaseResult.has_execution.is_(True),
        CaseResult.decided_on <= span.until_on,
        or_(CaseResult.executed_on.is_(None), CaseResult.executed_on >= span.from_on),
    )


def executions(span: Span) -> Select[Any]:
    """Return decisions to be carried out in the span: not yet done before it."""
    done = and_(CaseResult.executed_on.is_not(None), CaseResult.executed_on <= span.until_on)
    return (
        select(*_result_columns(), CaseResult.decided_on.label("on"), yes(done).label("done"))
        .join(Case, Case.id == CaseResult.case_id)
        .where(*_to_carry_out(span))
    )


def execution_amounts(span: Span) -> Select[Any]:
    """Return money, land and people of decisions to be carried out in the span."""
    return (
        select(*_result_columns(), CaseResult.decided_on.label("on"), ResultAmount.amount, ResultAmount.value)
        .join(Case, Case.id == CaseResult.case_id)
        .join(ResultAmount, ResultAmount.result_id == CaseResult.id)
        .where(*_to_carry_out(span))
    )


SOURCES: Mapping[str, Callable[[Span], Select[Any]]] = {
    "receptions": receptions,
    "sittings": sittings,
    "petitions": petitions,
    "replies": replies,
    "results": results,
    "result_amounts": result_amounts,
    "executions": executions,
    "execution_amounts": execution_amounts,
}
