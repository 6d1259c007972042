"""Papers handed in during a reception: the citizen sends and gets a receipt, the desk takes or returns."""

from typing import Any

from aiohttp import hdrs, web

from server import text
from server.adapters.page_images import KINDS
from server.errors import BadForm, FieldError, NotHere, Refused, Unavailable
from server.exhibits import actions_hand, queries_hand, rules
from server.exhibits.actions_hand import Verdict
from server.exhibits.pages import announce, link_door, picture
from server.exhibits.queries import Seat
from server.exhibits.queries_hand import HandInLine
from server.i18n import size_vi
from server.intake import pages_draft as drafts
from server.intake.pages_draft import Upload
from server.intake.pages_lookup import disposition
from server.intake.pages_meet import count
from server.intake.rules_files import MOST_FILES
from server.minutes import queries_shown, rules_shown
from server.minutes.pages_shared import LINK_LIVES
from server.pagekit import get, house, now, post, posted, posted_json, render, see_other, who
from server.reception import queries as receptions
from server.reception.pages_desk import HOLDS
from server.who import UnitFacts
from server.words import HandInState

TOPIC = "papers"
MOST_AN_HOUR = 200
VERDICTS = {"nhan": HandInState.ACCEPTED, "tra": HandInState.RETURNED}


async def _citizen(request: web.Request) -> Seat:
    """Return the place of the citizen who is inside and may hand in. Raises NotHere, Refused."""
    seat = await link_door(request)
    await house(request).db.read(queries_hand.check_may_hand_in, seat)
    return seat


def _full_key(seat: Seat, key: object) -> str:
    if not rules.is_key(key):
        raise BadForm({"files": FieldError("upload_broken")})
    return f"{seat.code}:{seat.member}:{key}"


async def take_file(request: web.Request) -> web.Response:
    """Keep one file until all are sent; the same file key again is answered without keeping it twice."""
    seat = await _citizen(request)
    try:
        form = await posted(request, has_files=True)
    except web.HTTPRequestEntityTooLarge:
        raise BadForm({"files": drafts.too_large(request)}) from None
    token, file_key = _full_key(seat, form.get("key")), form.get("file_key")
    _full_key(seat, file_key)
    box = drafts.box(request)
    kept = await box.load(token) or {"files": {}}
    if file_key not in kept["files"]:
        await count(request, "hand_in", MOST_AN_HOUR)
        found = await drafts.uploads(request, form.getall("file", []), MOST_FILES - len(kept["files"]))
        if len(found) != 1:
            raise BadForm({"files": FieldError("upload_broken")})
        await box.keep_file(token, str(file_key), found[0].content)
        kept["files"][str(file_key)] = {
            "name": found[0].name,
            "content_type": found[0].content_type,
            "suffix": found[0].suffix,
        }
        await box.save(token, kept)
    return web.json_response({"kept": file_key})


async def send(request: web.Request) -> web.Response:
    """Hand in the files that were kept; the same key again gives the same receipt."""
    seat, place = await link_door(request), house(request)
    sent = await posted_json(request)
    key = _full_key(seat, sent.get("key"))
    done = await place.db.read(queries_hand.by_key, key)
    if done is None:
        await place.db.read(queries_hand.check_may_hand_in, seat)
        done = await _hand_in(request, seat, key, await _kept(request, key, sent.get("files")))
        await drafts.box(request).drop(key)
    await announce(request, seat.code, TOPIC, done.id)
    return web.json_response(_line(done, _receipt_href(request, done)))


async def _kept(request: web.Request, token: str, named: object) -> list[Upload]:
    box = drafts.box(request)
    kept = (await box.load(token) or {"files": {}})["files"]
    if not isinstance(named, list) or not named or len(named) != len(set(map(str, named))):
        raise BadForm({"files": FieldError("words_or_files")})
    found: list[Upload] = []
    for file_key in named:
        one = kept.get(file_key) if isinstance(file_key, str) else None
        content = await box.read_file(token, file_key) if one else None
        if one is None or content is None:
            raise Refused("hand_in_incomplete")
        found.append(Upload(one["name"], content, one["content_type"], one["suffix"]))
    return found


