"""Find things by their words, and only what the asking person may know of.

The rarest word leads and the others are asked of the key, so the work is bounded by the rarest
word and by ``MOST_HITS``. Who may see what is asked inside the same statement by the very
conditions of the lists (``cases.visible``, ``intake.visible``); a count can tell nothing either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from server.cases import queries as cases
from server.cases import queries_lists
from server.cases import rules as case_rules
from server.intake import queries as intake
from server.intake import rules as intake_rules
from server.search import rules
from server.search.rules import Asked
from server.tables import Assignment, Case, ReceptionRequest, SearchEntry, SearchWord
from server.who import Who
from server.words import Role, SearchKind

_COUNT_UP_TO = 1000
_MOST_STARTS = 20
_FEW_UNITS = 3
_AFTER_ALL = "\uffff"


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found."""

    entry_id: int
    kind: SearchKind
    ref_id: int
    held_on: date


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, newest first. ``is_cut``: there is more; ``is_begun``: the last word was taken as a beginning."""

    hits: tuple[Hit, ...]
    is_cut: bool = False
    is_begun: bool = False


def find(db: Session, who: Who, wanted: Asked, kind: SearchKind | None = None) -> Hits:
    """Return what carries every word; if nothing does, what carries a word beginning like the last one."""
    if who.role not in rules.FINDS_MATTERS:
        return Hits(())
    units = _units(db, who)
    if not units:
        return Hits(())
    _keep_to_keys(db)
    exact = [(word,) for word in wanted.words]
    found = _matching(db, who, units, exact, kind)
    if found.hits or len(wanted.last) < rules.SHORTEST_START or len(units) > _FEW_UNITS:
        return found
    begun = tuple(word for unit in units for word in _begun(db, unit, wanted.last))
    if not begun:
        return found
    again = _matching(db, who, units, [*exact[:-1], begun], kind)
    return Hits(again.hits, again.is_cut, is_begun=True)


def _units(db: Session, who: Who) -> list[int]:
    if who.role is Role.INSPECTOR:
        return cases.watched_units(db, who)
    if who.role not in case_rules.ASSIGNED:
        return [who.unit_id]
    return list(
        db.scalars(select(Case.unit_id).join(Assignment, Assignment.case_id == Case.id).where(_is_mine(who)).distinct())
    )


def _is_mine(who: Who) -> Any:
    return and_(Assignment.officer_id == (who.officer_id or 0), Assignment.ended_at.is_(None))


def _matching(
    db: Session, who: Who, units: Sequence[int], words: Sequence[tuple[str, ...]], kind: SearchKind | None
) -> Hits:
    order = _rarest_first(db, units, words)
    if not order:
        return Hits(())
    first, rest = aliased(SearchWord), order[1:]
    wanted = (
        select(SearchEntry.id, SearchEntry.kind, SearchEntry.ref_id, SearchEntry.held_on)
        .join(first, first.entry_id == SearchEntry.id)
        .outerjoin(Case, Case.id == SearchEntry.case_id)
        .outerjoin(ReceptionRequest, ReceptionRequest.id == SearchEntry.request_id)
        .where(_in(first.unit_id, units), _in(first.word, order[0]), *_carry(first, rest), _open_to(db, who))
    )
    if who.role in case_rules.ASSIGNED:
        wanted = wanted.where(SearchEntry.case_id.in_(select(Assignment.case_id).where(_is_mine(who))))
    if kind is not None:
        wanted = wanted.where(SearchEntry.kind == kind)
    if len(units) == 1 and len(order[0]) == 1:
        # The key of the words is in this order already: reading ends at the limit.
        wanted = wanted.order_by(first.entry_id.desc())
    rows = {row.id: Hit(*row) for row in db.execute(wanted.limit(rules.MOST_HITS + 1))}
    hits = sorted(rows.values(), key=lambda hit: (hit.held_on, hit.entry_id), reverse=True)
    return Hits(tuple(hits[: rules.MOST_HITS]), is_cut=len(hits) > rules.MOST_HITS)


def _in(column: Any, values: Sequence[Any]) -> Any:
    return column == values[0] if len(values) == 1 else column.in_(values)


def _carry(first: Any, rest: Sequence[tuple[str, ...]]) -> list[Any]:
    conditions = []
    for words in rest:
        other = aliased(SearchWord)
        conditions.append(
            exists().where(other.unit_id == first.unit_id, _in(other.word, words), other.entry_id == first.entry_id)
        )
    return conditions


def _rarest_first(db: Session, units: Sequence[int], words: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    counted = []
    for each in words:
        few = (
            select(literal(1)).where(_in(SearchWord.unit_id, units), _in(SearchWord.word, each)).limit(_COUNT_UP_TO)
        ).subquery()
        count = db.scalar(select(func.count()).select_from(few)) or 0
        if not count:
            return []
        counted.append((count, each))
    return [each for _, each in sorted(counted, key=lambda pair: pair[0])]


def _begun(db: Session, unit: int, start: str) -> list[str]:
    """Words of a unit that begin so, one look at the key each."""
    found: list[str] = []
    last = start
    while len(found) < _MOST_STARTS:
        word = db.scalar(
            select(func.min(SearchWord.word)).where(
                SearchWord.unit_id == unit, SearchWord.word > last, SearchWord.word < start + _AFTER_ALL
            )
        )
        if word is None:
            break
        found.append(word)
        last = word
    return found


def _open_to(db: Session, who: Who) -> Any:
    """Return the condition, on the case and the request an entry hangs on, under which this person may know of it."""
    ways = [and_(SearchEntry.kind != SearchKind.REQUEST, *queries_lists.visible(db, who))]
    if who.role in intake_rules.READERS:
        ways.append(and_(SearchEntry.kind == SearchKind.REQUEST, *intake.visible(db, who)))
    return or_(*ways)


_STEPS = ("enable_hashjoin", "enable_mergejoin", "enable_bitmapscan", "enable_seqscan", "jit")


def _keep_to_keys(db: Session) -> None:
    """Let PostgreSQL look every word up by its key, for this transaction.

    It cannot know that words of one thing go together, expects next to nothing to match, and then
    reads whole lists into a hash where two hundred looks at the key would do.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(*[func.set_config(step, "off", literal(value=True)) for step in _STEPS]))
