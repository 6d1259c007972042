"""What the tables of petitions count: registrations, and petitions of the register, each matter once.

A registration that was entered as a petition counts by what that petition says (after a split,
by each part), from the day it was registered. How a matter counts is said on its own page
(``intake.rules_sorting``) and only read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from server.clock import at_office
from server.intake.rules_sorting import OWN
from server.scheduling.queries_chair import WithoutChair
from server.tables import Case, CaseResult, Petition, ReceptionRequest, TriageDecision
from server.words import Direction, Instance, Kind, PetitionField, PetitionState, RequestState, RequestVerb, Standing

HANDLING = (RequestVerb.ACCEPT, RequestVerb.REFER, RequestVerb.DECLINE, RequestVerb.WITHDRAW)
TAKEN = (RequestState.ACCEPTED, RequestState.SCHEDULED, RequestState.HEARD, RequestState.REFERRED)
_NOT_TAKEN = (Direction.FILE, Direction.GIVE_BACK)
_GIVEN_UP = (PetitionState.WITHDRAWN, PetitionState.ON_PAPER)
_APART = 1_000_000_000
"""Keeps petitions without a case apart from registrations without one, where matters are told apart."""
_IN_REGISTER = and_(Petition.request_id == ReceptionRequest.id, Petition.state != PetitionState.SPLIT)
"""The petitions a registration became."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which units and which days are counted; ``crowds`` is each unit's threshold of a large group.

    ``alone``: what was held without the head on the head's days.
    """

    units: tuple[int, ...]
    from_on: date
    until_on: date
    crowds: Mapping[int, int]
    alone: WithoutChair

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


def plain(column: Any) -> ColumnElement[str]:
    """Return a word as its letters: making an enum of each costs more than counting."""
    return type_coerce(column, String)


def is_secret() -> ColumnElement[bool]:
    """Whether a registration is, or may be, a denunciation, alone or by its case."""
    return or_(
        ReceptionRequest.kind == Kind.DENUNCIATION,
        ReceptionRequest.is_without_content.is_(True),
        func.coalesce(Case.is_restricted, False),
    )


def _is_secret_petition() -> ColumnElement[bool]:
    """As ``is_secret``, of a petition; a select that asks has its case beside it."""
    return or_(
        Petition.kind == Kind.DENUNCIATION,
        Petition.state == PetitionState.ON_PAPER,
        func.coalesce(Case.is_restricted, False),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """The words that stand somewhere else in a registration than in a petition."""

    kind: ColumnElement[str]
    field: ColumnElement[str]
    standing: ColumnElement[str]
    instance: ColumnElement[str]
    direction: ColumnElement[str]


def _kind(kind: ColumnElement[str]) -> ColumnElement[str]:
    found = (Kind.COMPLAINT.value, Kind.DENUNCIATION.value)
    return case((kind.in_(found), kind), else_="proposal")


def _way(kind: ColumnElement[str], direction: ColumnElement[str]) -> ColumnElement[str]:
    """A complaint outside competence is guided, everything else transferred (2.12); what was urged is urged."""
    return case(
        (direction == Direction.URGE.value, Direction.URGE.value),
        (kind == Kind.COMPLAINT.value, Direction.GUIDE.value),
        else_=Direction.TRANSFER.value,
    )


def _told(said: _Said, span: Span, case_id: Any) -> tuple[Any, ...]:
    """The words every table asks about, in one order for both halves of the count."""
    resolved = select(CaseResult.id).where(CaseResult.case_id == case_id, CaseResult.decided_on <= span.until_on)
    own = [direction.value for direction in sorted(OWN)]
    return (
        _kind(said.kind).label("kind"),
        func.coalesce(said.field, PetitionField.OTHER.value).label("field"),
        said.standing.label("standing"),
        case((said.direction.in_(own), "own"), else_="outside").label("competence"),
        _way(said.kind, said.direction).label("direction"),
        said.instance.label("instance"),
        yes(said.field.is_not(None)).label("sorted"),
        yes(or_(resolved.exists(), Case.closed_at < span.end)).label("resolved"),
        literal(1).label("entries"),
        case_id.label("case_id"),
    )


def _standing_of(table: Any, *, is_known: ColumnElement[bool]) -> ColumnElement[str]:
    stated = case((is_known, Standing.RESOLVED_FIRST.value), else_=Standing.NEW.value)
    return func.coalesce(plain(table.standing), stated)


_PETITION_STANDING = _standing_of(
    Petition, is_known=or_(Petition.instance == Instance.SECOND, Petition.prior_decision != "")
)


def _of_registration() -> _Said:
    """A registration's own words while it is no petition, then its petition's."""
    is_entered = Petition.id.is_not(None)
    by_flow = case(
        (ReceptionRequest.state == RequestState.REFERRED, Direction.TRANSFER.value), else_=Direction.ACCEPT.value
    )
    of_request = func.coalesce(plain(ReceptionRequest.direction), by_flow)
    standing = _standing_of(ReceptionRequest, is_known=ReceptionRequest.prior_resolution != "")
    return _Said(
        kind=case((is_entered, plain(Petition.kind)), else_=plain(ReceptionRequest.kind)),
        field=case((is_entered, plain(Petition.field)), else_=plain(ReceptionRequest.field)),
        standing=case((is_entered, _PETITION_STANDING), else_=standing),
        instance=case((is_entered, plain(Petition.instance)), else_=plain(ReceptionRequest.instance)),
        direction=case((Petition.handled_at.is_not(None), plain(Petition.direction)), else_=of_request),
    )


def _is_taken_petition() -> ColumnElement[bool]:
    """Whether a petition that was dealt with was taken on, or sent to where it belongs."""
    return and_(
        Petition.direction.not_in(_NOT_TAKEN), or_(Petition.state.not_in(_GIVEN_UP), Petition.case_id.is_not(None))
    )


def _waiting(span: Span) -> Subquery:
    """Registrations the units had received by the end of the span, and when each was first handled."""
    # Gathered first: as a subquery in place SQLite would ask for it again in every word below.
    return (
        select(ReceptionRequest.id.label("id"), func.min(TriageDecision.at).label("handled_at"))
        .outerjoin(
            TriageDecision,
            and_(TriageDecision.request_id == ReceptionRequest.id, TriageDecision.verb.in_(HANDLING)),
        )
        .where(ReceptionRequest.unit_id.in_(span.units), ReceptionRequest.received_at < span.end)
        .group_by(ReceptionRequest.id)
        .subquery()
    )


def _registered(span: Span) -> Select[Any]:
    waiting = _waiting(span)
    handled_at = case(
        (Petition.handled_at.is_(None), waiting.c.handled_at),
        (waiting.c.handled_at <= Petition.handled_at, waiting.c.handled_at),
        else_=Petition.handled_at,
    )
    is_handled = and_(handled_at.is_not(None), handled_at < span.end)
    of_request = or_(ReceptionRequest.state.in_(TAKEN), ReceptionRequest.case_id.is_not(None))
    is_taken = case((Petition.handled_at.is_not(None), _is_taken_petition()), else_=of_request)
    case_id = func.coalesce(Petition.case_id, ReceptionRequest.case_id)
    return (
        select(
            ReceptionRequest.unit_id.label("unit_id"),
            *_told(_of_registration(), span, case_id),
            yes(ReceptionRequest.received_at >= span.start).label("is_new"),
            func.coalesce(case_id, -_APART - Petition.id, -ReceptionRequest.id).label("matter"),
            func.coalesce(-Petition.id, ReceptionRequest.id).label("id"),
            ReceptionRequest.received_at.label("on"),
            func.coalesce(Petition.code, ReceptionRequest.code).label("code"),
            or_(is_secret(), func.coalesce(_is_secret_petition(), False)).label("is_secret"),
            yes(is_handled).label("handled"),
            yes(and_(is_handled, is_taken)).label("eligible"),
        )
        .select_from(waiting)
        .join(ReceptionRequest, ReceptionRequest.id == waiting.c.id)
        .outerjoin(Petition, _IN_REGISTER)
        .outerjoin(Case, Case.id == case_id)
        .where(or_(handled_at.is_(None), handled_at >= span.start))
    )


def _written(span: Span) -> Select[Any]:
    """Petitions that came without a registration: paper over the counter, by post, anonymous; column by column as above."""
    is_handled = and_(Petition.handled_at.is_not(None), Petition.handled_at < span.end)
    said = _Said(
        kind=plain(Petition.kind),
        field=plain(Petition.field),
        standing=_PETITION_STANDING,
        instance=plain(Petition.instance),
        direction=plain(Petition.direction),
    )
    return (
        select(
            Petition.unit_id.label("unit_id"),
            *_told(said, span, Petition.case_id),
            yes(Petition.received_on >= span.from_on).label("is_new"),
            func.coalesce(Petition.case_id, -_APART - Petition.id).label("matter"),
            (-Petition.id).label("id"),
            Petition.created_at.label("on"),
            Petition.code.label("code"),
            _is_secret_petition().label("is_secret"),
            yes(is_handled).label("handled"),
            yes(and_(is_handled, _is_taken_petition())).label("eligible"),
        )
        .outerjoin(Case, Case.id == Petition.case_id)
        .where(
            Petition.unit_id.in_(span.units),
            Petition.request_id.is_(None),
            Petition.state != PetitionState.SPLIT,
            Petition.received_on <= span.until_on,
            or_(Petition.handled_at.is_(None), Petition.handled_at >= span.start),
        )
    )


def petitions(span: Span) -> Select[Any]:
    """Return petitions that waited for the unit in the span: carried over, or received in it."""
    rows = union_all(_registered(span), _written(span)).subquery()
    turn = func.row_number().over(
        partition_by=(rows.c.unit_id, rows.c.kind, rows.c.eligible, rows.c.matter), order_by=(rows.c.on, rows.c.id)
    )
    return select(
        rows,
        case((rows.c.is_new == "yes", "within"), else_="before").label("arrived"),
        yes(and_(rows.c.eligible == "yes", turn == 1)).label("lead"),
    )


def replies(span: Span) -> Select[Any]:
    """Return replies to petitions sent elsewhere that came in the span."""
    entered = select(Petition.id).where(_IN_REGISTER).exists()
    of_requests = (
        select(
            ReceptionRequest.unit_id.label("unit_id"),
            _kind(plain(ReceptionRequest.kind)).label("kind"),
            literal(1).label("entries"),
            ReceptionRequest.code.label("code"),
            ReceptionRequest.case_id.label("case_id"),
            ReceptionRequest.replied_on.label("on"),
            is_secret().label("is_secret"),
        )
        .outerjoin(Case, Case.id == ReceptionRequest.case_id)
        .where(
            ReceptionRequest.unit_id.in_(span.units),
            ReceptionRequest.replied_on.between(span.from_on, span.until_on),
            ~entered,
        )
    )
    of_petitions = (
        select(
            Petition.unit_id,
            _kind(plain(Petition.kind)),
            literal(1),
            Petition.code,
            Petition.case_id,
            Petition.replied_on,
            _is_secret_petition(),
        )
        .select_from(Petition)
        .outerjoin(Case, Case.id == Petition.case_id)
        .where(
            Petition.unit_id.in_(span.units),
            Petition.state != PetitionState.SPLIT,
            Petition.replied_on.between(span.from_on, span.until_on),
        )
    )
    return select(union_all(of_requests, of_petitions).subquery())