async def _hand_in(request: web.Request, seat: Seat, key: str, files: list[Upload]) -> HandInLine:
    place = house(request)
    papers = await drafts.put_away(request, files)
    try:
        done = await place.db.write(actions_hand.hand_in, seat, now(request), key, papers)
    except Exception:
        drafts.drop(request, papers)
        raise
    if done is None:
        drafts.drop(request, papers)
        done = await place.db.read(queries_hand.by_key, key)
    assert done is not None  # noqa: S101 it was written now or before
    return done


async def own(request: web.Request) -> web.Response:
    """Give the citizen what was handed in through this link, with its receipts."""
    seat = await link_door(request)
    lines = await house(request).db.read(queries_hand.of_seat, seat)
    return web.json_response({"hand_ins": [_line(one, _receipt_href(request, one)) for one in lines]})


def _receipt_href(request: web.Request, one: HandInLine) -> str:
    return f"/vao/{request.match_info['token']}/giay-to/{one.code}"


def _line(one: HandInLine, receipt: str = "", desk: str = "") -> dict[str, Any]:
    is_kept = desk and one.state is not HandInState.RETURNED
    return {
        "code": one.code,
        "name": one.name,
        "state": one.state.value,
        "at": one.at.isoformat(),
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "by": one.officer_name,
        "ground": one.ground,
        "receipt": receipt,
        "files": [
            {
                "name": file.name,
                "note": size_vi(file.bytes),
                "href": f"{desk}/{one.code}/{file.number}" if is_kept else "",
                "picture": f"{desk}/{one.code}/{file.number}/hinh" if is_kept and file.content_type in KINDS else "",
            }
            for file in one.files
        ],
    }


async def receipt(request: web.Request) -> web.Response:
    """Show the receipt of one hand-in, to print or keep, to whoever handed it in."""
    seat, place = await link_door(request), house(request)
    found = await place.db.read(receptions.reception_file, seat.reception)
    if now(request) > found.ends_at + LINK_LIVES:
        raise NotHere("bad_link")
    lines = await place.db.read(queries_hand.of_seat, seat)
    one = next((each for each in lines if each.code == request.match_info["paper"]), None)
    if one is None:
        raise NotHere
    unit = UnitFacts(found.unit_id, found.unit_name, found.unit_phone, "")
    return await render(request, "exhibits/receipt.html", one=one, file=found, unit=unit)


async def desk_list(request: web.Request) -> web.Response:
    """Give the desk all that was handed in during the reception."""
    code = request.match_info["code"]
    lines = await house(request).db.read(queries_hand.of_desk, who(request), code)
    return web.json_response({"hand_ins": [_line(one, desk=f"/phong/{code}/giay-to") for one in lines]})


async def _decide(request: web.Request, verdict: Verdict) -> None:
    place, code = house(request), request.match_info["code"]
    dropped = await place.db.write(actions_hand.decide, who(request), now(request), code, verdict)
    for stored_as in dropped:
        place.files.drop(stored_as)
    await announce(request, code, TOPIC, int(now(request).timestamp() * 1000))


def _verdict(request: web.Request, ground: object) -> Verdict:
    state = VERDICTS[request.path.rpartition("/")[2]]
    words = text.tidy(ground) if isinstance(ground, str) else ""
    is_return = state is HandInState.RETURNED
    return Verdict(request.match_info["paper"], state, rules.ground(words) if is_return else "")


async def decide(request: web.Request) -> web.Response:
    """Take papers into the case from the room, or return them with a ground."""
    sent = await posted_json(request)
    await _decide(request, _verdict(request, sent.get("ground")))
    return await desk_list(request)


