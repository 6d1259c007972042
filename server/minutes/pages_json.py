"""The minutes as the room's script reads and writes them: one shape at two addresses, the office's and the link's."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from server.errors import NotHere, Refused
from server.minutes import actions, actions_confirm, actions_write, forms, pages_shared, queries
from server.minutes.actions import Door, LinkDoor, StaffDoor
from server.minutes.actions_confirm import CodeTry
from server.minutes.actions_write import TooLate
from server.minutes.queries import MinutesFile
from server.pagekit import get, house, now, post, posted_json, see_other, wants_json, who
from server.reception.pages import ENTERS
from server.who import Who

Caller = tuple[Who, Door]


def shape(minutes: MinutesFile) -> dict[str, Any]:
    """Return the minutes in the room's shape (``minutes_wire.d.ts``)."""
    return {
        "code": minutes.code,
        "state": minutes.state.value,
        "version": minutes.version,
        "fields": {
            field.value: {
                "words": written.words,
                "version": written.version,
                "changed_at": written.changed_at.isoformat() if written.changed_at else None,
                "changed_by": written.changed_by or None,
            }
            for field, written in minutes.fields.items()
        },
        "answers": [
            {
                "field": one.field.value,
                "paragraph": one.paragraph,
                "answer": one.answer.value,
                "objection": one.objection or None,
            }
            for one in minutes.answers
        ],
        "paragraphs": {
            field.value: [
                {"paragraph": p.paragraph, "words": p.words, "words_sha256": p.words_sha256} for p in paragraphs
            ]
            for field, paragraphs in minutes.paragraphs.items()
        },
        "method": minutes.method.value if minutes.method and minutes.is_readable else None,
        "may": {
            "edit": minutes.may.edit,
            "show": minutes.may.show,
            "answer": minutes.may.answer,
            "confirm": minutes.may.confirm,
        },
    }


async def _staff(request: web.Request) -> Caller:
    return who(request), StaffDoor(request.match_info["code"])


async def _link(request: web.Request) -> Caller:
    return await pages_shared.by_link(request)


async def _seen(request: web.Request, caller: Caller) -> MinutesFile:
    here, door = caller
    place = house(request)
    if isinstance(door, LinkDoor):
        return await place.db.read(queries.minutes_for_member, door.reception_id, door.member)
    try:
        return await place.db.read(queries.minutes_for, here, door.code)
    except NotHere:
        # Nobody opened them yet; who may not know of the reception is refused again.
        await place.db.write(actions.begin, here, now(request), door.code)
        return await place.db.read(queries.minutes_for, here, door.code)


def _reads(caller_of: Callable[[web.Request], Awaitable[Caller]], page: str) -> Any:
    async def read(request: web.Request) -> web.Response:
        """Give the minutes; a browser that opens the address gets the page instead."""
        caller = await caller_of(request)
        if not wants_json(request):
            return see_other(page.format(**request.match_info))
        seen = await _seen(request, caller)
        if isinstance(caller[1], StaffDoor):
            await house(request).db.write(actions.note_reading, caller[0], now(request), caller[1].code)
        return web.json_response(shape(seen))

    return read


async def save(request: web.Request) -> web.Response:
    """Save one part; words that come too late are kept and answered with those that stand."""
    sent, code = await posted_json(request), request.match_info["code"]
    one = forms.saving(sent)
    kept = await house(request).db.write(actions_write.save_text, who(request), now(request), code, one)
    if isinstance(kept, TooLate):
        theirs = {"words": kept.words, "version": kept.version, "changed_by": kept.changed_by}
        return web.json_response({"code": kept.code, "theirs": theirs}, status=409)
    await pages_shared.announce(request, code)
    return web.json_response({"version": kept.version})


def _answers(caller_of: Callable[[web.Request], Awaitable[Caller]]) -> Any:
    async def answer(request: web.Request) -> web.Response:
        """Keep an answer to one paragraph."""
        caller = await caller_of(request)
        given = forms.answering(await posted_json(request))
        await house(request).db.write(actions.answer, caller[0], now(request), caller[1], given)
        return await _changed(request, caller)

    return answer


def _sends_code(caller_of: Callable[[web.Request], Awaitable[Caller]]) -> Any:
    async def send_code(request: web.Request) -> web.Response:
        """Send the citizen a one-time code."""
        caller = await caller_of(request)
        await posted_json(request)
        key = house(request).settings.key("minutes")
        until = await house(request).db.write(actions_confirm.send_code, caller[0], now(request), caller[1], key)
        return web.json_response({"until": until.isoformat()})

    return send_code


def _confirms(caller_of: Callable[[web.Request], Awaitable[Caller]]) -> Any:
    async def confirm(request: web.Request) -> web.Response:
        """Keep how the citizen stands by the minutes."""
        caller = await caller_of(request)
        seen = await _seen(request, caller)
        given = forms.confirming(await posted_json(request), witness=seen.reception.chair_name)
        key = house(request).settings.key("minutes")
        tried = await house(request).db.write(actions_confirm.confirm, caller[0], now(request), caller[1], key, given)
        if tried is not CodeTry.RIGHT:
            raise Refused(tried.value)
        return await _changed(request, caller)

    return confirm


def _moves(action: Callable[..., None]) -> Any:
    async def move(request: web.Request) -> web.Response:
        """Show the minutes, or take them up again."""
        await posted_json(request)
        code = request.match_info["code"]
        await house(request).db.write(action, who(request), now(request), code)
        return await _changed(request, await _staff(request))

    return move


async def _changed(request: web.Request, caller: Caller) -> web.Response:
    seen = await _seen(request, caller)
    await pages_shared.announce(request, seen.reception.code)
    return web.json_response(shape(seen))


_STAFF, _LINK = "/phong/{code}/bien-ban", "/vao/{token}/bien-ban"

ROUTES = (
    get(_STAFF, _reads(_staff, "/bien-ban/{code}"), ENTERS),
    post(f"{_STAFF}/luu", save, ENTERS),
    post(f"{_STAFF}/tra-loi", _answers(_staff), ENTERS),
    post(f"{_STAFF}/ma", _sends_code(_staff), ENTERS),
    post(f"{_STAFF}/xac-nhan", _confirms(_staff), ENTERS),
    post(f"{_STAFF}/trinh", _moves(actions.show), ENTERS),
    post(f"{_STAFF}/sua", _moves(actions.redraft), ENTERS),
    get(_LINK, _reads(_link, "/vao/{token}/bien-ban/xem")),
    post(f"{_LINK}/tra-loi", _answers(_link)),
    post(f"{_LINK}/ma", _sends_code(_link)),
    post(f"{_LINK}/xac-nhan", _confirms(_link)),
)
