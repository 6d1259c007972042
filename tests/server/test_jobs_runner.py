"""A due job is run once by whoever takes it, again after a failure or a lost runner, and parked in the end."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import Clock
from server.house import House
from server.jobs import runner
from server.jobs.runner import LEASE, TRIES, JobKind, Runner
from server.tables import Job
from server.words import JobState


class Work:
    """A real job that counts, and fails as often as told."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.ran: list[dict[str, Any]] = []
        self.has_run = asyncio.Event()

    async def __call__(self, house: House, args: Mapping[str, Any]) -> None:
        self.ran.append(dict(args))
        self.has_run.set()
        await asyncio.sleep(0)
        if len(self.ran) <= self.fails:
            raise OSError("not now")


async def book(house: House, key: str, **args: object) -> None:
    await house.db.write(lambda db: runner.book(db, "work", key, house.clock.now(), args))


async def jobs(house: House) -> list[tuple[str, JobState, int]]:
    def read(db: Session) -> list[tuple[str, JobState, int]]:
        return [(j.unique_key, j.state, j.attempts) for j in db.scalars(select(Job).order_by(Job.id))]

    return await house.db.read(read)


async def test_a_job_runs_once_with_its_arguments(house: House) -> None:
    work = Work()
    await book(house, "a", number=7)
    await book(house, "a", number=8)
    one = Runner(house, (JobKind("work", work),))
    assert await one.run_one()
    assert not await one.run_one()
    assert work.ran == [{"number": 7}]
    assert await jobs(house) == [("a", JobState.DONE, 1)]


async def test_several_runners_never_run_one_job_twice(house: House) -> None:
    work = Work()
    for number in range(20):
        await book(house, f"job-{number}", number=number)
    runners = [Runner(house, (JobKind("work", work),)) for _ in range(4)]

    async def drain(one: Runner) -> None:
        idle = 0
        while idle < 3:
            idle = 0 if await one.run_one() else idle + 1

    await asyncio.gather(*(drain(one) for one in runners))
    assert sorted(each["number"] for each in work.ran) == list(range(20))


async def test_a_failed_job_waits_and_is_tried_again(house: House, clock: Clock) -> None:
    work = Work(fails=1)
    await book(house, "a")
    one = Runner(house, (JobKind("work", work),))
    assert await one.run_one()
    assert not await one.run_one()
    clock.shift += timedelta(seconds=5)
    assert await one.run_one()
    assert await jobs(house) == [("a", JobState.DONE, 2)]


async def test_what_keeps_failing_is_parked_with_its_reason(house: House, clock: Clock) -> None:
    work = Work(fails=100)
    await book(house, "a")
    one = Runner(house, (JobKind("work", work),))
    for _ in range(TRIES + 3):
        await one.run_one()
        clock.shift += timedelta(hours=2)
    assert len(work.ran) == TRIES
    assert await jobs(house) == [("a", JobState.PARKED, TRIES)]
    reason = await house.db.read(lambda db: db.scalars(select(Job.last_error)).one())
    assert "not now" in reason


async def test_a_job_of_a_dead_runner_is_taken_again_when_its_lease_ran_out(house: House, clock: Clock) -> None:
    await book(house, "a")
    taken = await house.db.write(runner.claim, clock.now())
    assert taken is not None
    assert await house.db.write(runner.claim, clock.now() + LEASE - timedelta(minutes=1)) is None
    again = await house.db.write(runner.claim, clock.now() + LEASE + timedelta(seconds=1))
    assert again is not None
    assert (again.id, again.attempts) == (taken.id, 2)


async def test_an_unknown_job_does_not_stop_the_others(house: House) -> None:
    work = Work()
    await house.db.write(lambda db: runner.book(db, "of-a-newer-release", "x", house.clock.now()))
    await book(house, "a")
    one = Runner(house, (JobKind("work", work),))
    assert await one.run_one()
    assert await one.run_one()
    assert len(work.ran) == 1


async def test_recurring_work_comes_back_and_is_never_parked(house: House, clock: Clock) -> None:
    work = Work(fails=20)
    kind = JobKind("work", work, every=timedelta(minutes=1))
    one = Runner(house, (kind,))

    async def stop() -> None:
        await work.has_run.wait()
        one.stop()

    await asyncio.gather(one.run(), stop())
    for _ in range(25):
        clock.shift += timedelta(minutes=2)
        await one.run_one()
    assert len(work.ran) == 26
    assert await jobs(house) == [("every:work", JobState.WAITING, 0)]


async def test_stop_lets_the_job_at_hand_finish(house: House) -> None:
    began, done = asyncio.Event(), asyncio.Event()

    async def slow(_: House, __: Mapping[str, Any]) -> None:
        began.set()
        await asyncio.sleep(0.05)
        done.set()

    await book(house, "a")
    one = Runner(house, (JobKind("work", slow),))

    async def stop() -> None:
        await began.wait()
        one.stop()

    await asyncio.gather(one.run(), stop())
    assert done.is_set()
    assert await jobs(house) == [("a", JobState.DONE, 1)]
