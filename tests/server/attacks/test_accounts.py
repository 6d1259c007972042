"""Guessing passwords, telling users apart, old cookies, flooding telephones (platform.md D.7: 5, 6, 9, 10, 55)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from aiohttp import ClientSession, CookieJar, TCPConnector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts import actions, rules
from server.house import House
from server.intake import actions_citizen
from server.security import cookie_name, form_token
from server.tables import AuditEntry, OutboxLetter, ReceptionRequest
from server.who import Who
from tests.conftest import Browser, OpenBrowser
from tests.journeys.test_1_register import register
from tests.people import LAN, WARD
from tests.server.search.test_find import matter

WhoOf = Callable[..., Who]

PASSWORD = "tiepdan-demo"


async def sign_in_elsewhere(browser: Browser, username: str, password: str) -> int:
    """Sign in from another network than the tests' own; return the status."""
    jar, there = CookieJar(unsafe=True), TCPConnector(local_addr=("127.0.1.1", 0))
    async with ClientSession(connector=there, cookie_jar=jar) as session:
        path = browser.http.make_url("/dang-nhap")
        async with session.get(path):
            pass
        seed = next(c.value for c in jar if c.key == cookie_name(browser.house.settings, "form"))
        form = {"username": username, "password": password, "csrf_token": form_token(browser.house.settings, seed)}
        async with session.post(path, data=form, allow_redirects=False) as answer:
            return answer.status


async def test_unknown_names_wait_as_known_ones_do(open_browser: OpenBrowser) -> None:
    pages = []
    for name in ("tu", "tx"):
        browser = await open_browser()
        for _ in range(5):
            await browser.post("/dang-nhap", username=name, password="wrong", status=422)
        page = await browser.post("/dang-nhap", username=name, password=PASSWORD, status=429)
        pages.append(page.replace(f'value="{name}"', "").replace(browser.form_token(), ""))
    assert [page.split("<main")[1] for page in pages] == [pages[0].split("<main")[1]] * 2


async def test_the_wait_ends_and_is_forgotten_after_signing_in(open_browser: OpenBrowser, house: House) -> None:
    browser = await open_browser()
    for _ in range(5):
        await browser.post("/dang-nhap", username="tu", password="wrong", status=422)
    await browser.post("/dang-nhap", username="tu", password=PASSWORD, status=429)
    house.clock.set(house.clock.now() + timedelta(minutes=16))
    await browser.post("/dang-nhap", username="tu", password=PASSWORD)
    for _ in range(5):
        await browser.post("/dang-nhap", username="tu", password="wrong", status=422)


@pytest.mark.one_engine
async def test_the_owner_is_not_locked_out_by_a_stranger(open_browser: OpenBrowser, house: House) -> None:
    stranger = await open_browser()
    for number in range(7):
        status = 422 if number < 5 else 429
        await stranger.post("/dang-nhap", username="tu", password="wrong", status=status)
    assert await sign_in_elsewhere(stranger, "tu", PASSWORD) == 303


async def test_a_whole_town_hall_signs_in_from_behind_one_address(house: House) -> None:
    def come(db: Session, username: str, *, is_right: bool) -> bool:
        may = actions.count_sign_in(db, house.clock.now(), username, "town hall")
        if is_right:
            actions.forget_sign_ins(db, username, "town hall")
        return may

    for number in range(rules.TRIES_OF_NETWORK + 20):
        assert await house.db.write(come, f"clerk-{number}", is_right=True)
    for number in range(rules.TRIES_OF_NETWORK):
        assert await house.db.write(come, f"guess-{number}", is_right=False)
    assert not await house.db.write(come, "guess-too-many", is_right=False)


