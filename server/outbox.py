"""Puts a letter or SMS into the outbox inside the caller's transaction. ``jobs.deliver`` sends it later."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.tables import OutboxLetter
from server.words import Channel, LetterState

OPENS_DOORS = frozenset({"digits", "path"})
"""Facts that let whoever reads them in; none is kept once the letter has left, or never will."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send: a template in ``web/templates/letters``, its facts, and to whom.

    ``key`` makes it one letter however often it is put. No fact may hold the subject or
    the content of a case (domain.md F66).
    """

    key: str
    template: str
    unit_id: int
    phone: str = ""
    email: str = ""
    locale: str = "vi"
    facts: dict[str, str] = field(default_factory=dict[str, str])
    request_id: int | None = None


def put(db: Session, letter: Letter, at: datetime, due_at: datetime | None = None) -> None:
    """Queue a letter on every channel for which an address is known; doing it twice changes nothing."""
    for channel, address in ((Channel.SMS, letter.phone), (Channel.MAIL, letter.email)):
        key = f"{letter.key}:{channel}"
        if not address or db.scalar(select(OutboxLetter.id).where(OutboxLetter.message_key == key)):
            continue
        db.add(
            OutboxLetter(
                message_key=key,
                unit_id=letter.unit_id,
                channel=channel,
                address=address,
                template=letter.template,
                locale=letter.locale,
                facts=dict(letter.facts),
                state=LetterState.WAITING,
                due_at=due_at or at,
                created_at=at,
                request_id=letter.request_id,
            )
        )
    db.flush()


def drop(db: Session, key: str) -> None:
    """Withdraw a letter that has not left yet (a reminder of a cancelled appointment)."""
    keys = [f"{key}:{channel}" for channel in Channel]
    for letter in db.scalars(
        select(OutboxLetter).where(OutboxLetter.message_key.in_(keys), OutboxLetter.state == LetterState.WAITING)
    ):
        letter.state = LetterState.DROPPED
        forget(letter)


def forget(letter: OutboxLetter) -> None:
    """Keep no fact that opens a door."""
    letter.facts = {name: value for name, value in letter.facts.items() if name not in OPENS_DOORS}
