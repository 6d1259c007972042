"""`./tiepdan bench search`: how long staff wait for what they look for among 200,000 cases.

Two offices are filled on each engine: one ward that holds every case (nobody has one so large)
and a city whose wards share them, asked by its inspectorate. The questions are those of a day and
the worst ones: words that half of all cases carry, and pairs of frequent words that never meet.
Times are of the whole question of the page: hits, access, lines and people.
"""

import argparse
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, text
from sqlalchemy.orm import Session

from server.db import Database
from server.demo import officer_named
from server.search import queries_lines, rules
from server.tables import Case, Citizen, Document, SearchEntry, SearchWord, Unit
from server.text import fold, name_sort_key
from server.who import Who
from server.words import CaseState, DocumentKind, IdKind, Kind, Origin, SearchKind, UnitKind
from tests import engines

FAMILY = ("Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ")
MIDDLE = ("Thị", "Thị", "Văn", "Văn", "Đức", "Minh", "Thu", "Ngọc", "Hữu")
GIVEN = (
    "Hòa", "Lan", "Minh", "Hạnh", "Phúc", "Oanh", "Bình", "Dũng", "Cường", "Nga", "Sơn", "Mai", "Thảo", "Quý", "Ước",
    "Yến", "Khoa", "Linh", "Tú", "Quân", "Vy", "Đạt", "Giang", "Hường", "Kiên", "Luyến",
)  # fmt: skip
ABOUT = (
    "Tranh chấp ranh giới đất với hộ liền kề", "Xin cấp giấy chứng nhận quyền sử dụng đất", "Đường đi bị chặn",
    "Nước thải chảy vào ruộng", "Bồi thường khi thu hồi đất", "Chế độ người có công", "Lấn chiếm vỉa hè",
    "Tiếng ồn xưởng cưa ban đêm", "Cấp điện không ổn định", "Giấy phép xây dựng",
)  # fmt: skip
PLACES = ("Thạch Khôi", "Dương Kinh", "Bạch Đằng", "Hải Đăng", "Đồng Tâm", "An Lạc")
QUESTIONS = (
    "thach khoi", "duong kinh", "37/KH-UBND", "nguyen van hoa", "0912 000 777", "TK-2025-0100777", "tranh chap dat",
    "nguyen thi", "nguyen", "giay phep thach", "luyen uoc", "tieng on dien", "van thi", "khong co chu nay", "thach kho",
)  # fmt: skip
WARDS = 114
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One question of one person on one engine."""

    engine: str
    office: str
    question: str
    hits: int
    p50_ms: float
    worst_ms: float


def fill(db: Session, units: list[int], count: int) -> None:
    """Write cases with their citizens, a paper for every tenth, and the words of all of them."""
    chance = random.Random(7)
    if db.get_bind().dialect.name == "postgresql":
        # What is made here refers to what is there; five million looks to see it take longer than the measuring.
        db.execute(text("set local session_replication_role = replica"))
    first = db.scalar(select(SearchEntry.id).order_by(SearchEntry.id.desc()).limit(1)) or 0
    rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in _TABLES}
    for number in range(first + 1, first + count + 1):
        _one(rows, number, units[number % len(units)], chance)
        if number % CHUNK == 0 or number == first + count:
            for table in _TABLES:
                _put(db, table.__table__, rows[table])
                rows[table].clear()


_TABLES: tuple[Any, ...] = (Citizen, Case, Document, SearchEntry, SearchWord)


def _put(db: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    driver = db.connection().connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        db.execute(insert(table), rows)
        return
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    assert driver is not None
    with driver.cursor().copy(f"copy {table.name} ({columns}) from stdin") as copy:
        for row in rows:
            copy.write_row([_plain(row[name]) for name in names])


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else str(value) if isinstance(value, str) else value


def _one(rows: dict[Any, list[dict[str, Any]]], number: int, unit: int, chance: random.Random) -> None:
    name = " ".join(chance.choice(part) for part in (FAMILY, MIDDLE, GIVEN))
    title = f"{chance.choice(ABOUT)} tại tổ {chance.randint(1, 60)} phường {chance.choice(PLACES)}"
    on = date(2020, 1, 1) + timedelta(days=number % 2300)
    at = engines.FOUNDED_AT
    phone = f"0912{number:06d}"
    code = f"TK-{on.year}-{number:07d}"
    rows[Citizen].append(
        {
            "id": number, "name": name, "name_folded": fold(name), "name_sort": name_sort_key(name),
            "id_kind": IdKind.CARD, "id_number": f"031{number:09d}", "phone": phone, "address": "",
            "id_issued_by": "", "email": "", "created_at": at,
        }
    )  # fmt: skip
    rows[Case].append(
        {
            "id": number, "code": code, "number": f"{on.year}/{number:07d}", "unit_id": unit, "citizen_id": number,
            "kind": Kind.COMPLAINT, "title": title, "title_folded": fold(title), "state": CaseState.CLOSED,
            "is_restricted": False, "opened_at": at, "version": 1,
        }
    )  # fmt: skip
    words = rules.words_of(code, f"{on.year}/{number:07d}", title, name, phone, f"031{number:09d}")
    _words(rows, number, unit, words, (SearchKind.CASE, number, on))
    if number % 10 == 0:
        paper = f"{number // 10 % 400}/KH-UBND"
        rows[Document].append(
            {
                "id": number, "code": f"VB-{number}", "unit_id": unit, "case_id": number, "kind": DocumentKind.SCAN,
                "name": "Kế hoạch", "number": paper, "content_type": "application/pdf", "bytes": 1,
                "sha256": "0" * 64, "stored_as": "-", "origin": Origin.SCANNED, "converted_by": "", "created_at": at,
            }
        )  # fmt: skip
        _words(rows, 10**8 + number, unit, rules.words_of(f"VB-{number}", paper), (SearchKind.DOCUMENT, number, on))


def _words(
    rows: dict[Any, list[dict[str, Any]]],
    entry: int,
    unit: int,
    words: frozenset[str],
    what: tuple[SearchKind, int, date],
) -> None:
    kind, number, on = what
    rows[SearchEntry].append(
        {"id": entry, "kind": kind, "ref_id": number, "unit_id": unit, "case_id": number, "held_on": on}
    )
    rows[SearchWord] += [{"unit_id": unit, "word": word, "entry_id": entry} for word in words]


def wards(db: Session) -> list[int]:
    """Make the wards of a whole city beside those of the invented one; returns their ids."""
    city = db.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    for number in range(WARDS):
        name = f"Ủy ban nhân dân phường số {number}"
        db.add(
            Unit(
                code=f"p-{number}", kind=UnitKind.WARD, parent_id=city.id, name=name, name_sort=name,
                short_code=f"P{number}", created_at=engines.FOUNDED_AT,
            )
        )  # fmt: skip
    db.flush()
    return list(db.scalars(select(Unit.id).where(Unit.code.like("p-%"))))


def ask(db: Database, who: Who, question: str, goes: int) -> tuple[int, list[float]]:
    """Ask a question some times; returns the hits and the milliseconds of each go."""
    wanted = rules.asked(question)
    assert wanted is not None
    hits, times = 0, []
    for _ in range(goes):
        began = time.perf_counter()
        hits = db.read_now(queries_lines.search, who, wanted, None, 1).total
        times.append(1000 * (time.perf_counter() - began))
    return hits, times


def measure(engine: str, url: str, office: str, count: int, goes: int) -> Iterator[Figure]:
    """Fill an office and ask every question; the first go of each is measured too."""
    db = Database(url)
    reader = "tu" if office == "ward" else "linh"
    who = db.read_now(officer_named, reader)
    units = [who.unit_id] if office == "ward" else db.write_now(wards)
    db.write_now(fill, units, count)
    db.write_now(lambda session: session.execute(text("analyze")))
    for question in QUESTIONS:
        hits, times = ask(db, who, question, goes)
        yield Figure(engine, office, question, hits, round(statistics.median(times), 2), round(max(times), 2))
    db.close()


def run(chosen: list[str], offices: list[str], count: int, goes: int, tell: Callable[[Figure], None]) -> list[Figure]:
    """Measure each office on each engine, each on a database of its own."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        for engine in chosen:
            server = stack.enter_context(engines.cluster()) if engine == "postgres" else None
            for office in offices:
                if server is None:
                    folder = stack.enter_context(tempfile.TemporaryDirectory())
                    url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
                else:
                    server.run(f"create database {office}")
                    url = server.url(office)
                engines.found(url)
                for figure in measure(engine, url, office, count, goes):
                    figures.append(figure)
                    tell(figure)
    return figures


def main(arguments: list[str]) -> int:
    """Measure and print; `--json` prints one object as the last line."""
    parser = argparse.ArgumentParser(prog="./tiepdan bench search", description=__doc__)
    parser.add_argument("--cases", type=int, default=200_000)
    parser.add_argument("--goes", type=int, default=7)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append")
    parser.add_argument("--office", choices=("ward", "city"), action="append")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    print(f"{given.cases} cases, {given.goes} goes of each question")
    print("engine    office  question              hits   p50 ms  worst ms")

    def tell(one: Figure) -> None:
        print(
            f"{one.engine:<9} {one.office:<7} {one.question:<20} {one.hits:5}  {one.p50_ms:7.2f}  {one.worst_ms:8.2f}",
            flush=True,
        )

    figures = run(
        given.engine or ["sqlite", "postgres"], given.office or ["ward", "city"], given.cases, given.goes, tell
    )
    worst = max(one.worst_ms for one in figures)
    print(f"worst of all: {worst:.1f} ms")
    if given.json:
        print(json.dumps({"cases": given.cases, "worst_ms": worst, "figures": [_as_json(one) for one in figures]}))
    return 0


def _as_json(one: Figure) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("engine", "office", "question", "hits", "p50_ms", "worst_ms")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
