"""When line or power fails: the kit, what was done on paper, incidents, the drill, rehearsals."""

import json
import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.continuity import jobs, queries_kit, rules_kit
from server.errors import Refused
from server.house import House
from server.incidents import rules as rules_incidents
from server.incidents import rules_drill
from server.scheduling.rules import link_token
from server.tables import Appointment, AuditEntry, Incident, PaperKit, Reception, ReceptionMember, ReceptionRequest
from server.who import Who
from server.words import AppointmentState, DrillLight, IncidentKind, IncidentState, IncidentVerb, Kind, ReceptionState
from tests.conftest import Browser, OpenBrowser
from tests.server.reception.booked import Booked, book_lan
from tests.server.reception.test_entry import tell

KEY = "0" * 32
GOOD = dict.fromkeys(("browser", "permission", "mic", "camera", "speaker", "line"), "ok.ok") | dict.fromkeys(
    ("socket", "media", "again", "bandwidth", "recording"), "ok.ok"
)


@pytest.fixture
async def booked(house: House) -> Booked:
    return await house.db.write(book_lan, house.clock.now(), house.settings.key("links"))


async def opened(ward: Browser, booked: Booked) -> str:
    return (await ward.post(f"/luot-tiep/mo/{booked.appointment_code}")).rsplit("/", 1)[1]


