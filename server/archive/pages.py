"""The player, and the files themselves in ranges. Nothing is offered for download."""

import secrets
from collections.abc import Mapping

from aiohttp import web

from server.archive import actions, actions_seal, forms_seal, queries, queries_seal, rules
from server.archive.queries import PlaybackLine
from server.errors import BadForm, FieldError, NotHere
from server.office.forms_fields import read_form
from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.words import PlaybackState


async def recording(request: web.Request) -> web.Response:
    """Show the recording of a reception; each opening is logged."""
    place, here, code = house(request), who(request), request.match_info["code"]
    await place.db.write(actions.note_viewing, here, now(request), code)
    return await _show(request, {})


async def _show(
    request: web.Request,
    typed: Mapping[str, str],
    status: int = 200,
    errors: Mapping[str, FieldError] | None = None,
) -> web.Response:
    place, here = house(request), who(request)
    found = await place.db.read(queries.recording_for, here, request.match_info["code"])
    return await render(
        request,
        "archive/recording.html",
        status,
        recording=found,
        sealed=await place.db.read(queries_seal.sealed_part, here, now(request), found),
        typed={"seal_ground": "", "key": secrets.token_hex(16), **typed},
        errors=errors or {},
        most=forms_seal.LONGEST,
    )


async def open_seal(request: web.Request) -> web.Response:
    """Open what is under seal to the one who wrote the ground; nobody else learns that this page exists."""
    code = request.match_info["code"]
    typed = {k: v for k, v in (await posted(request)).items() if isinstance(v, str)}
    found = await house(request).db.read(queries.recording_for, who(request), code)
    if not queries_seal.may_open(who(request), found):
        raise NotHere
    try:
        form = read_form(forms_seal.OpeningForm, typed)
    except BadForm as bad:
        return await _show(request, typed, 422, bad.fields)
    await house(request).db.write(actions_seal.open_seal, who(request), now(request), code, form.seal_ground, form.key)
    return see_other(f"/ban-ghi/{code}?da=seal_opened#niem-phong")


async def media(request: web.Request) -> web.StreamResponse:
    """Serve one playable file in ranges to somebody who may watch it."""
    place = house(request)
    found = await place.db.read(queries.recording_for, who(request), request.match_info["code"])
    # A quarantined recording is played to nobody here; it leaves on a written request.
    for line in () if found.is_stopped else found.playbacks:
        if line.code == request.match_info["playback"] and line.state is PlaybackState.READY:
            answer = _file(request, found.code, line)
            await place.db.write(actions.note_watching, who(request), now(request), found.code)
            return answer
    raise NotHere


async def sealed_media(request: web.Request) -> web.StreamResponse:
    """Serve one playable file under seal to the one it is open to, while it is."""
    code, playback = request.match_info["code"], request.match_info["playback"]
    line = await house(request).db.write(actions_seal.play_sealed, who(request), now(request), code, playback)
    return _file(request, code, line)


def _file(request: web.Request, code: str, line: PlaybackLine) -> web.FileResponse:
    path = house(request).settings.recording(code) / line.file
    if not path.is_file():
        raise NotHere
    headers = {
        "Content-Type": "video/webm",
        "Content-Disposition": "inline",
        "Cache-Control": "private, no-store",
    }
    return web.FileResponse(path, headers=headers)


ROUTES = (
    get("/ban-ghi/{code}", recording, rules.WATCHES),
    post("/ban-ghi/{code}/niem-phong", open_seal, rules.WATCHES),
    get("/ban-ghi/{code}/{playback}.webm", media, rules.WATCHES),
    get("/ban-ghi/{code}/niem-phong/{playback}.webm", sealed_media, rules.WATCHES),
)
