"""Every term of law as data (domain.md 2.4), and the arithmetic that gives its last day.

A term runs from an event; its first day is not counted; it ends on a working day (Civil Code
2015, Articles 147 and 148). Its level (remote area, complex matter) chooses the limit. Days on
which its clock stood do not count. ``version`` names the law it was computed by, and ``since``
the day from which that law holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from server.errors import Refused
from server.office.rules import Calendar, next_working_day, take_working_days
from server.words import Complexity, Kind, StartEvent, TermUnit

MOST_EXTENSION = 30
"""Days by which one decision may extend a denunciation (Law on Denunciations, 30)."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Level:
    """Where and how hard a matter is."""

    is_remote: bool = False
    complexity: Complexity = Complexity.NORMAL

    @property
    def key(self) -> str:
        """Name in a form and in labels."""
        return f"{'remote_' if self.is_remote else ''}{self.complexity.value}"


PLAIN, COMPLEX = Level(), Level(complexity=Complexity.COMPLEX)
REMOTE, REMOTE_COMPLEX = Level(is_remote=True), Level(is_remote=True, complexity=Complexity.COMPLEX)
LEVELS: Mapping[str, Level] = {level.key: level for level in (PLAIN, COMPLEX, REMOTE, REMOTE_COMPLEX)}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long, by law, and the name of the setting that may make it shorter inside the office."""

    count: int
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A term of law. ``article`` is a key of the labels ``article.…``.

    ``is_before``: counted back from its event. ``is_given``: the head fixes the day. ``is_citizens``:
    it binds the citizen, not the office. ``can_pause``: suspension stops it. ``most_extensions``: by complexity.
    """

    article: str
    unit: TermUnit
    starts: StartEvent
    limits: Mapping[Level, Limit]
    kinds: frozenset[Kind] = frozenset(Kind)
    is_before: bool = False
    is_given: bool = False
    is_citizens: bool = False
    can_pause: bool = False
    most_extensions: Mapping[Complexity, int] = field(default_factory=dict[Complexity, int])
    version: str = "2026-07"
    since: date = date(2026, 7, 1)


def _plain(count: int, setting: str = "") -> Mapping[Level, Limit]:
    return {PLAIN: Limit(count, setting)}


_COMPLAINT, _DENUNCIATION = frozenset({Kind.COMPLAINT}), frozenset({Kind.DENUNCIATION})
_OTHER = frozenset({Kind.RECOMMENDATION, Kind.FEEDBACK})
_WORKING, _DAYS = TermUnit.WORKING_DAYS, TermUnit.DAYS

RULES: Mapping[str, Rule] = {
    "D1": Rule("reception_28", _WORKING, StartEvent.RECEIVED, _plain(10, "notice_working_days")),
    "D2": Rule("complaints_27", _DAYS, StartEvent.RECEIVED, _plain(10, "acceptance_days"), _COMPLAINT),
    "D3": Rule(
        "complaints_28",
        _DAYS,
        StartEvent.ACCEPTED,
        {
            PLAIN: Limit(30, "first_resolution_days"),
            COMPLEX: Limit(45, "first_resolution_complex_days"),
            REMOTE: Limit(45, "first_resolution_remote_days"),
            REMOTE_COMPLEX: Limit(60, "first_resolution_remote_complex_days"),
        },
        _COMPLAINT,
        can_pause=True,
    ),
    "D5": Rule(
        "complaints_37",
        _DAYS,
        StartEvent.ACCEPTED,
        {
            PLAIN: Limit(45, "second_resolution_days"),
            COMPLEX: Limit(60, "second_resolution_complex_days"),
            REMOTE: Limit(60, "second_resolution_remote_days"),
            REMOTE_COMPLEX: Limit(70, "second_resolution_remote_complex_days"),
        },
        _COMPLAINT,
        can_pause=True,
    ),
    "D7": Rule("complaints_9", _DAYS, StartEvent.KNOWN, _plain(90), _COMPLAINT, is_citizens=True),
    "D8": Rule(
        "complaints_33",
        _DAYS,
        StartEvent.FIRST_ENDED,
        {PLAIN: Limit(30), REMOTE: Limit(45)},
        _COMPLAINT,
        is_citizens=True,
    ),
    "D9": Rule("complaints_32", _WORKING, StartEvent.DECIDED, _plain(3, "first_decision_working_days"), _COMPLAINT),
    "D10": Rule("complaints_41", _DAYS, StartEvent.DECIDED, _plain(7, "second_decision_days"), _COMPLAINT),
    "D11": Rule(
        "denunciations_24",
        _WORKING,
        StartEvent.RECEIVED,
        {
            PLAIN: Limit(7, "denunciation_check_working_days"),
            COMPLEX: Limit(10, "denunciation_check_complex_working_days"),
        },
        _DENUNCIATION,
    ),
    "D12": Rule(
        "denunciations_24_transfer",
        _WORKING,
        StartEvent.RECEIVED,
        _plain(5, "denunciation_transfer_working_days"),
        _DENUNCIATION,
    ),
    "D13": Rule(
        "denunciations_29",
        _WORKING,
        StartEvent.ACCEPTED,
        _plain(5, "denunciation_notice_working_days"),
        _DENUNCIATION,
    ),
    "D14": Rule(
        "denunciations_30",
        _DAYS,
        StartEvent.ACCEPTED,
        _plain(30, "denunciation_resolution_days"),
        _DENUNCIATION,
        can_pause=True,
        most_extensions={Complexity.COMPLEX: 1, Complexity.SPECIAL: 2},
    ),
    "D17": Rule("denunciations_40", _DAYS, StartEvent.POSTED, _plain(15), _DENUNCIATION),
    "D18": Rule("circular_04", _DAYS, StartEvent.DIRECTED, _plain(0), _OTHER, is_given=True),
    "D19": Rule("national_database", _WORKING, StartEvent.FOUND, _plain(5, "national_correction_working_days")),
    "D20": Rule("reception_24", _WORKING, StartEvent.HELD, _plain(5), frozenset(), is_before=True),
}
"""Terms by their number in domain.md 2.4. A term of an older version is never computed by a newer one."""

