"""Petitions that were written into the register without a registration: paper over the counter, by post, anonymous.

They are counted beside registrations, with the same words. What came out of a registration is
counted there, and a mixed petition by its parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from server.clock import at_office
from server.tables import Case, CaseResult, Petition
from server.words import Direction, Kind, PetitionState
from server.words_reports import Competence, Instance, OutsideWay, PetitionField, Standing

_OWN = (Direction.ACCEPT, Direction.VERIFY)
_NOT_TAKEN = (Direction.FILE, Direction.GIVE_BACK)
_APART = 1_000_000_000
"""Keeps petitions without a case apart from registrations without one, where matters are told apart."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which units and which days are counted; ``crowds`` is each unit's threshold of a large group."""

    units: tuple[int, ...]
    from_on: date
    until_on: date
    crowds: Mapping[int, int]

    @property
    def start(self) -> datetime:
        """The first moment."""
        return at_office(self.from_on, 0, 0)

    @property
    def end(self) -> datetime:
        """The first moment after."""
        return at_office(self.until_on + timedelta(1), 0, 0)


def yes(condition: ColumnElement[bool]) -> ColumnElement[str]:
    """Return a condition as one of the words the tables ask about."""
    return case((condition, "yes"), else_="no")


def _kind() -> ColumnElement[str]:
    return case(
        (Petition.kind == Kind.COMPLAINT, "complaint"),
        (Petition.kind == Kind.DENUNCIATION, "denunciation"),
        else_="proposal",
    )


def _standing() -> ColumnElement[str]:
    return case(
        (Petition.instance > 1, Standing.RESOLVED_FIRST.value),
        (Petition.prior_decision != "", Standing.RESOLVED_FIRST.value),
        else_=Standing.NEW.value,
    )


def _direction() -> ColumnElement[str]:
    return case(
        (Petition.direction == Direction.URGE, OutsideWay.URGE.value),
        (Petition.direction.in_((Direction.GUIDE, Direction.GIVE_BACK)), OutsideWay.GUIDE.value),
        else_=OutsideWay.TRANSFER.value,
    )


def _words(span: Span, is_handled: ColumnElement[bool]) -> tuple[Any, ...]:
    resolved = (
        select(CaseResult.id)
        .where(CaseResult.case_id == Petition.case_id, CaseResult.decided_on <= span.until_on)
        .exists()
    )
    competence = case((Petition.direction.in_(_OWN), Competence.OWN.value), else_=Competence.OUTSIDE.value)
    return (
        Petition.unit_id.label("unit_id"),
        _kind().label("kind"),
        yes(Petition.received_on >= span.from_on).label("is_new"),
        literal(PetitionField.OTHER.value).label("field"),
        _standing().label("standing"),
        competence.label("competence"),
        _direction().label("direction"),
        case((Petition.instance > 1, Instance.SECOND.value), else_=Instance.FIRST.value).label("instance"),
        yes(or_(resolved, Case.closed_at < span.end)).label("resolved"),
        literal("no").label("sorted"),
        func.coalesce(Petition.case_id, -_APART - Petition.id).label("matter"),
        (-Petition.id).label("id"),
        Petition.created_at.label("on"),
        literal(1).label("entries"),
        Petition.code.label("code"),
        Petition.case_id.label("case_id"),
        or_(Petition.kind == Kind.DENUNCIATION, Petition.state == PetitionState.ON_PAPER).label("is_secret"),
        yes(is_handled).label("handled"),
        yes(and_(is_handled, Petition.direction.not_in(_NOT_TAKEN))).label("eligible"),
    )


def petitions(span: Span) -> Select[Any]:
    """Return petitions of the register that waited for the unit in the span, column by column as registrations are."""
    whole = aliased(Petition)
    is_handled = and_(Petition.directed_at.is_not(None), Petition.directed_at < span.end)
    return (
        select(*_words(span, is_handled))
        .outerjoin(whole, whole.id == Petition.parent_id)
        .outerjoin(Case, Case.id == Petition.case_id)
        .where(
            Petition.unit_id.in_(span.units),
            Petition.request_id.is_(None),
            whole.request_id.is_(None),
            Petition.state != PetitionState.SPLIT,
            Petition.received_on <= span.until_on,
            or_(Petition.directed_at.is_(None), Petition.directed_at >= span.start),
        )
    )
