"""Papers as files: one that is kept, the minutes as they stand for signing by hand, and a signed scan coming back."""

import asyncio

from aiohttp import hdrs, web
from aiohttp.web_request import FileField

from server.errors import BadForm, FieldError, NotHere, Unavailable
from server.intake import rules_files
from server.intake.rules_files import BadFile
from server.minutes import actions, actions_seal, pages, queries, queries_head, queries_papers
from server.minutes.actions_seal import PDF, Scan
from server.minutes.rules_print import print_facts
from server.pagekit import get, house, now, post, posted, see_other, who
from server.reception.pages import ENTERS
from server.words import MinutesState, Role

SCANS = frozenset({PDF, "image/jpeg", "image/png"})
MEGABYTE = 1024 * 1024


def lookup(request: web.Request) -> str:
    """Return where a citizen looks an electronic original up (F54)."""
    return f"{house(request).settings.base_url}/tra-cuu"


async def paper(request: web.Request) -> web.StreamResponse:
    """Give a paper to somebody who may open it; written down."""
    place, here, code = house(request), who(request), request.match_info["code"]
    await place.db.write(actions_seal.note_opening, here, now(request), code)
    found = await place.db.read(queries_papers.document_for, here, code)
    path = place.files.path(found.stored_as)
    if not path.is_file():
        raise Unavailable("file_missing")
    return web.FileResponse(path, headers=_inline(found.content_type, found.code))


async def as_it_stands(request: web.Request) -> web.Response:
    """Print the minutes as they stand, to be signed by hand at a site; without number and day until sealed (F50)."""
    place, here, code = house(request), who(request), request.match_info["code"]
    seen = await place.db.read(queries.minutes_for, here, code)
    if not seen.is_writer:
        raise NotHere
    await place.db.write(actions.note_view, here, now(request), code)
    sealed = await place.db.read(queries_head.as_it_stands, seen.id)
    facts = print_facts(
        sealed,
        lambda key: place.words.find("labels", key, "vi"),
        lookup(request),
        is_draft=seen.state is MinutesState.DRAFTING,
    )
    body = await place.press.print("minutes", facts)
    return web.Response(body=body, headers=_inline(PDF, seen.code))


def _inline(content_type: str, name: str) -> dict[str, str]:
    return {
        hdrs.CONTENT_TYPE: content_type,
        hdrs.CONTENT_DISPOSITION: f'inline; filename="{name}"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }


async def file_scan(request: web.Request) -> web.Response:
    """File the scan of signed pages; whoever files it stands for the conversion (F54)."""
    form, place, code = await posted(request, has_files=True), house(request), request.match_info["code"]
    try:
        scan = await _scan(request, form.get("scan"))
    except BadForm as bad:
        return await pages.with_errors(request, bad)
    try:
        is_new = await place.db.write(actions_seal.file_scan, who(request), now(request), code, scan)
    except Exception:
        place.files.drop(scan.kept.stored_as)
        raise
    if not is_new:
        place.files.drop(scan.kept.stored_as)
    return see_other(f"/bien-ban/{code}?da=scan_filed#ban-ky")


async def _scan(request: web.Request, given: object) -> Scan:
    if not isinstance(given, FileField) or not given.filename:
        raise BadForm({"scan": FieldError("required")})
    content = await asyncio.to_thread(given.file.read)
    name = rules_files.safe_name(given.filename)
    try:
        most = house(request).settings.upload_megabytes * MEGABYTE
        fitting = await asyncio.to_thread(rules_files.check, name, content, most)
    except BadFile as bad:
        raise BadForm({"scan": bad.fault}) from None
    if fitting.content_type not in SCANS:
        raise BadForm({"scan": FieldError("scan_kind")})
    kept = await house(request).files.keep_bytes(content, fitting.suffix)
    return Scan(name, fitting.content_type, kept)


ROUTES = (
    get("/giay-to/{code}", paper, frozenset(Role)),
    get("/bien-ban/{code}/ban-in", as_it_stands, ENTERS),
    post("/bien-ban/{code}/ban-ky", file_scan, ENTERS),
)