async def send(browser: Browser, path: str, body: object, status: int = 200) -> dict[str, object]:
    """Send JSON as our own scripts do."""
    if not browser.form_token():
        await browser.get("/giup-do")
    headers = {"X-CSRF-Token": browser.form_token(), "Accept": "application/json"}
    async with browser.http.post(path, json=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        found = await answer.json()
        assert isinstance(found, dict)
        return found


def denounce(db: Session) -> None:
    db.scalars(select(ReceptionRequest)).one().kind = Kind.DENUNCIATION


async def test_a_kit_tells_nothing_of_a_denunciation(house: House, booked: Booked, who_of: Callable[..., Who]) -> None:
    def kit() -> str:
        day = house.db.read_now(queries_kit.day, who_of("tu").unit_id, house.clock.today())
        return json.dumps(rules_kit.kit_facts(day, lambda key: key), ensure_ascii=False)

    open_kit = kit()
    for told in (booked.appointment_code, booked.phone, "Nguyễn Thị Lan", "Thoát nước ngõ 12", "kind.recommendation"):
        assert told in open_kit
    await house.db.write(denounce)
    secret = kit()
    assert booked.appointment_code in secret
    for kept_back in (booked.phone, "Lan", "Thoát nước", "031190001234", "kind."):
        assert kept_back not in secret


def kits(db: Session) -> list[tuple[str, str]]:
    return [(kit.held_on.isoformat(), kit.stored_as) for kit in db.scalars(select(PaperKit).order_by(PaperKit.id))]


def refuse_kits(db: Session, *, is_refused: bool) -> None:
    """A row that cannot be kept: its paper, with names and telephones, must not stay either."""
    refusal = "create trigger no_kit before insert on paper_kits begin select raise(abort, 'full'); end"
    db.execute(sql(refusal if is_refused else "drop trigger no_kit"))


@pytest.mark.one_engine
async def test_the_kit_lies_ready_in_the_morning(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    at = house.clock.now()
    house.clock.set(at.replace(hour=21) - timedelta(days=1))
    await jobs.keep_kits(house, {})
    assert await house.db.read(kits) == []
    house.clock.set(at)
    before = set(house.settings.folder.rglob("*.pdf"))
    await house.db.write(refuse_kits, is_refused=True)
    with pytest.raises(IntegrityError):
        await jobs.keep_kits(house, {})
    assert set(house.settings.folder.rglob("*.pdf")) == before
    await house.db.write(refuse_kits, is_refused=False)
    await jobs.keep_kits(house, {})
    await jobs.keep_kits(house, {})
    [(_, stored_as)] = await house.db.read(kits)
    ward = await open_browser("tu")
    assert "/hom-nay/tiep-tren-giay" in await ward.get("/hom-nay")
    assert (await ward.get("/hom-nay/tiep-tren-giay")).startswith("%PDF")
    assert await house.db.read(kits) == [("2026-07-06", stored_as)]
    for stranger in ("khoa", "cuong", "bao"):
        await (await open_browser(stranger)).get("/hom-nay/tiep-tren-giay", 403)
    house.clock.set(at + timedelta(days=1))
    await jobs.keep_kits(house, {})
    assert await house.db.read(kits) == []
    assert not house.files.path(stored_as).exists()


async def test_what_was_held_on_paper_is_entered_once(open_browser: OpenBrowser, house: House, booked: Booked) -> None:
    ward, theirs = await open_browser("tu"), await open_browser("quan")
    code = await opened(ward, booked)
    path, good = f"/luot-tiep/{code}/tren-giay", {"began": "9:05", "ended": "9h25", "ground": "Mất điện từ 8:50"}
    house.clock.set(house.clock.now() + timedelta(hours=1, minutes=30))
    await theirs.post(path, good, status=404)
    assert "Xin điền mục này" in await ward.post(path, {"began": "9:05", "ended": "9:25"}, status=422)
    for wrong, sentence in (
        ({"began": "25:00"}, "08:30"),
        ({"ended": "9:05"}, "sau giờ bắt đầu"),
        ({"ended": "23:00"}, "chưa đến"),
        ({"began": "3:00"}, "hai giờ trước giờ hẹn"),
        ({"ground": "x" * 501}, "500"),
    ):
        assert sentence in await ward.post(path, good | wrong, status=422)
    await ward.post(path, good)
    await ward.post(path, good | {"ended": "9:29"})

    def stands(db: Session) -> tuple[ReceptionState, AppointmentState, str]:
        reception = db.scalars(select(Reception)).one()
        assert reception.ended_at is not None
        assert reception.ended_at.minute == 25
        return reception.state, db.scalars(select(Appointment.state)).one(), reception.without_recording_ground

    found = await house.db.read(stands)
    assert found == (ReceptionState.ENDED, AppointmentState.KEPT, "Mất điện từ 8:50")
    # The room that stood open is closed after it, and changes nothing.
    await tell(ward, code, "room_opened", "ended")
    assert await house.db.read(stands) == found
    desk = await ward.get(f"/luot-tiep/{code}")
    assert "Hoàn tất trên giấy" in desk
    assert f"/bien-ban/{code}" in desk


@pytest.mark.one_engine
async def test_what_began_online_is_not_entered_on_paper(open_browser: OpenBrowser, booked: Booked) -> None:
    ward = await open_browser("tu")
    code = await opened(ward, booked)
    await tell(ward, code, "room_opened", "began")
    form = {"began": "8:05", "ended": "8:25", "ground": "Mất điện"}
    assert "đã bắt đầu" in await ward.post(f"/luot-tiep/{code}/tren-giay", form, status=409)


def test_what_notes_tell_by_themselves() -> None:
    told = rules_incidents.by_itself
    assert told("failure_rung", {"rung": 1}) is IncidentKind.LINE
    assert told("failure_rung", {"rung": 2}) is None
    assert told("recording_interrupted", {"reason": "restarted"}) is IncidentKind.RESTART
    assert told("recording_interrupted", {}) is IncidentKind.RECORDING
    assert told("segment_broken", {}) is IncidentKind.RECORDING
    assert told("lost", {}) is None
    assert rules_incidents.was_long_away("interpreter", timedelta(seconds=31))
    assert not rules_incidents.was_long_away("citizen", timedelta(seconds=31))
    assert not rules_incidents.was_long_away("interpreter", timedelta(seconds=9))
    numbers = rules_incidents.quality({"link": "bad", "connected": 2, "room": "LT-1", "members": ["Lan"]}, "poor")
    assert numbers == {"link": "bad", "connected": 2, "seen": "poor"}


def test_an_incident_goes_its_way_and_pressing_twice_is_once() -> None:
    moved = rules_incidents.moved
    assert moved(IncidentState.OPEN, IncidentVerb.TAKE) is IncidentState.HANDLING
    assert moved(IncidentState.HANDLING, IncidentVerb.TAKE) is IncidentState.HANDLING
    assert moved(IncidentState.HANDLING, IncidentVerb.CLOSE) is IncidentState.DONE
    assert moved(IncidentState.DONE, IncidentVerb.CLOSE) is IncidentState.DONE
    assert moved(IncidentState.DONE, IncidentVerb.REOPEN) is IncidentState.OPEN
    with pytest.raises(Refused, match="incident_flow"):
        moved(IncidentState.DONE, IncidentVerb.TAKE)
    with pytest.raises(Refused, match="incident_flow"):
        moved(IncidentState.HANDLING, IncidentVerb.REOPEN)


def member(db: Session, role: str) -> str:
    return db.scalars(select(ReceptionMember.member).where(ReceptionMember.room_role == role)).one()


def incidents(db: Session) -> list[tuple[IncidentKind, str, str]]:
    return [(one.kind, one.place, one.code) for one in db.scalars(select(Incident).order_by(Incident.id))]


async def test_incidents_reach_technicians_without_names(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, theirs, khoa = await open_browser("tu"), await open_browser("quan"), await open_browser("khoa")
    link = f"/vao/{link_token(house.settings.key('links'), booked.appointment_code)}/su-co"
    lan = await open_browser()
    told = {"kind": "sound", "words": "Tiếng rè", "key": KEY, "link": "bad"}
    await send(lan, link, told, 404)
    code = await opened(ward, booked)
    for bad in ({"kind": "restart"}, {"kind": "other", "words": " "}, {"words": "x" * 301}, {"key": "!"}, {"kind": 5}):
        await send(lan, link, told | bad, 422)
    for _ in range(2):
        await send(lan, link, told)
    await send(theirs, f"/phong/{code}/su-co", told, 404)
    await send(ward, f"/phong/{code}/su-co?o=diem-cau", told | {"key": "1" * 32, "kind": "picture", "words": ""})

    await ward.post(f"/luot-tiep/{code}/khach", name="Vũ Hà", title="", unit_name="", role="interpreter")
    missing: dict[str, object] = {"rung": 1, "seconds": 30, "missing": [await house.db.read(member, "citizen")]}
    await tell(ward, code, "room_opened", "failure_rung", "failure_rung", facts=missing)
    guest: dict[str, object] = {"member": await house.db.read(member, "interpreter")}
    await tell(ward, code, "lost", first=4, facts=guest)
    house.clock.set(house.clock.now() + timedelta(seconds=40))
    await tell(ward, code, "returned", first=5, facts=guest)
    assert [(kind.value, place) for kind, place, _ in await house.db.read(incidents)] == [
        ("sound", "citizen"),
        ("picture", "ward_room"),
        ("line", "citizen"),
        ("line", "interpreter"),
    ]
    page = await khoa.get("/ky-thuat")
    assert "Tiếng rè" in page
    assert "Lan" not in page
    assert "Thoát nước" not in page
    assert "Tiếng rè" in await ward.get(f"/luot-tiep/{code}")
    assert "Tiếng rè" in await (await open_browser("quantri")).get("/ky-thuat")
    await ward.get("/ky-thuat", 403)


@pytest.mark.one_engine
async def test_a_technician_takes_closes_and_opens_again(
    open_browser: OpenBrowser, house: House, booked: Booked
) -> None:
    ward, khoa = await open_browser("tu"), await open_browser("khoa")
    code = await opened(ward, booked)
    lacking = await ward.post(f"/luot-tiep/{code}/su-co", kind="other", words="", key=KEY, status=422)
    assert "Xin điền mục này" in lacking
    for _ in range(2):
        await ward.post(f"/luot-tiep/{code}/su-co", kind="line", words="", key=KEY)
    [(_, _, number)] = await house.db.read(incidents)
    path = f"/ky-thuat/su-co/{number}"
    await ward.post(path, verb="take", status=403)
    await khoa.post("/ky-thuat/su-co/SC-XXXX-XX", verb="take", status=404)
    await khoa.post(path, verb="nonsense", status=422)
    for _ in range(2):
        await khoa.post(path, verb="take")
    assert "Xin điền mục này" in await khoa.post(path, verb="close", status=422)
    await khoa.post(path, verb="close", done="Đổi dây mạng")
    # What took long to mend is still shown as mended.
    await house.db.write(lambda db: db.execute(update(Incident).values(told_at=house.clock.now() - timedelta(days=9))))
    assert "Đổi dây mạng" in await khoa.get("/ky-thuat")
    assert "Đổi dây mạng" in await ward.get(f"/luot-tiep/{code}")
    await khoa.post(path, verb="reopen")
    assert await house.db.read(verbs) == ["told_incident", "took_incident", "closed_incident", "reopened_incident"]


def verbs(db: Session) -> list[str]:
    query = select(AuditEntry.verb).where(AuditEntry.verb.contains("_incident")).order_by(AuditEntry.id)
    return list(db.scalars(query))


def test_the_light_of_a_drill() -> None:
    light = rules_drill.light_of
    assert light(GOOD) is DrillLight.GREEN
    assert light(GOOD | {"relay": "none.none"}) is DrillLight.GREEN
    assert light(GOOD | {"bandwidth": "warn.narrow"}) is DrillLight.AMBER
    for step in rules_drill.NEEDED:
        assert light({**GOOD, step: "fail.any"}) is DrillLight.RED
        assert light({name: found for name, found in GOOD.items() if name != step}) is DrillLight.AMBER
    for found in ("mic.silent", "speaker.not_heard", "camera.nothing"):
        step, _, why = found.partition(".")
        assert light({**GOOD, step: f"warn.{why}"}) is DrillLight.RED
    assert light({}) is DrillLight.AMBER


@pytest.mark.one_engine
@pytest.mark.usefixtures("booked")
async def test_the_drill_is_reminded_of_until_it_is_done(open_browser: OpenBrowser, house: House) -> None:
    khoa, city = await open_browser("khoa"), await open_browser("bao")
    reminder = "Phòng tiếp hôm nay chưa được thử"
    assert reminder in await khoa.get("/hom-nay")
    assert reminder not in await (await open_browser("quan")).get("/hom-nay")
    assert "Chưa thử" in await city.get("/toan-canh")
    await city.get("/thu-phong", 403)
    assert "Bắt đầu thử phòng" in await khoa.get("/thu-phong")
    for bad in ({}, {"result": "good", "steps": {"mic": "<b>"}}, {"result": "good", "steps": {"nose": "ok.ok"}}):
        await send(khoa, "/thu-phong", bad, 422)
    # What the page thinks of itself does not count.
    steps = GOOD | {"recording": "fail.not_written"}
    assert await send(khoa, "/thu-phong", {"result": "good", "steps": steps}) == {"light": "red"}
    assert "Lần thử phòng hôm nay chưa đạt" in await khoa.get("/hom-nay")
    page = await city.get("/toan-canh")
    assert "Chưa dùng được" in page
    assert "Ghi thử vào đĩa" in page
    assert await send(khoa, "/thu-phong", {"result": "good", "steps": GOOD, "device": "Máy phòng"}) == {
        "light": "green"
    }
    assert "Sẵn sàng" in await khoa.get("/hom-nay")
    assert "Sẵn sàng" in await city.get("/toan-canh")
    house.clock.set(house.clock.now() + timedelta(days=1))
    assert "Chưa thử" in await (await open_browser("bao")).get("/toan-canh")


@pytest.mark.one_engine
async def test_rehearsals_are_offered_and_few(open_browser: OpenBrowser) -> None:
    stranger, tu, khoa = await open_browser(), await open_browser("tu"), await open_browser("khoa")
    assert "/tap-thu" in await stranger.get("/giup-do")
    assert "/tap-thu/can-bo" not in await stranger.get("/tap-thu")
    assert "/tap-thu/can-bo" in await tu.get("/tap-thu")
    await stranger.get("/tap-thu/can-bo", 303)
    await khoa.get("/tap-thu/can-bo", 403)
    # No media worker runs beside this test.
    found = [(await stranger.http.get("/tap-thu/cong-dan")).status for _ in range(31)]
    assert found == [503] * 30 + [429]


@pytest.mark.one_engine
async def test_what_a_drill_wrote_is_dropped(open_browser: OpenBrowser, house: House) -> None:
    folder = house.settings.recording("THU-ABCD-EFGH")
    folder.mkdir(parents=True)
    (folder / "officer-001.webm").write_bytes(b"webm")
    await tell(await open_browser(), "THU-ABCD-EFGH", "room_opened", "recording_proven")
    assert folder.exists()
    await tell(await open_browser(), "THU-ABCD-EFGH", "segment_closed", first=3)
    assert not folder.exists()
    folder.mkdir()
    os.utime(folder, (0, 0))
    await jobs.drop_trials(house, {})
    assert not folder.exists()
