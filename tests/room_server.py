"""A room to try without the office: signs tickets, mounts the real endpoint, serves the room page.

`python -m tests.room_server [port]`, then open /phong/tu (chair's desk), /phong/lan (citizen),
/phong/san (screen of the ward room), … and /vao/lan (check of devices). The minutes are a list in
memory that keeps the contract of the office's page.
"""

import asyncio
import hashlib
import secrets
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from recordings.recorder import Recorder
from recordings.shelf import Shelf
from server import templating
from server.i18n import load_catalogue
from server.reception.rules_browsers import guidance
from signaling.effects import Note
from signaling.endpoint import Endpoint
from signaling.hub import Hub, Means
from signaling.passthrough import MediaPort
from signaling.roles import RoomRole
from signaling.tickets import Person, Ticket, sign

WEB = Path(__file__).resolve().parent.parent / "web"
KEY = b"room server of the tests"
FIELDS = (
    "content_presented",
    "citizen_demand",
    "evidence_items",
    "member_opinions",
    "chair_conclusion",
    "citizen_response",
)
PEOPLE: dict[str, tuple[str, str, RoomRole, str, tuple[Person, ...]]] = {
    "hanh": ("Trần Thị Hạnh", "Chủ tịch UBND phường", RoomRole.CHAIR, "ward", ()),
    "tu": ("Phạm Văn Tú", "Công chức tiếp công dân", RoomRole.CLERK, "ward", ()),
    "lan": ("Nguyễn Thị Lan", "", RoomRole.CITIZEN, "home", ()),
    "minh": ("Lê Quang Minh", "", RoomRole.CITIZEN, "home", ()),
    "san": (
        "Phòng tiếp dân phường Hoa Sen",
        "",
        RoomRole.WARD_ROOM,
        "ward",
        (Person("Vũ Thị Mai", "Công dân"), Person("Đỗ Văn Hòa", "Cán bộ kỹ thuật")),
    ),
    "ban": ("Hoàng Đức Thắng", "Ban Tiếp công dân thành phố", RoomRole.CITY_BOARD, "city", ()),
    "vy": ("Giàng Thị Vy", "Phiên dịch tiếng Mông", RoomRole.INTERPRETER, "home", ()),
    "thu": ("Bùi Thu", "Dự thính", RoomRole.OBSERVER, "other", ()),
}

WAIT_FOR = timedelta(minutes=12)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is not the office


class Book:
    """Notes in memory."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.over: set[str] = set()

    async def keep(self, notes: Sequence[Note]) -> None:
        self.notes += notes

    async def recall(self, room: str) -> list[Note]:
        return [note for note in self.notes if note.room == room]

    def is_over(self, room: str) -> bool:
        return room in self.over

    async def close(self, room: str) -> None:
        self.over.add(room)


class Minutes:
    """The minutes of one room, as the office's JSON says them."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.fields = {name: {"words": "", "version": 0} for name in FIELDS}
        self.answers: list[dict[str, object]] = []
        self.method: str | None = None
        self.state = "drafting"
        self.version = 0

    def view(self, role: RoomRole) -> dict[str, object]:
        is_writer = role in (RoomRole.CLERK, RoomRole.CHAIR)
        is_asked = self.state == "read_back" and (is_writer or role == RoomRole.CITIZEN)
        may = {
            "edit": is_writer and self.state == "drafting",
            "show": is_writer and self.state == "drafting",
            "answer": is_asked,
            "confirm": is_asked,
        }
        return {
            "code": self.room,
            "state": self.state,
            "version": self.version,
            "fields": self.fields,
            "answers": self.answers,
            "paragraphs": {name: paragraphs(str(self.fields[name]["words"])) for name in FIELDS},
            "method": self.method,
            "may": may,
        }

    def save(self, body: dict[str, Any], who: str) -> tuple[int, dict[str, object]]:
        field = self.fields[body["field"]]
        if field["version"] != body["version"] and field["words"] != body["words"]:
            return 409, {"code": "stale", "facts": {}, "theirs": field}
        self.version += 1
        version = int(str(field["version"])) + 1
        at = now().isoformat()
        field.update(words=body["words"], version=version, changed_at=at, changed_by=who)
        return 200, {"version": version}

    def answer(self, body: dict[str, Any]) -> None:
        place = (body["field"], body["paragraph"])
        self.answers = [each for each in self.answers if (each["field"], each["paragraph"]) != place]
        self.answers.append({name: body[name] for name in ("field", "paragraph", "answer", "objection")})
        self.version += 1