async def papers(request: web.Request) -> web.Response:
    """Show what was handed in and shown during a reception; what waits is decided here too, after its end."""
    return await _papers(request)


async def _papers(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    place, here, code = house(request), who(request), request.match_info["code"]
    lines = await place.db.read(queries_hand.of_desk, here, code)
    found = await place.db.read(receptions.reception_for, here, code)
    shown = await place.db.read(queries_shown.shown, found.id)
    values = facts.pop("values", {})
    return await render(
        request,
        "exhibits/papers.html",
        status,
        file=found,
        hand_ins=lines,
        shown=rules_shown.grouped(shown),
        values=values,
        **facts,
    )


async def decide_by_form(request: web.Request) -> web.Response:
    """Take or return from the page, without a script."""
    form, code, paper = await posted(request), request.match_info["code"], request.match_info["paper"]
    # Looked up first: a form is shown again only to those who may see it.
    await house(request).db.read(queries_hand.hand_in_of_desk, who(request), code, paper)
    # Several forms stand on one page, so the field carries the code of its own.
    given = form.get(f"ground-{paper}", "")
    try:
        verdict = _verdict(request, given)
    except BadForm as bad:
        typed = {paper: given if isinstance(given, str) else ""}
        return await _papers(request, 422, errors={f"ground-{paper}": bad.fields["ground"]}, values=typed)
    await _decide(request, verdict)
    is_taken = verdict.state is HandInState.ACCEPTED
    said = "?da=hand_in_accepted" if is_taken else "?da=hand_in_returned"
    return see_other(f"/luot-tiep/{code}/giay-to{said}")


async def handed_file(request: web.Request) -> web.StreamResponse:
    """Give the desk one file that was handed in; written down."""
    place, file = house(request), await _file(request)
    code, hand_in = request.match_info["code"], request.match_info["paper"]
    await place.db.write(actions_hand.note_look, who(request), now(request), code, hand_in)
    path = place.files.path(file.stored_as)
    if not path.is_file():
        raise Unavailable("file_missing")
    headers = {
        hdrs.CONTENT_TYPE: file.content_type,
        hdrs.CONTENT_DISPOSITION: disposition(file.name),
        hdrs.CACHE_CONTROL: "no-store",
    }
    return web.FileResponse(path, headers=headers)


async def handed_picture(request: web.Request) -> web.Response:
    """Give the desk the first page of a file that was handed in, as a picture; written down."""
    place, file = house(request), await _file(request)
    code, hand_in = request.match_info["code"], request.match_info["paper"]
    drawn = await place.pages.draw(place.files.path(file.stored_as), file.content_type, 1)
    await place.db.write(actions_hand.note_look, who(request), now(request), code, hand_in)
    return picture(drawn)


async def _file(request: web.Request) -> queries_hand.Handed:
    found = request.match_info
    return await house(request).db.read(
        queries_hand.handed_file, who(request), found["code"], found["paper"], found["id"]
    )


_LINK, _ROOM, _DESK = "/vao/{token}/giay-to", "/phong/{code}/giay-to", "/luot-tiep/{code}/giay-to"

ROUTES = (
    get(_LINK, own),
    post(f"{_LINK}/tep", take_file),
    post(f"{_LINK}/gui", send),
    get(_LINK + "/{paper}", receipt),
    get(_ROOM, desk_list, HOLDS),
    post(_ROOM + "/{paper}/nhan", decide, HOLDS),
    post(_ROOM + "/{paper}/tra", decide, HOLDS),
    get(_ROOM + "/{paper}/{id}", handed_file, HOLDS),
    get(_ROOM + "/{paper}/{id}/hinh", handed_picture, HOLDS),
    get(_DESK, papers, HOLDS),
    post(_DESK + "/{paper}/nhan", decide_by_form, HOLDS),
    post(_DESK + "/{paper}/tra", decide_by_form, HOLDS),
)
