"""Pages of the office's law are found by following links: three steps from the home page of who needs them."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from server.app import ROUTES
from server.house import House
from server.pagekit import Route
from server.tables import Case
from server.words import Kind, Role
from tests import tour, tour_office
from tests.conftest import Browser, OpenBrowser
from tests.server.book.test_book import hold
from tests.server.minutes.receptions import NINE
from tests.server.petitions import petition

HOME = "/hom-nay"
STEPS = 3
ALIKE = {"/vu-viec/{code}": 2, "/bao-cao/bieu/{form}": 2}
"""Of these more than one is opened: what stands on them differs by kind."""
SLICES = ("petitions", "papers", "book", "national", "reports", "search", "imports", "staffing", "cases", "office")
ON_THE_WAY = {"/tai-khoan", "/lich", "/can-bo"}
"""Pages of other slices that lead to some of these; the rest is not opened, for time."""
_LINK = re.compile(r'(?:href|action)="(/[^"#?]*)')
_GAP = re.compile(r"\{\w+(?::((?:[^{}]|\{[^{}]*\})*))?\}")
_PATTERNS = [
    (route, re.compile(_GAP.sub(lambda gap: gap[1] or "[^/]+", route.path)))
    for route in sorted(ROUTES, key=lambda r: "{" in r.path)
]


def pages_of(role: Role) -> set[str]:
    """The pages of the law that are made for a role; files to take away stand on them."""
    return {route.path for route in ROUTES if route.method == "GET" and role in route.roles and is_of_the_law(route)}


def route_of(path: str, role: Role) -> Route | None:
    """What this role gets at an address."""
    found = (r for r, pattern in _PATTERNS if r.method == "GET" and pattern.fullmatch(path))
    return next((route for route in found if not route.roles or role in route.roles), None)


def is_of_the_law(route: Route) -> bool:
    return route.page.__module__.split(".")[1] in SLICES and route.path not in tour.NOT_PAGES


async def found_by(browser: Browser, role: Role, wanted: Iterable[str]) -> set[str]:
    """Follow links as this person, of each kind of page only a few. Returns what of the wanted was not found."""
    missing, seen, here, opened = set(wanted) - {HOME}, {HOME}, [HOME], Counter[str]()
    for _ in range(STEPS):
        links: set[str] = set()
        for path in here:
            links |= set(_LINK.findall(await browser.get(path))) - seen
            for link in links:
                missing.discard(getattr(route_of(link, role), "path", ""))
            if not missing:
                return missing
        seen |= links
        here = []
        for link in sorted(links):
            route = route_of(link, role)
            if (
                route is not None
                and (is_of_the_law(route) or route.path in ON_THE_WAY)
                and opened[route.path] < ALIKE.get(route.path, 1)
            ):
                opened[route.path] += 1
                here.append(link)
    return missing


def furnish(db: Session) -> None:
    """A complaint that was received, a petition of seven, a denunciation, a paper, the book, a list."""
    case_id = hold(db)
    db.execute(update(Case).where(Case.id == case_id).values(kind=Kind.COMPLAINT))
    codes = {"held_case": db.get_one(Case, case_id).code}
    at = NINE + timedelta(minutes=40)
    petition.lay(db, at)
    tour_office.lay_books(db, codes, at)


async def check(house: House, open_browser: OpenBrowser, people: Iterable[tuple[str, Role]]) -> None:
    if house.clock.now() < NINE + timedelta(hours=1):
        house.db.write_now(furnish)
        house.clock.set(NINE + timedelta(hours=1))
    lost: dict[str, list[str]] = {}
    done: set[str] = set()
    for username, role in people:
        wanted = pages_of(role) - done
        missing = await found_by(await open_browser(username, role), role, wanted)
        done |= wanted
        lost |= {f"{username} as {role.value}": sorted(missing)} if missing else {}
    assert not lost


@pytest.mark.one_engine
async def test_whoever_needs_a_page_finds_it_in_three_steps(house: House, open_browser: OpenBrowser) -> None:
    people = (("tu", Role.RECEPTION_OFFICER), ("loan", Role.OFFICE_HEAD), ("quantri", Role.SYS_ADMIN))
    await check(house, open_browser, people)


@pytest.mark.one_engine
@pytest.mark.slow
async def test_others_at_the_desk_find_their_pages_too(house: House, open_browser: OpenBrowser) -> None:
    for person in (("hanh", Role.WARD_CHAIR), ("loan", Role.OFFICE_HEAD), ("yen", Role.PETITION_OFFICER)):
        await check(house, open_browser, (person,))
