"""An office on a fresh database (SQLite, and again PostgreSQL), with a clock that tests set."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from server import app as office_app
from server.accounts import actions as account_actions
from server.accounts import queries as account_queries
from server.clock import Clock
from server.config import Settings, load
from server.house import House
from server.security import cookie_name, form_token
from server.tables import Officer, OfficerRole, Unit
from server.who import Who
from server.words import Role
from tests import engines

START = datetime(2026, 7, 6, 1, 30, tzinfo=UTC)
"""Monday 6 July 2026, 08:30 at the office."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that stands on a database on both engines, unless it says ``one_engine``."""
    if "engine" in metafunc.fixturenames:
        of = metafunc.definition.get_closest_marker
        offered = [pytest.param("sqlite")]
        if not of("one_engine"):
            marks = [pytest.mark.postgres, *([pytest.mark.slow] if of("second_engine_slow") else [])]
            offered.append(pytest.param("postgres", marks=marks))
        metafunc.parametrize("engine", offered, scope="session")


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an SQLite file with the founded office, to be copied."""
    file = tmp_path_factory.mktemp("founded") / "office.sqlite3"
    engines.found(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def cluster() -> Iterator[engines.Cluster]:
    """Return a running PostgreSQL with a database ``founded``, to be copied."""
    with engines.cluster() as server:
        server.run("create database founded")
        engines.found(server.url("founded"))
        yield server


@pytest.fixture
def database_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a fresh copy of the office for this test."""
    if engine == "sqlite":
        yield engines.copy_sqlite(request.getfixturevalue("founded_sqlite"), tmp_path)
        return
    with engines.copy_postgres(request.getfixturevalue("cluster")) as address:
        yield address


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Return the settings of the test's office: its own folder, no media workers."""
    return load(
        {"data": str(tmp_path), "database": database_url, "media_workers": 0, "secret": "a secret of the tests"}, {}
    )


@pytest.fixture
def clock() -> Clock:
    """Return the office's clock, set to a Monday morning."""
    made = Clock()
    made.set(START)
    return made


@pytest.fixture
async def house(settings: Settings, clock: Clock) -> House:
    """Return what the office's process has at hand."""
    return office_app.build_house(settings, clock)


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser of one person: keeps cookies, knows its form token, does not follow redirects."""

    http: TestClient[web.Request, web.Application]
    house: House

    def form_token(self) -> str:
        """Return the form token that pages of this browser carry."""
        for cookie in self.http.session.cookie_jar:
            if cookie.key == cookie_name(self.house.settings, "form"):
                return form_token(self.house.settings, cookie.value)
        return ""

    async def get(self, path: str, status: int = 200) -> str:
        """Open a page and return its text; anything but ``status`` fails the test."""
        async with self.http.get(path, allow_redirects=False) as answer:
            text = await answer.text(errors="replace")
            assert answer.status == status, (path, answer.status, text[:3000])
            return text if status not in {302, 303} else answer.headers["Location"]

    async def post(self, path: str, fields: object = None, status: int = 303, **named: str) -> str:
        """Send a form with its token; return where it leads (303) or the page's text."""
        if not self.form_token():
            await self.get("/dang-nhap", 303 if await self._is_signed_in() else 200)
        form = {**(fields if isinstance(fields, dict) else {}), **named, "csrf_token": self.form_token()}
        async with self.http.post(path, data=form, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, (path, answer.status, text[:3000])
            return answer.headers["Location"] if status == 303 else text

    async def _is_signed_in(self) -> bool:
        return any(c.key == cookie_name(self.house.settings, "login") for c in self.http.session.cookie_jar)


OpenBrowser = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def open_browser(house: House) -> OpenBrowser:  # type: ignore[misc]
    """Return a function that opens a browser, signed in as an officer when a user name is given."""
    application = office_app.build(house, with_jobs=False)
    server = TestServer(application)
    await server.start_server()
    clients: list[TestClient[web.Request, web.Application]] = []

    async def open_one(username: str = "", role: Role | None = None) -> Browser:
        client = TestClient(server)
        clients.append(client)
        if username:
            token = await house.db.write(sign_in_at_once, house.clock.now(), username, role)
            client.session.cookie_jar.update_cookies(
                {cookie_name(house.settings, "login"): token}, server.make_url("/")
            )
        return Browser(client, house)

    yield open_one
    for client in clients:
        await client.close()
    await server.close()


def sign_in_at_once(db: object, at: datetime, username: str, role: Role | None) -> str:
    """Open a login without hashing a password, in the wanted role."""
    from sqlalchemy.orm import Session  # noqa: PLC0415 for the type only

    assert isinstance(db, Session)
    token = account_actions.sign_in(db, at, username, is_right=True, old_token=None)
    assert token is not None, username
    who = account_queries.who_is(db, token, at)
    if role is not None and who is not None:
        held = next(r for r in account_queries.roles_of(db, who.officer_id or 0) if r.role == role)
        account_actions.act_as(db, who, at, held.id)
    return token


@pytest.fixture
def who_of(house: House) -> Callable[..., Who]:
    """Return a function that gives the ``Who`` of an officer by user name."""

    def find(username: str, role: Role | None = None) -> Who:
        def load_who(db: object) -> Who:
            row = db.execute(  # type: ignore[attr-defined]
                select(Officer, OfficerRole, Unit)
                .join(OfficerRole, OfficerRole.officer_id == Officer.id)
                .join(Unit, Unit.id == OfficerRole.unit_id)
                .where(Officer.username == username)
                .order_by(OfficerRole.id)
            ).all()
            officer, held, unit = next(r for r in row if role is None or r[1].role == role)
            return Who(
                role=held.role,
                unit_id=unit.id,
                unit_name=unit.name,
                name=officer.name,
                officer_id=officer.id,
                title=officer.title,
            )

        return house.db.read_now(load_who)

    return find


@pytest.fixture
def move_clock(clock: Clock) -> Callable[[datetime], None]:
    """Return a function that sets the office's clock."""
    return clock.set
