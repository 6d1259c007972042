"""`./tiepdan bench office [--json] [--wards N] [--receptions N] [--engine sqlite|postgres]`: reports of one invented year of a city.

Makes the year in bulk, counts every table for the whole city, checks the sums and a second, slow count of another
make, and prints how long the pages of a ward and of the city take, from request to last byte, beside a plain SQL count
of the same receptions as the floor.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text
from sqlalchemy.orm import Session

from server import app as office_app
from server.accounts import actions as accounts
from server.clock import Clock
from server.config import load
from server.house import House
from server.reports import queries, rules
from server.reports.rules_period import Period, period
from server.security import cookie_name
from server.tables import Unit
from server.words_reports import PeriodKind
from tests import engines
from tests.bench.office_recount import Recount
from tests.bench.office_year import City, invent

YEAR = period(PeriodKind.YEAR, 2026)
NOW = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
GOALS = {"ward": 300, "city": 2000}
"""Milliseconds of issue 5."""
TURNS = 5
FLOOR = (
    "select d.unit_id, count(*), sum(q.group_size) from reception_days d join slots s on s.day_id = d.id "
    "join appointments a on a.slot_id = s.id join reception_requests q on q.id = a.request_id "
    "where a.state = 'kept' and d.held_on between '2025-12-15' and '2026-12-14' group by d.unit_id"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    engines: tuple[str, ...]
    city: City


@contextlib.contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """Give the address of a fresh founded office on an engine."""
    if engine == "sqlite":
        url = f"sqlite:///{folder / 'office.sqlite3'}"
        engines.found(url)
        yield url
        return
    with engines.cluster() as server:
        server.run("create database office")
        engines.found(server.url("office"))
        yield server.url("office")


def heads(db: Session, wards: list[int]) -> tuple[queries.UnitHead, ...]:
    units = [db.get_one(Unit, ward) for ward in wards]
    return tuple(queries.UnitHead(unit.id, unit.code, unit.name, unit.kind) for unit in units)


def check(db: Session, wards: list[int], span: Period) -> dict[str, Any]:
    """Count every table twice; return how many figures there are, how many differ, how many sums fail."""
    slow = Recount(db)
    again = {ward: slow.all(ward, span.from_on, span.until_on) for ward in wards}
    units = heads(db, wards)
    figures = differing = failing = 0
    totals = {}
    for form in rules.all_forms():
        report = queries.report(db, form, span, units)
        for line in report.lines:
            figures += len(line.figures)
            expected = again[line.unit.id][form.slug]
            differing += sum(expected[code] != value for code, value in line.figures.items())
            failing += len(rules.broken(form, line.figures))
        failing += len(rules.broken(form, report.total))
        totals[form.code] = report.total["1"]
    return {"figures": figures, "differing": differing, "sums_failing": failing, "column_1": totals}


async def pages(house: House, ward: str) -> dict[str, Any]:
    """Time the pages of every table, of a ward and of the city; milliseconds, median and worst of a few turns."""
    application = office_app.build(house, with_jobs=False)
    server = TestServer(application)
    await server.start_server()
    found: dict[str, Any] = {}
    clients: list[TestClient[Any, Any]] = []
    try:
        for name, username in (("ward", f"clerk-{ward}"), ("city", "bao")):
            client = TestClient(server)
            token = await house.db.write(accounts.sign_in, NOW, username, is_right=True, old_token=None)
            assert token is not None
            address = server.make_url("/")
            client.session.cookie_jar.update_cookies({cookie_name(house.settings, "login"): token}, address)
            paths = {f.code: f"/bao-cao/bieu/{f.slug}?ky={YEAR.slug}" for f in rules.all_forms()}
            found[name] = {form: await _timed(client, path) for form, path in (paths | {"desk": "/bao-cao"}).items()}
            clients.append(client)
    finally:
        for client in clients:
            await client.close()
        await server.close()
    return found


async def _timed(client: Any, path: str) -> dict[str, float]:
    took, worked, body = [], [], b""
    for _ in range(TURNS):
        began, cpu = time.perf_counter(), time.process_time()
        async with client.get(path) as answer:
            body = await answer.read()
        took.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.process_time() - cpu))
        assert answer.status == 200, (path, answer.status)
    return {
        "first": took[0],
        "median": median(took),
        "worst": max(took),
        "cpu": median(worked),
        "kilobytes": len(body) / 1024,
    }


def floor(db: Session) -> float:
    """Milliseconds of the plain count, the median of a few turns."""
    took = []
    for _ in range(TURNS):
        began = time.perf_counter()
        db.execute(text(FLOOR)).all()
        took.append(1000 * (time.perf_counter() - began))
    return median(took)


def measure(engine: str, city: City) -> dict[str, Any]:
    """Measure one engine."""
    with tempfile.TemporaryDirectory() as folder, database(engine, Path(folder)) as url:
        settings = load({"data": folder, "database": url, "media_workers": 0, "secret": "a secret of the bench"}, {})
        clock = Clock()
        clock.set(NOW)
        house = office_app.build_house(settings, clock)
        began = time.perf_counter()
        wards = house.db.write_now(invent, city)
        invented = time.perf_counter() - began
        if engine == "postgres":
            # What autovacuum does within a minute anywhere else.
            house.db.write_now(lambda db: db.execute(text("analyze")).close())
        result: dict[str, Any] = {"invented_seconds": round(invented, 1)}
        began = time.perf_counter()
        result |= house.db.read_now(check, wards, YEAR)
        result["counted_twice_seconds"] = round(time.perf_counter() - began, 1)
        result["floor_ms"] = round(house.db.read_now(floor), 1)
        result["pages"] = asyncio.run(pages(house, f"{city.seed}-{city.wards // 2}"))
        house.db.close()
    return result


def show(engine: str, result: dict[str, Any]) -> None:
    # Others on the machine stretch the clock, not the work of this process (PostgreSQL works beside it).
    print(
        f"\n{engine}: load {os.getloadavg()[0]:.1f}; invented in {result['invented_seconds']} s, counted twice in {result['counted_twice_seconds']} s"
    )
    print(f"  {result['figures']} figures, {result['differing']} differ, {result['sums_failing']} sums fail")
    print(f"  floor: plain SQL count of the receptions {result['floor_ms']} ms")
    print(
        f"  {'page':10} {'ward: first median worst cpu ms':>34} {'city: first median worst cpu ms':>34}   kB of the city"
    )
    for form, ward in result["pages"]["ward"].items():
        city = result["pages"]["city"][form]
        cells = [
            f"{one['first']:8.0f} {one['median']:8.0f} {one['worst']:8.0f} {one['cpu']:7.0f}" for one in (ward, city)
        ]
        print(f"  {form:10} {cells[0]:>34} {cells[1]:>34} {city['kilobytes']:8.0f}")


def verdict(result: dict[str, Any]) -> bool:
    """Whether figures agree and the pages keep within the goals, by their medians."""
    slow = [p for who, pages in result["pages"].items() for p in pages.values() if p["median"] > GOALS[who]]
    return not result["differing"] and not result["sums_failing"] and not slow


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Returns 1 when a figure differs, a sum fails, or a page is slower than its goal."""
    parser = argparse.ArgumentParser(prog="./tiepdan bench office", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--wards", type=int, default=114)
    parser.add_argument("--receptions", type=int, default=20_000)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append")
    given = parser.parse_args(list(arguments))
    asked = Asked(tuple(given.engine or ("sqlite", "postgres")), City(given.wards, given.receptions))
    print(f"one year of a city: {asked.city.wards} wards, {asked.city.receptions} receptions, seed {asked.city.seed}")
    print(f"goals by the median: ward {GOALS['ward']} ms, city {GOALS['city']} ms")
    results = {}
    for engine in asked.engines:
        results[engine] = measure(engine, asked.city)
        show(engine, results[engine])
    is_good = all(verdict(result) for result in results.values())
    print("\nall goals met" if is_good else "\nNOT all goals met")
    if given.json:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        print(json.dumps({"goals_ms": GOALS, "is_good": is_good, "on": machine, **results}))
    sys.stdout.flush()
    return 0 if is_good else 1