@pytest.mark.one_engine
async def test_a_whole_waiting_room_looks_itself_up_from_behind_one_address(house: House, who_of: WhoOf) -> None:
    def come(db: Session) -> None:
        at = house.clock.now()
        case = matter(db, at, who_of("tu"), LAN.name, "Đường đi")
        code = db.scalars(select(ReceptionRequest.code).where(ReceptionRequest.case_id == case.id)).one()
        for _ in range(actions_citizen.TRIES_OF_NETWORK + 1):
            found = actions_citizen.look_up(db, at, code, LAN.phone, "waiting room")
            assert found is not None
            assert found.code == code
        for number in range(actions_citizen.TRIES_OF_NETWORK):
            assert actions_citizen.look_up(db, at, f"TD-{number}", LAN.phone, "waiting room") is None
        blocked = actions_citizen.look_up(db, at, code, LAN.phone, "waiting room")
        assert blocked is not None
        assert blocked.code == ""

    await house.db.write(come)


def login(browser: Browser) -> str:
    name = cookie_name(browser.house.settings, "login")
    return next(cookie.value for cookie in browser.http.session.cookie_jar if cookie.key == name)


@pytest.mark.one_engine
async def test_a_planted_cookie_does_not_become_a_login(open_browser: OpenBrowser, house: House) -> None:
    browser, thief = await open_browser(), await open_browser()
    name = cookie_name(house.settings, "login")
    planted = "p" * 43
    await browser.get("/dang-nhap")
    browser.http.session.cookie_jar.update_cookies({name: planted}, browser.http.make_url("/"))
    await browser.post("/dang-nhap", username="tu", password=PASSWORD)
    assert login(browser) != planted
    thief.http.session.cookie_jar.update_cookies({name: planted}, thief.http.make_url("/"))
    assert (await thief.get("/tai-khoan", 303)).startswith("/dang-nhap")


async def test_a_cookie_is_dead_after_signing_out_and_after_the_account_closed(
    open_browser: OpenBrowser, house: House, who_of: Callable[..., Who]
) -> None:
    officer, thief, administrator = await open_browser("yen"), await open_browser(), await open_browser("quantri")
    name = cookie_name(house.settings, "login")
    thief.http.session.cookie_jar.update_cookies({name: login(officer)}, thief.http.make_url("/"))
    await thief.get("/tai-khoan")
    await officer.post("/dang-xuat")
    assert (await thief.get("/tai-khoan", 303)).startswith("/dang-nhap")
    again = await open_browser("yen")
    await again.get("/tai-khoan")
    await administrator.post(f"/can-bo/{who_of('yen').officer_id}/dong")
    assert (await again.get("/tai-khoan", 303)).startswith("/dang-nhap")


@pytest.mark.one_engine
async def test_nobody_floods_a_telephone_with_registrations(open_browser: OpenBrowser, house: House) -> None:
    browser = await open_browser()

    async def ask(number: int, phone: str, status: int) -> None:
        form = {"unit": WARD, "name": "Người hẹn", "phone": phone, "key": f"{number:032x}"}
        await browser.post("/dang-ky/hen-truc-tiep", form, status=status)

    for number in range(8):
        await ask(number, "0912345678", 303)
    await ask(8, "0912345678", 429)
    await ask(9, "0987654321", 303)

    def sent(db: Session) -> int:
        return db.scalar(select(func.count(OutboxLetter.id)).where(OutboxLetter.address == "0912345678")) or 0

    assert await house.db.read(sent) == 8
    # The desk registers for everybody who comes.
    desk = await open_browser("tu")
    form = {"unit": WARD, "name": "Người hẹn", "phone": "0912345678", "key": "a" * 32}
    await desk.post("/dang-ky/hen-truc-tiep", form)


async def test_the_log_knows_citizens_by_code_only(open_browser: OpenBrowser, house: House) -> None:
    browser = await open_browser()
    code = await register(browser)
    page = await browser.get(f"/tra-cuu/{code}")
    version = page.split('name="version" value="')[1].split('"')[0]
    await browser.post(f"/tra-cuu/{code}/rut", why="Đã tự giải quyết xong", version=version)
    names = await house.db.read(lambda db: set(db.scalars(select(AuditEntry.who_name))))
    assert code in names
    assert LAN.name not in names
