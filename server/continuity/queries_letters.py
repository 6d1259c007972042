"""Letters that do not leave, as technicians see them: how many, since when and why; nobody's name, number or matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.incidents import rules
from server.tables import OutboxLetter, Unit
from server.who import Who
from server.words import Channel, LetterState

SHOWN_FOR = timedelta(days=7)
MOST = 20
_KEY = {"HTTP 401", "HTTP 402", "HTTP 403", "HTTP 407", "SMTPAuthenticationError"}


@dataclass(frozen=True, slots=True)
class Stuck:
    """Letters of one way of sending that failed for one reason. ``reason`` is the error's own name."""

    channel: Channel
    is_lost: bool
    reason: str
    count: int
    since: datetime

    @property
    def cause(self) -> str:
        """What to look into: ``key`` (ours is not accepted), ``refused`` (the address), or ``server``."""
        if self.reason in _KEY:
            return "key"
        is_about_the_letter = self.reason.startswith("HTTP 4") or self.reason == "SMTPRecipientsRefused"
        return "refused" if self.is_lost and is_about_the_letter else "server"


def stuck(db: Session, who: Who, at: datetime) -> list[Stuck]:
    """Return what was tried in vain within a week, of the units looked after; most first."""
    if who.role not in rules.SEES:
        return []
    count = func.count()
    rows = db.execute(
        select(OutboxLetter.channel, OutboxLetter.state, OutboxLetter.error, count, func.min(OutboxLetter.created_at))
        .join(Unit, Unit.id == OutboxLetter.unit_id)
        .where(
            or_(Unit.id == who.unit_id, Unit.parent_id == who.unit_id),
            OutboxLetter.state.in_((LetterState.WAITING, LetterState.FAILED)),
            OutboxLetter.attempts > 0,
            OutboxLetter.due_at >= at - SHOWN_FOR,
        )
        .group_by(OutboxLetter.channel, OutboxLetter.state, OutboxLetter.error)
        .order_by(count.desc(), OutboxLetter.error)
        .limit(MOST)
    )
    return [Stuck(channel, state is LetterState.FAILED, error, n, since) for channel, state, error, n, since in rows]
