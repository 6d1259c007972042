"""Claims due jobs, runs them, tries again, parks what keeps failing.

Theory. A job is due when ``state = waiting`` and ``due_at`` has come and nobody holds a
lease on it. Claiming is one UPDATE with those conditions: of several runners one sees a
changed row. A runner that dies leaves a lease that runs out; the job is then taken
again, so a job must be harmless when run twice. What a job changes in the database it
changes in its own transactions.

Kinds stand in lanes. Jobs of one lane run one after the other, lanes beside each other: who
must wait for machines of others (a mail server that does not answer) has a lane of its own.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.clock import Clock
from server.db import Database
from server.house import House
from server.tables import Job
from server.words import JobState

log = logging.getLogger("tiepdan.jobs")

LEASE = timedelta(minutes=10)
TRIES = 8
POLL = 0.5
WORK = "work"
"""The lane of what says no other, and of jobs that nobody here knows."""


class NotYet(Exception):
    """What a job needs is still on its way: it is tried again, and nobody need look into it."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A named piece of work; ``every`` makes it recurring."""

    name: str
    run: Callable[[House, Mapping[str, Any]], Awaitable[None]]
    every: timedelta | None = None
    lane: str = WORK


@dataclass(frozen=True, slots=True)
class Claim:
    """A job taken by this runner."""

    id: int
    name: str
    args: dict[str, Any]
    attempts: int


def book(
    db: Session,
    name: str,
    key: str,
    at: datetime,
    args: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
) -> None:
    """Put a job inside the caller's transaction; a key that was booked before changes nothing."""
    if db.scalar(select(Job.id).where(Job.unique_key == key)) is None:
        db.add(
            Job(
                name=name,
                args=dict(args or {}),
                unique_key=key,
                state=JobState.WAITING,
                due_at=due_at or at,
                created_at=at,
            )
        )
        db.flush()


def claim(db: Session, at: datetime, only: Collection[str] | None = None, but: Collection[str] = ()) -> Claim | None:
    """Take the job that has been due longest, or None; of ``only`` these names, and of none in ``but``."""
    free = [
        Job.state == JobState.WAITING,
        Job.due_at <= at,
        or_(Job.leased_until.is_(None), Job.leased_until < at),
    ]
    if only is not None:
        free.append(Job.name.in_(only))
    if but:
        free.append(Job.name.not_in(but))
    row = db.execute(
        select(Job.id, Job.name, Job.args, Job.attempts).where(*free).order_by(Job.due_at).limit(1)
    ).first()
    if row is None:
        return None
    taken = db.execute(
        update(Job)
        .where(Job.id == row.id, *free)
        .values(leased_until=at + LEASE, attempts=Job.attempts + 1)
        .returning(Job.id),
        execution_options={"synchronize_session": False},
    ).first()
    return Claim(row.id, row.name, dict(row.args), row.attempts + 1) if taken is not None else None


def settle(db: Session, job: Claim, at: datetime, error: str | None, every: timedelta | None) -> None:
    """Mark a claimed job done, or due again after a growing pause, or parked."""
    row = db.get_one(Job, job.id)
    row.leased_until = None
    row.last_error = error or ""
    if error is None and every is not None:
        row.due_at, row.attempts = at + every, 0
    elif error is None:
        row.state, row.done_at = JobState.DONE, at
    elif job.attempts >= TRIES and every is None:
        row.state = JobState.PARKED
    else:
        row.due_at = at + min(timedelta(seconds=2**job.attempts), every or timedelta(hours=1))


class Runner:
    """Runs due jobs until stopped: those of a lane one after the other, lanes beside each other."""

    def __init__(self, house: House, kinds: tuple[JobKind, ...]) -> None:
        self._house = house
        self._kinds = {kind.name: kind for kind in kinds}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Book recurring jobs, then work until ``stop``; a failing database is waited for."""
        async with asyncio.TaskGroup() as group:
            for lane in sorted({WORK, *(kind.lane for kind in self._kinds.values())}):
                group.create_task(self._run_lane(lane))

    async def _run_lane(self, lane: str) -> None:
        mine = tuple(kind for kind in self._kinds.values() if kind.lane == lane)
        while not self._stopping.is_set():
            try:
                await self._house.db.write(_book_recurring, mine, self._house.clock.now())
                while not self._stopping.is_set():
                    if not await self.run_one(lane):
                        await self._pause()
            except Exception:
                log.exception("job runner stumbled")
                await self._pause()

    async def run_one(self, lane: str | None = None) -> bool:
        """Run one due job, of one lane or of any; False when none is due."""
        db: Database = self._house.db
        clock: Clock = self._house.clock
        job = await db.write(claim, clock.now(), *self._names(lane))
        if job is None:
            return False
        kind = self._kinds.get(job.name)
        error: str | None = None
        try:
            if kind is None:
                raise LookupError(job.name)
            await kind.run(self._house, job.args)
        except NotYet as waiting:
            error = f"not yet: {waiting}"
        except Exception:
            error = traceback.format_exc(limit=-6)
            log.exception("job %s failed", job.name)
        await db.write(settle, job, clock.now(), error, kind.every if kind else None)
        return True

    def _names(self, lane: str | None) -> tuple[list[str] | None, list[str]]:
        """Which names a lane takes, and which it leaves to others."""
        if lane is None:
            return None, []
        if lane == WORK:
            return None, [kind.name for kind in self._kinds.values() if kind.lane != WORK]
        return [kind.name for kind in self._kinds.values() if kind.lane == lane], []

    def stop(self) -> None:
        """Ask ``run`` to return after the jobs at hand."""
        self._stopping.set()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), POLL)
        except TimeoutError:
            return


def _book_recurring(db: Session, kinds: tuple[JobKind, ...], at: datetime) -> None:
    for kind in kinds:
        if kind.every is not None:
            book(db, kind.name, f"every:{kind.name}", at)
