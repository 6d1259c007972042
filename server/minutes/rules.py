"""The flow of the minutes, and who may do what to them when.

drafting → read_back → confirmed | contested | refused → sealed; back to drafting from read_back
and contested only. What the citizen answers is bound to the very words by their hash, so a
paragraph that was changed after it was read back must be read back again. Once sealing was
asked for (``sealed_at``) nothing changes any more, even while the paper is still being printed.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.errors import FieldError, NotYours, Refused
from server.words import Answer, ConfirmationMethod, MinutesField, MinutesState, MinutesVerb, ReceptionState
from signaling.roles import RoomRole

MINUTES_FLOW: Mapping[MinutesState, Mapping[MinutesVerb, MinutesState]] = {
    MinutesState.DRAFTING: {MinutesVerb.SHOW: MinutesState.READ_BACK},
    MinutesState.READ_BACK: {
        MinutesVerb.REDRAFT: MinutesState.DRAFTING,
        MinutesVerb.CONFIRM: MinutesState.CONFIRMED,
        MinutesVerb.CONTEST: MinutesState.CONTESTED,
        MinutesVerb.REFUSE: MinutesState.REFUSED,
    },
    MinutesState.CONTESTED: {MinutesVerb.REDRAFT: MinutesState.DRAFTING, MinutesVerb.SEAL: MinutesState.SEALED},
    MinutesState.CONFIRMED: {MinutesVerb.SEAL: MinutesState.SEALED},
    MinutesState.REFUSED: {MinutesVerb.SEAL: MinutesState.SEALED},
    MinutesState.SEALED: {},
}
"""State → verb → next state."""

WRITERS = frozenset({RoomRole.CHAIR, RoomRole.CLERK, RoomRole.OFFICER})
"""Places in the room whose holders, in the unit's own office, write the minutes."""
NEEDED = (MinutesField.CONTENT_PRESENTED, MinutesField.CHAIR_CONCLUSION)
"""What must be written before the minutes are read back."""
LONGEST = 20_000
"""Letters in one part of the minutes."""
LONGEST_OBJECTION = 2_000
LONGEST_GROUND = 2_000

CODE_FOR = timedelta(minutes=10)
CODE_TRIES = 5
CODES_PER_HOUR = 5
CODE_DIGITS = 6

AT_SITE = frozenset({ConfirmationMethod.SIGNED_AT_SITE, ConfirmationMethod.FINGERPRINT})
STAFF_METHODS = (
    ConfirmationMethod.SPOKEN,
    ConfirmationMethod.SIGNED_AT_SITE,
    ConfirmationMethod.FINGERPRINT,
    ConfirmationMethod.REFUSED,
)
"""How an officer may record that the citizen stands by the minutes, or does not."""
CITIZEN_METHODS = (ConfirmationMethod.ONE_TIME_CODE, ConfirmationMethod.SPOKEN, ConfirmationMethod.REFUSED)


def moved(state: MinutesState, verb: MinutesVerb) -> MinutesState:
    """Return the state a verb leads to. Raises Refused("minutes_flow")."""
    to = MINUTES_FLOW[state].get(verb)
    if to is None:
        raise Refused("minutes_flow")
    return to


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a part, counted from 0 within it, with the SHA-256 of its words."""

    paragraph: int
    words: str
    words_sha256: str


def sha256(words: str) -> str:
    """Return the SHA-256 of words as UTF-8, in hexadecimal."""
    return hashlib.sha256(words.encode()).hexdigest()


def paragraphs(words: str) -> tuple[Paragraph, ...]:
    """Split a part into its paragraphs: every line with words in it is one."""
    lines = [line.strip() for line in words.split("\n") if line.strip()]
    return tuple(Paragraph(number, line, sha256(line)) for number, line in enumerate(lines))


def fingerprint(texts: Mapping[MinutesField, str]) -> str:
    """Return one SHA-256 over all parts: what a confirmation stands for."""
    return sha256("\x1e".join(f"{field.value}\x1f{texts.get(field, '')}" for field in MinutesField))


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the minutes stand, as far as permissions ask."""

    state: MinutesState
    is_frozen: bool


def may_write(role: RoomRole | None, *, is_own_unit: bool) -> bool:
    """Whether somebody is one of those who write these minutes at all."""
    return is_own_unit and role in WRITERS


def may_edit(stand: Stand, *, is_writer: bool) -> bool:
    """Whether words may be changed now."""
    return is_writer and stand.state is MinutesState.DRAFTING and not stand.is_frozen


def may_answer(stand: Stand, *, is_writer: bool, is_citizen: bool) -> bool:
    """Whether paragraphs may be answered now, by the citizen or by a writer who was told aloud."""
    return (is_writer or is_citizen) and stand.state is MinutesState.READ_BACK


def may_read(state: MinutesState, role: RoomRole | None, *, is_writer: bool) -> bool:
    """Whether the words are shown: to writers always, to the citizen once read back, to others while they are.

    An observer reads none.
    """
    if is_writer:
        return True
    if role in {RoomRole.CITIZEN, RoomRole.WARD_ROOM}:
        return state is not MinutesState.DRAFTING
    # Who watches hears what is read out; the paper is not theirs.
    return state is MinutesState.READ_BACK and role is not RoomRole.OBSERVER