LEVEL_OF = {"D4": ("D3", REMOTE), "D6": ("D5", REMOTE)}
"""Numbers of 2.4 that are another one in a remote area."""
EXTENSION_OF = {"D15": ("D14", Complexity.COMPLEX), "D16": ("D14", Complexity.SPECIAL)}
"""Numbers of 2.4 that lengthen another one."""
OF_CITIZENS = tuple(number for number, rule in RULES.items() if rule.is_citizens)


@dataclass(frozen=True, slots=True)
class Run:
    """What the last day of one term is computed from. ``pauses``: [from, to] in which the clock stood."""

    started_on: date
    extended_days: int = 0
    pauses: Sequence[tuple[date, date]] = ()
    given_on: date | None = None


def limit_of(number: str, level: Level) -> Limit:
    """Return the limit at a level. Raises Refused("term_level") where the law knows no such level."""
    try:
        return RULES[number].limits[level]
    except KeyError:
        raise Refused("term_level") from None


def last_day(number: str, count: int, run: Run, calendar: Calendar) -> date:
    """Return the day a term ends on: always a working day. ``count`` is the limit in its unit."""
    rule = RULES[number]
    if rule.is_given:
        return next_working_day(run.given_on or run.started_on, calendar)
    if rule.is_before:
        return take_working_days(run.started_on, count, calendar)
    return next_working_day(_counted(rule, count, run, calendar), calendar)


def _counted(rule: Rule, count: int, run: Run, calendar: Calendar) -> date:
    on, left = run.started_on, count + run.extended_days
    while left > 0:
        on += _DAY
        is_counted = rule.unit is TermUnit.DAYS or calendar.is_working(on)
        left -= is_counted and not _is_paused(on, run.pauses)
    return on


def _is_paused(on: date, pauses: Sequence[tuple[date, date]]) -> bool:
    return any(since < on <= until for since, until in pauses)


def nominal_day(number: str, count: int, run: Run) -> date | None:
    """Return where a term of calendar days would end if no day were off, or None for other terms."""
    rule = RULES[number]
    if rule.unit is not TermUnit.DAYS or rule.is_given:
        return None
    return _counted(rule, count, run, Calendar())


def internal_count(limit: Limit, setting: int | None) -> int | None:
    """Return the office's own limit when it is shorter than the law's, else None."""
    return setting if setting is not None and 0 < setting < limit.count else None


def startable(kind: Kind) -> Iterator[str]:
    """Return the numbers of the terms that may be started by hand for a matter of this kind."""
    return (number for number, rule in RULES.items() if kind in rule.kinds)


def extension_fault(number: str, extensions: int, complexity: Complexity) -> str | None:
    """Say why a term cannot be extended once more (F59), or None."""
    most = RULES[number].most_extensions
    if not most:
        return "term_not_extendable"
    if extensions >= max(most.values()):
        return "term_extended_fully"
    if extensions >= most.get(complexity, 0):
        return "extension_needs_special" if extensions else "extension_needs_complex"
    return None
