"""The citizen stands by the minutes: by one-time code, aloud, by hand at a site; or refuses (F44, F45)."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, outbox, text
from server.errors import BadForm, FieldError, NotYours, Refused
from server.minutes import queries, rules
from server.minutes.actions import Door, Place, about, hold
from server.office import actions as office
from server.outbox import Letter
from server.tables import Appointment, Citizen, ReceptionRequest
from server.who import Who
from server.words import ConfirmationMethod, MinutesState

ANSWERED = frozenset({MinutesState.CONFIRMED, MinutesState.CONTESTED, MinutesState.REFUSED})


def send_code(db: Session, who: Who, at: datetime, door: Door, key: bytes) -> datetime:
    """Send the citizen six digits for these minutes; returns until when they are good. Raises Refused."""
    place = hold(db, who, door)
    _check_asked(place)
    number = office.count_try(db, at, f"minutes_code:{place.row.id}", timedelta(hours=1))
    if number > rules.CODES_PER_HOUR:
        raise Refused("code_too_often")
    digits = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}d}"
    row = place.row
    row.one_time_code_hash = rules.code_hash(key, row.code, digits)
    row.one_time_code_until, row.one_time_code_tries = at + rules.CODE_FOR, 0
    citizen, request = _citizen(db, place)
    outbox.put(
        db,
        Letter(
            key=f"minutes_code:{row.code}:{int(at.timestamp() * 1000)}",
            template="minutes_code",
            unit_id=row.unit_id,
            phone=citizen.phone,
            email=citizen.email,
            locale=request.locale,
            facts={"digits": digits, "minutes": str(rules.CODE_FOR // timedelta(minutes=1))},
            request_id=request.id,
        ),
        at,
    )
    audit.record(db, who, at, "sent_minutes_code", about(place), number=number)
    return at + rules.CODE_FOR


class CodeTry(StrEnum):
    """What came of typing a code. Wrong ones are counted, so they are returned and not raised."""

    RIGHT = "right"
    WRONG = "code_wrong"
    SPENT = "code_tries"
    EXPIRED = "code_expired"


@dataclass(frozen=True, slots=True)
class Confirming:
    """How the citizen stands by the minutes. ``spoken_at`` is when it was said on the recording."""

    method: ConfirmationMethod
    digits: str = ""
    ground: str = ""
    witness: str = ""
    spoken_at: datetime | None = None


def confirm(db: Session, who: Who, at: datetime, door: Door, key: bytes, given: Confirming) -> CodeTry:
    """Keep how the minutes were answered for; the same method twice is one. Raises Refused, BadForm, NotYours.

    With a standing objection the minutes become contested instead of confirmed.
    """
    place = hold(db, who, door)
    if given.method not in (rules.STAFF_METHODS if place.is_writer else rules.CITIZEN_METHODS):
        raise Refused("method_not_offered")
    if place.row.state in ANSWERED and place.row.method is given.method:
        return CodeTry.RIGHT
    _check_asked(place)
    if given.method is ConfirmationMethod.ONE_TIME_CODE:
        tried = _try_code(place, at, key, given.digits)
        if tried is not CodeTry.RIGHT:
            audit.record(db, who, at, "mistyped_minutes_code", about(place), why=tried.value)
            return tried
    rules.check_method(given.method, queries.setting_of(db, place.found), given.spoken_at, at)
    _settle(db, who, at, place, given)
    return CodeTry.RIGHT


def _check_asked(place: Place) -> None:
    if not (place.is_writer or place.is_citizen):
        raise NotYours("minutes_not_yours")
    rules.check_open(queries.stand_of(place.row))
    if place.row.state is not MinutesState.READ_BACK:
        raise Refused("minutes_not_shown")


def _try_code(place: Place, at: datetime, key: bytes, digits: str) -> CodeTry:
    row = place.row
    if not row.one_time_code_hash or row.one_time_code_until is None or at > row.one_time_code_until:
        return CodeTry.EXPIRED
    if row.one_time_code_tries >= rules.CODE_TRIES:
        return CodeTry.SPENT
    row.one_time_code_tries += 1
    typed = rules.code_hash(key, row.code, "".join(c for c in digits if c in "0123456789"))
    if hmac.compare_digest(typed, row.one_time_code_hash):
        return CodeTry.RIGHT
    return CodeTry.WRONG if row.one_time_code_tries < rules.CODE_TRIES else CodeTry.SPENT


def _settle(db: Session, who: Who, at: datetime, place: Place, given: Confirming) -> None:
    row = place.row
    ground, witness = text.tidy(given.ground), text.one_line(given.witness)
    if given.method is ConfirmationMethod.REFUSED:
        faults = rules.refusal_faults(ground, witness)
        if len(ground) > rules.LONGEST_GROUND:
            faults["ground"] = FieldError("too_long", {"most": rules.LONGEST_GROUND})
        if faults:
            raise BadForm(faults)
        row.refused_ground, row.witness = ground, witness[:200]
    texts = queries.texts_of(db, row.id)
    verb = rules.verb_for(given.method, rules.standing(queries.answers_of(db, row.id), texts))
    row.state = rules.moved(row.state, verb)
    row.method, row.confirmed_at = given.method, given.spoken_at or at
    row.one_time_code_hash, row.one_time_code_until = "", None
    audit.record(
        db, who, at, f"minutes_{verb.value}", about(place), method=given.method.value, sha256=rules.fingerprint(texts)
    )


def _citizen(db: Session, place: Place) -> tuple[Citizen, ReceptionRequest]:
    row = db.execute(
        select(Citizen, ReceptionRequest)
        .join(ReceptionRequest, ReceptionRequest.citizen_id == Citizen.id)
        .join(Appointment, Appointment.request_id == ReceptionRequest.id)
        .where(Appointment.code == place.found.appointment_code)
    ).one()
    return row[0], row[1]