def missing(texts: Mapping[MinutesField, str]) -> tuple[MinutesField, ...]:
    """Return the parts that must still be written before the minutes are read back."""
    return tuple(field for field in NEEDED if not texts.get(field, "").strip())


def check_complete(texts: Mapping[MinutesField, str]) -> None:
    """Refuse to read back minutes that lack what was presented or what the chair concluded."""
    if missing(texts):
        raise Refused("minutes_incomplete")


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to one paragraph, with the hash of the words it was given to."""

    field: MinutesField
    paragraph: int
    words_sha256: str
    answer: Answer
    objection: str
    at: datetime


def standing(answers: Iterable[Given], texts: Mapping[MinutesField, str]) -> tuple[Given, ...]:
    """Return the newest answer to each paragraph as it is worded now; answers to other words do not count."""
    now = {(field, p.paragraph, p.words_sha256) for field in MinutesField for p in paragraphs(texts.get(field, ""))}
    newest: dict[tuple[MinutesField, int], Given] = {}
    for one in answers:
        if (one.field, one.paragraph, one.words_sha256) in now:
            newest[(one.field, one.paragraph)] = one
    order = list(MinutesField)
    return tuple(sorted(newest.values(), key=lambda one: (order.index(one.field), one.paragraph)))


def verb_for(method: ConfirmationMethod, standing_answers: Iterable[Given]) -> MinutesVerb:
    """Return what a confirmation does: with a standing objection the minutes are contested, not confirmed."""
    if method is ConfirmationMethod.REFUSED:
        return MinutesVerb.REFUSE
    has_objection = any(one.answer is Answer.OBJECT for one in standing_answers)
    return MinutesVerb.CONTEST if has_objection else MinutesVerb.CONFIRM


@dataclass(frozen=True, slots=True)
class Setting:
    """What decides how minutes may be confirmed."""

    citizen_site: str
    has_scan: bool
    is_recorded: bool
    began_at: datetime | None
    ended_at: datetime | None


def check_method(method: ConfirmationMethod, setting: Setting, spoken_at: datetime | None, at: datetime) -> None:
    """Refuse a method that does not fit the site (F45) or the recording."""
    if method in AT_SITE and setting.citizen_site != "ward" and not setting.has_scan:
        raise Refused("signed_without_scan")
    if method is ConfirmationMethod.DIGITAL_SIGNATURE:
        raise Refused("method_not_offered")
    if method is ConfirmationMethod.SPOKEN:
        if not setting.is_recorded or setting.began_at is None:
            raise Refused("spoken_without_recording")
        said_at = spoken_at or at
        if not setting.began_at <= said_at <= min(at, setting.ended_at or at):
            raise Refused("spoken_outside")


def methods_for(setting: Setting) -> tuple[ConfirmationMethod, ...]:
    """Return what an officer may choose, in the order of the form."""
    can_sign = setting.citizen_site == "ward" or setting.has_scan
    return tuple(
        method
        for method in STAFF_METHODS
        if (method not in AT_SITE or can_sign) and (method is not ConfirmationMethod.SPOKEN or setting.is_recorded)
    )


def refusal_faults(ground: str, witness: str) -> dict[str, FieldError]:
    """Say what a recorded refusal lacks: its ground, and somebody who witnessed it (F44)."""
    return {name: FieldError("required") for name, words in (("ground", ground), ("witness", witness)) if not words}


@dataclass(frozen=True, slots=True)
class Recorded:
    """How far the recording is registered: files opened, files closed or given up, or why there is none."""

    opened: int
    closed: int
    without_ground: str


def seal_hindrance(state: MinutesState, reception: ReceptionState, recorded: Recorded) -> str:
    """Return the code of what still stands in the way of sealing, or nothing."""
    if MinutesVerb.SEAL not in MINUTES_FLOW[state]:
        return "minutes_not_answered"
    if reception is not ReceptionState.ENDED:
        return "reception_not_ended"
    if recorded.closed < recorded.opened:
        return "recording_unfinished"
    if recorded.opened == 0 and not recorded.without_ground:
        return "recording_missing"
    return ""


def check_seal(state: MinutesState, reception: ReceptionState, recorded: Recorded) -> None:
    """Refuse to seal while something still stands in the way."""
    if hindrance := seal_hindrance(state, reception, recorded):
        raise Refused(hindrance)


def check_writer(*, is_writer: bool) -> None:
    """Refuse what only the writers of these minutes may do."""
    if not is_writer:
        raise NotYours("minutes_not_yours")


def check_not_stopped(reception: ReceptionState) -> None:
    """Refuse any change, and any further word, after a reception was stopped: what goes on, goes on on paper."""
    if reception is ReceptionState.STOPPED:
        raise Refused("minutes_stopped")


def check_open(stand: Stand) -> None:
    """Refuse to change what is sealed, or is being sealed."""
    if stand.is_frozen or stand.state is MinutesState.SEALED:
        raise Refused("minutes_sealed")


def code_hash(key: bytes, minutes_code: str, digits: str) -> str:
    """Return what is kept of a one-time code: bound to these minutes and to the office's key."""
    return hmac.new(key, f"{minutes_code}:{digits}".encode(), hashlib.sha256).hexdigest()
