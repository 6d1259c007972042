"""Save what writers type, together.

No typed word is lost (F83): a text that comes too late, because somebody else saved first or
because the minutes are being read back, is kept as a proposal beside theirs and is answered
with their words. That is why ``save_text`` returns ``TooLate`` and does not raise: a raise
would undo the keeping.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from server import audit, text
from server.errors import BadForm, FieldError
from server.minutes import queries, rules
from server.minutes.actions import Place, StaffDoor, about, hold
from server.tables import IdempotencyKey, MinutesText, Officer, Revision
from server.who import Who
from server.words import MinutesField

WRITTEN_AGAIN = timedelta(minutes=5)
"""One who goes on writing the same part is noted in the log once in this time; every state is a revision anyway."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Words for one part, the version they were written on, and a key that makes sending twice harmless."""

    field: MinutesField
    words: str
    version: int
    key: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The words are in the minutes, as this version."""

    version: int


@dataclass(frozen=True, slots=True)
class TooLate:
    """The words are kept beside the minutes; ``code`` says why, the rest is what stands in the minutes."""

    code: str
    words: str
    version: int
    changed_by: str


def save_text(db: Session, who: Who, at: datetime, code: str, saving: Saving) -> Saved | TooLate:
    """Save one part. Raises NotHere, NotYours, BadForm; never loses a word."""
    return save_all(db, who, at, code, (saving,))[saving.field]


def save_all(
    db: Session, who: Who, at: datetime, code: str, savings: tuple[Saving, ...]
) -> dict[MinutesField, Saved | TooLate]:
    """Save several parts; each is saved or kept as too late by itself."""
    place = hold(db, who, StaffDoor(code))
    rules.check_writer(is_writer=place.is_writer)
    for saving in savings:
        if len(saving.words) > rules.LONGEST:
            raise BadForm({saving.field.value: FieldError("too_long", {"most": rules.LONGEST})})
    return {saving.field: _Pen(db, who, at, place, saving.field).save(saving) for saving in savings}


def as_typed(words: str) -> str:
    """Return words in one normal form; blanks and line ends at the end belong to somebody in the middle of typing."""
    return text.tidy(f"|{words}|")[1:-1]


@dataclass(frozen=True, slots=True)
class _Pen:
    """One writer at one part of minutes that are held."""

    db: Session
    who: Who
    at: datetime
    place: Place
    field: MinutesField

    def save(self, saving: Saving) -> Saved | TooLate:
        words, now = as_typed(saving.words), self._now()
        # A page left open keeps its key: only the same words under it are the same command.
        key = f"minutes:{self.place.row.id}:{saving.key[:40]}:{rules.sha256(self.field + words)[:32]}"
        done = self.db.get(IdempotencyKey, key)
        if done is not None:
            return Saved(int(done.result))
        version = now.version if now else 0
        if words == (now.words if now else ""):
            return Saved(version)
        if not rules.may_edit(queries.stand_of(self.place.row), is_writer=True):
            return self._keep_beside(words, "minutes_sealed" if self.place.row.sealed_at else "minutes_shown")
        if saving.version != version:
            return self._keep_beside(words, "stale")
        self._write(words, now)
        self.db.add(IdempotencyKey(key=key, action="save_minutes", result=str(version + 1), at=self.at))
        self.db.flush()
        return Saved(version + 1)

    def _now(self) -> MinutesText | None:
        return self.db.scalar(
            select(MinutesText).where(MinutesText.minutes_id == self.place.row.id, MinutesText.field == self.field)
        )

    def _write(self, words: str, now: MinutesText | None) -> None:
        version = now.version + 1 if now else 1
        if self._is_news():
            audit.record(
                self.db, self.who, self.at, "wrote_minutes", about(self.place), field=self.field.value, version=version
            )
        if now is None:
            now = MinutesText(minutes_id=self.place.row.id, field=self.field)
            self.db.add(now)
        now.words, now.version, now.changed_at = words, version, self.at
        now.changed_by = self.who.officer_id or 0
        self._add_revision(words, version, is_proposal=False)
        # The minutes' own version tells every open page that there is something new.
        flag_modified(self.place.row, "number")

    def _is_news(self) -> bool:
        last = self.db.scalar(
            select(Revision)
            .where(Revision.minutes_id == self.place.row.id, Revision.field == self.field)
            .order_by(Revision.id.desc())
            .limit(1)
        )
        return last is None or last.officer_id != self.who.officer_id or self.at - last.at >= WRITTEN_AGAIN

    def _keep_beside(self, words: str, code: str) -> TooLate:
        now = self._now()
        version = now.version if now else 0
        known = self.db.scalar(
            select(Revision.id).where(
                Revision.minutes_id == self.place.row.id,
                Revision.field == self.field,
                Revision.officer_id == self.who.officer_id,
                Revision.version == version,
                Revision.is_proposal.is_(True),
                Revision.words == words,
            )
        )
        if known is None and words.strip():
            self._add_revision(words, version, is_proposal=True)
            audit.record(
                self.db, self.who, self.at, "wrote_beside_minutes", about(self.place), field=self.field.value,
                version=version,
            )  # fmt: skip
        name = self.db.scalar(select(Officer.name).where(Officer.id == now.changed_by)) if now else ""
        return TooLate(code, now.words if now else "", version, name or "")

    def _add_revision(self, words: str, version: int, *, is_proposal: bool) -> None:
        self.db.add(
            Revision(
                minutes_id=self.place.row.id,
                field=self.field,
                version=version,
                words=words,
                is_proposal=is_proposal,
                officer_id=self.who.officer_id,
                at=self.at,
            )
        )