def paragraphs(words: str) -> list[dict[str, object]]:
    parts = [each.strip() for each in words.split("\n") if each.strip()]
    return [
        {"paragraph": at, "words": part, "words_sha256": hashlib.sha256(part.encode()).hexdigest()}
        for at, part in enumerate(parts)
    ]


class RoomServer:
    """One worker and its pages."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.render = templating.build(WEB, load_catalogue(WEB))
        self.minutes: dict[str, Minutes] = {}
        self.checks: list[dict[str, object]] = []
        self.ticks: dict[str, str] = {}

    def app(self) -> web.Application:
        app = web.Application()
        app[ROOMS] = self
        app.router.add_get("/ws", Endpoint(self.hub, KEY, now).attend)
        app.router.add_get("/phong/{who}", self.room)
        app.router.add_get("/vao/{who}", self.check)
        app.router.add_post("/vao/{who}/ket-qua", self.checked)
        app.router.add_post("/vao/{who}/thu-duong-truyen", self.practice)
        app.router.add_get("/bien-ban/{room}/{who}", self.read)
        app.router.add_post("/bien-ban/{room}/{who}/{verb}", self.write)
        app.router.add_get("/kich-ban/{room}", self.script)
        app.router.add_post("/kich-ban/{room}", self.tick)
        app.router.add_get("/trinh-chieu/{who}", self.papers)
        app.router.add_get("/giay-to/{who}", self.handed)
        app.router.add_get("/static/{version}/{path:.*}", self.static)
        app.router.add_get("/notes/{room}", self.notes)
        return app

    async def static(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(WEB / "static" / request.match_info["path"])

    async def notes(self, request: web.Request) -> web.Response:
        book = self.hub._means.book
        notes = await book.recall(request.match_info["room"])
        return web.json_response([{"kind": note.kind, "member": note.member} for note in notes])

    async def room(self, request: web.Request) -> web.Response:
        who, room = request.match_info["who"], request.query.get("room", "r1")
        name, title, role, site, people = PEOPLE[who]
        at = now()
        ticket = Ticket(
            room, f"m-{who}", name, title, role, site, people,
            at - timedelta(minutes=1), at + timedelta(hours=4), secrets.token_hex(8),
        )  # fmt: skip
        is_desk = role in (RoomRole.CHAIR, RoomRole.CLERK)
        page = {
            "socket": "/ws",
            "ticket": sign(ticket, KEY),
            "layout": "",
            "picture": "high" if role == RoomRole.WARD_ROOM else "",
            "receiver": "Trần Thị Hạnh, Chủ tịch UBND phường",
            "starts_at": at + WAIT_FOR,
            "back": "/",
            "minutes_url": f"/bien-ban/{room}/{who}" if role != RoomRole.OBSERVER else "",
            "script_url": f"/kich-ban/{room}" if is_desk else "",
            "ticks": self.ticks,
            "board_url": "",
            "stopped_href": "/dung" if is_desk else "",
            "incident_url": "",
            "citizen_phone": "0912 000 000" if is_desk else "",
            "showing_url": f"/trinh-chieu/{who}",
            "papers_url": f"/giay-to/{who}" if is_desk or role == RoomRole.CITIZEN else "",
            "upload_megabytes": 10,
        }
        return self._page(request, "reception/room.html", facts=page, file={"code": "LT-0147"})

    async def script(self, _: web.Request) -> web.Response:
        return web.json_response(self.ticks)

    async def tick(self, request: web.Request) -> web.Response:
        sent = await request.json()
        if sent["done"]:
            self.ticks[sent["line"]] = now().isoformat()
        else:
            self.ticks.pop(sent["line"], None)
        self.hub.announce(request.match_info["room"], "script", len(self.ticks))
        return web.json_response({})

    async def papers(self, request: web.Request) -> web.Response:
        is_desk = PEOPLE[request.match_info["who"]][2] in (RoomRole.CHAIR, RoomRole.CLERK)
        return web.json_response({"shown": None, "files": PAPERS if is_desk else [], "may": is_desk})

    async def handed(self, _: web.Request) -> web.Response:
        return web.json_response({"hand_ins": []})

    async def check(self, request: web.Request) -> web.Response:
        who = request.match_info["who"]
        name = PEOPLE[who][0]
        entry = {"citizen_name": name, "appointment_code": "LH-1", "starts_at": now() + WAIT_FOR}
        return self._page(
            request,
            "reception/check.html",
            entry=entry,
            is_guest=False,
            is_open=True,
            room_href=f"/phong/{who}",
            result_href=f"/vao/{who}/ket-qua",
            practice_href=f"/vao/{who}/thu-duong-truyen",
            call_href="",
            url=str(request.url),
            guide=guidance(request.headers.get("User-Agent", ""), str(request.url)),
        )

    async def practice(self, request: web.Request) -> web.Response:
        at, room = now(), f"THU-{secrets.token_hex(4)}"
        tickets = [
            sign(Ticket(room, role, "Thử máy", "", role, "other", (), at, at + timedelta(minutes=3), role), KEY)
            for role in (RoomRole.OFFICER, RoomRole.WARD_ROOM)
        ]
        return web.json_response({"socket": "/ws", "tickets": tickets})

    async def checked(self, request: web.Request) -> web.Response:
        self.checks.append(await request.json())
        return web.json_response({})

    async def read(self, request: web.Request) -> web.Response:
        minutes, who = self._minutes(request)
        return web.json_response(minutes.view(PEOPLE[who][2]))

    async def write(self, request: web.Request) -> web.Response:
        minutes, who = self._minutes(request)
        body = await request.json()
        status, answer = 200, dict[str, object]()
        match request.match_info["verb"]:
            case "luu":
                status, answer = minutes.save(body, PEOPLE[who][0])
            case "tra-loi":
                minutes.answer(body)
            case "trinh":
                minutes.state = "read_back"
            case "sua":
                minutes.state, minutes.answers = "drafting", []
            case "ma":
                pass
            case _:
                minutes.method, minutes.state = body["method"], "confirmed"
        self.hub.announce(minutes.room, "minutes", minutes.version)
        return web.json_response(answer, status=status)

    def _minutes(self, request: web.Request) -> tuple[Minutes, str]:
        room = request.match_info["room"]
        return self.minutes.setdefault(room, Minutes(room)), request.match_info["who"]

    def _page(self, request: web.Request, template: str, **facts: object) -> web.Response:
        nonce = secrets.token_urlsafe(12)
        unit = {"name": "UBND phường Hoa Sen", "phone": "0225 3800 000", "address": "Số 1 đường Sen"}
        locale = request.query.get("lang", "vi")
        common = {
            "locale": locale, "theme": request.query.get("theme", "light"), "text_size": "normal",
            "csrf_token": "x", "nonce": nonce, "who": None, "unit": unit, "path": request.path,
            "full_path": request.path_qs, "said": "", "errors": None, "now": now(),
        }  # fmt: skip
        text = self.render(template, locale, {**common, **facts})
        response = web.Response(text=text, content_type="text/html")
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
            "img-src 'self' data: blob:; font-src 'self'; media-src 'self' blob:; "
            f"connect-src 'self' ws://{request.host}; form-action 'self'; base-uri 'none'"
        )
        return response


PAPERS = [
    {"file": "TL-1", "title": "Đơn kiến nghị.pdf", "href": "/ho-so/1", "note": "3 trang, công dân gửi", "why_not": ""}
]


ROOMS = web.AppKey("rooms", RoomServer)


async def serve(port: int, data: Path) -> web.AppRunner:
    """Start on the loopback; the caller cleans the runner up."""
    media = await MediaPort.open("127.0.0.1")
    shelf = Shelf(data, floor=0)
    means = Means(media, lambda room: Recorder(shelf, room), Book(), now)
    runner = web.AppRunner(RoomServer(Hub(means)).app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8190, Path(folder))
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
