"""Sends what lies in the outbox. At most one duplicate after a crash, with the same message id.

E-mail and short messages have a job and a lane each: a mail server that does not answer holds up
no message with a code, and no other work.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.adapters.mail import SendFailed
from server.house import House
from server.outbox import forget
from server.tables import OutboxLetter, Unit
from server.words import Channel, LetterState

log = logging.getLogger("tiepdan.jobs")

TRIES = 32
"""About a day with the growing pauses of ``settle``: a provider may be down, or refuse our key, for a night."""
BATCH = 50
ENOUGH = 3
"""Letters that fail one after the other before a round is given up."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter due now, with the unit that sends it."""

    id: int
    key: str
    channel: Channel
    address: str
    template: str
    locale: str
    facts: dict[str, str]
    unit_name: str
    unit_phone: str


async def deliver_mail(house: House, _: Mapping[str, Any]) -> None:
    """Send every e-mail that is due."""
    await deliver(house, Channel.MAIL)


async def deliver_texts(house: House, _: Mapping[str, Any]) -> None:
    """Send every short message that is due."""
    await deliver(house, Channel.SMS)


async def deliver(house: House, channel: Channel) -> None:
    """Send every letter of a channel that is due; one that fails does not hold up the others.

    Where several in a row fail through no fault of theirs the server does not answer: the rest waits for
    the next round, well within the lease of the job.
    """
    in_a_row = 0
    for waiting in await house.db.read(due, channel, house.clock.now()):
        error: SendFailed | None = None
        try:
            await _send(house, waiting)
        except SendFailed as failure:
            error = failure
        except Exception as bug:
            # One letter that cannot be written must not hold up the others.
            log.exception("letter %s cannot be written", waiting.template)
            error = SendFailed(type(bug).__name__)
        await house.db.write(
            settle,
            waiting.id,
            house.clock.now(),
            str(error) if error else None,
            is_final=bool(error and error.is_final),
        )
        in_a_row = in_a_row + 1 if error and not error.is_final else 0
        if in_a_row == ENOUGH:
            return


async def _send(house: House, letter: Waiting) -> None:
    facts = {
        **letter.facts,
        "unit_name": letter.unit_name,
        "unit_phone": letter.unit_phone,
        "base_url": house.settings.base_url,
    }
    body = house.render(f"letters/{letter.template}.{letter.channel}.txt", letter.locale, facts).strip()
    if letter.channel is Channel.SMS:
        await house.texter.send(letter.address, body, letter.key)
    else:
        subject, _, rest = body.partition("\n")
        await house.mailer.send(letter.address, subject.strip(), rest.strip() + "\n", letter.key)


def due(db: Session, channel: Channel, at: datetime) -> list[Waiting]:
    """Return the letters of a channel that should leave now, oldest first."""
    rows = db.execute(
        select(OutboxLetter, Unit.name, Unit.phone)
        .join(Unit, Unit.id == OutboxLetter.unit_id)
        .where(OutboxLetter.state == LetterState.WAITING, OutboxLetter.channel == channel, OutboxLetter.due_at <= at)
        .order_by(OutboxLetter.due_at)
        .limit(BATCH)
    )
    return [
        Waiting(
            o.id,
            o.message_key,
            o.channel,
            o.address,
            o.template,
            o.locale,
            dict(o.facts),
            name,
            phone,
        )
        for o, name, phone in rows
    ]


def settle(db: Session, letter_id: int, at: datetime, error: str | None, *, is_final: bool) -> None:
    """Mark a letter sent, or due again later, or failed for good."""
    letter = db.get_one(OutboxLetter, letter_id)
    letter.attempts += 1
    if error is None:
        letter.state, letter.sent_at, letter.error = LetterState.SENT, at, ""
        forget(letter)
        return
    letter.error = error[:500]
    if is_final or letter.attempts >= TRIES:
        letter.state = LetterState.FAILED
        forget(letter)
    else:
        letter.due_at = at + timedelta(seconds=min(3600, 5 * 2**letter.attempts))
