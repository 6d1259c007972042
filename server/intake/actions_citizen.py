"""What a citizen does with their own request: find it, add to it, withdraw it."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import audit, text
from server.accounts import actions as accounts
from server.errors import BadForm, FieldError, Refused, Stale, TooMuch
from server.intake import queries, rules
from server.intake.actions import (
    Ruling,
    about,
    add_step,
    in_audit,
    move,
)
from server.intake.actions_register import NewPaper, Registered, add_papers
from server.intake.rules_files import MOST_FILES
from server.office import actions as office
from server.tables import Citizen, ReceptionRequest
from server.who import Who
from server.words import RequestState, RequestVerb

WINDOW = timedelta(minutes=15)
TRIES_OF_CODE = 6
TRIES_OF_NETWORK = 40
MOST_PAPERS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A request that was found, and the login that opens it."""

    code: str
    token: str


def look_up(db: Session, at: datetime, code: str, phone: str, network: str) -> Found | None:
    """Open a login for whoever names both code and telephone; None for anything else.

    An unknown code and a wrong telephone run through the same steps. Raises TooMuch after too many
    tries of one code, or from one network, whatever the code.
    """
    bucket = "lookup:" + hashlib.sha256(code.encode()).hexdigest()[:32]
    tries = office.count_try(db, at, bucket, WINDOW)
    if office.count_try(db, at, f"lookup:{network}", WINDOW) > TRIES_OF_NETWORK or tries > TRIES_OF_CODE:
        # Not raised: the count itself must be committed.
        return Found("", "")
    row = db.execute(
        select(ReceptionRequest.id, ReceptionRequest.code, Citizen.phone)
        .join(Citizen, Citizen.id == ReceptionRequest.citizen_id)
        .where(ReceptionRequest.code == code)
    ).first()
    expected = row.phone if row else "0000000000"
    if not hmac.compare_digest(expected, phone) or row is None:
        return None
    office.forget_tries(db, bucket)
    # To the network it was no try at all: a whole waiting room looks itself up from behind one address.
    office.give_back_try(db, f"lookup:{network}")
    return Found(row.code, accounts.open_for_citizen(db, at, row.id))


def checked(found: Found | None) -> Found | None:
    """Turn the mark of too many tries into TooMuch("lookup_too_often")."""
    if found is not None and not found.code:
        raise TooMuch("lookup_too_often")
    return found


def open_own(db: Session, at: datetime, request_id: int) -> str:
    """Open a login for the browser that has just registered; returns the token."""
    return accounts.open_for_citizen(db, at, request_id)


def by_key(db: Session, key: str) -> Registered | None:
    """Return what a registration with this key became, or None."""
    row = db.scalar(select(ReceptionRequest).where(ReceptionRequest.idempotency_key == key))
    return None if row is None else Registered(row.id, row.code, is_new=False)


def may_add(papers_now: int, papers_new: int) -> bool:
    """Whether so many more files fit onto one request."""
    return papers_new <= MOST_FILES and papers_now + papers_new <= MOST_PAPERS


def amend(
    db: Session,
    who: Who,
    at: datetime,
    words: str,
    papers: tuple[NewPaper, ...],
    version: int | None,
) -> RequestState:
    """Add words and files; completes the request when the office had asked for more.

    What was written first stays as it was. Raises NotHere, Refused, Stale, BadForm (too many files).
    """
    request = queries.request_for(db, who, who.request_id or 0)
    row = db.get_one(ReceptionRequest, request.id)
    if version is not None and version != row.version:
        raise Stale
    if row.state not in rules.ADDABLE_STATES:
        raise Refused("request_flow")
    if request.is_without_content:
        raise Refused("no_content_online")
    if not may_add(len(request.papers), len(papers)):
        raise BadForm({"files": FieldError("too_many_papers", {"most": MOST_PAPERS})})
    ruling = Ruling(version, text.tidy(words))
    add_papers(db, at, row.id, papers)
    if row.state is RequestState.INCOMPLETE:
        return move(db, who, at, row.id, RequestVerb.COMPLETE, ruling)
    add_step(db, who, at, row, RequestVerb.COMPLETE, ruling)
    row.changed_at = at
    audit.record(db, in_audit(who, row), at, "request_amended", about(row), papers=len(papers))
    return row.state


def withdraw(db: Session, who: Who, at: datetime, words: str, version: int | None) -> RequestState:
    """Withdraw the citizen's own request. A second time changes nothing."""
    request = queries.request_for(db, who, who.request_id or 0)
    if request.state is RequestState.WITHDRAWN:
        return request.state
    # The place in the schedule is freed by scheduling's job release_withdrawn.
    return move(db, who, at, request.id, RequestVerb.WITHDRAW, Ruling(version, text.tidy(words)))
