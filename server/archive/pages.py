"""The player, and the file itself in ranges. Nothing is offered for download."""

from aiohttp import web

from server.archive import actions, queries, rules
from server.errors import NotHere
from server.pagekit import get, house, now, render, who
from server.words import PlaybackState


async def recording(request: web.Request) -> web.Response:
    """Show the recording of a reception; each opening is logged."""
    place, here, code = house(request), who(request), request.match_info["code"]
    await place.db.write(actions.note_viewing, here, now(request), code)
    found = await place.db.read(queries.recording_for, here, code)
    return await render(request, "archive/recording.html", recording=found)


async def media(request: web.Request) -> web.StreamResponse:
    """Serve one playable file in ranges to somebody who may watch it."""
    place = house(request)
    found = await place.db.read(queries.recording_for, who(request), request.match_info["code"])
    # A quarantined recording is played to nobody here; it leaves on a written request.
    for line in () if found.is_stopped else found.playbacks:
        if line.code == request.match_info["playback"] and line.state is PlaybackState.READY:
            path = place.settings.recording(found.code) / line.file
            if not path.is_file():
                break
            await place.db.write(actions.note_watching, who(request), now(request), found.code)
            headers = {
                "Content-Type": "video/webm",
                "Content-Disposition": "inline",
                "Cache-Control": "private, no-store",
            }
            return web.FileResponse(path, headers=headers)
    raise NotHere


ROUTES = (
    get("/ban-ghi/{code}", recording, rules.WATCHES),
    get("/ban-ghi/{code}/{playback}.webm", media, rules.WATCHES),
)
