"""What is done to one paper: write, submit, send back, issue, file the signed scan, withdraw, replace, discard."""

import asyncio

from aiohttp import web
from aiohttp.web_request import FileField

from server.errors import BadForm, FieldError
from server.intake import rules_files
from server.intake.rules_files import BadFile
from server.office.forms_fields import read_form
from server.pagekit import house, now, post, posted, see_other, who
from server.papers import actions, actions_issue, forms, pages, queries, rules
from server.papers.actions_issue import Filed
from server.steps import Doing, Typed, take
from server.words import DocumentKind

SCANS = frozenset({actions_issue.PDF, "image/jpeg", "image/png"})
MEGABYTE = 1024 * 1024


async def _do(request: web.Request, doing: Doing) -> web.Response:
    return await take(request, doing, pages.show, f"/van-ban/{request.match_info['code']}", queries.paper_for)


async def save(request: web.Request) -> web.Response:
    """Keep what was typed into a draft; and lay it before the signer when asked to."""
    return await _do(request, _save)


async def _save(request: web.Request, typed: Typed) -> str:
    place, here, code = house(request), who(request), request.match_info["code"]
    found = await place.db.read(queries.paper_for, here, code)
    await place.db.write(actions.save, here, now(request), code, pages.written(typed, found.form))
    if "then" not in typed:
        return "paper_saved"
    await place.db.write(actions.submit, here, now(request), code)
    return "paper_submitted"


async def send_back(request: web.Request) -> web.Response:
    """Give a submitted paper back to the desk, with the reason."""
    return await _do(request, _send_back)


async def _send_back(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.GroundForm, typed)
    code = request.match_info["code"]
    await house(request).db.write(actions.send_back, who(request), now(request), code, form.ground)
    return "paper_returned"


async def issue(request: web.Request) -> web.Response:
    """Give a paper its number and its day."""
    return await _do(request, _issue)


async def _issue(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.IssueForm, typed)
    try:
        number = rules.given_number(form.number)
    except ValueError:
        raise BadForm({"number": FieldError("paper_number")}) from None
    place, code = house(request), request.match_info["code"]
    given = pages.issuing(place, number, form.version)
    await place.db.write(actions_issue.issue, who(request), now(request), code, given)
    return "paper_issued"


async def withdraw(request: web.Request) -> web.Response:
    """Take an issued paper back, with the reason."""
    return await _do(request, _withdraw)


async def _withdraw(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.GroundForm, typed)
    code = request.match_info["code"]
    await house(request).db.write(actions_issue.withdraw, who(request), now(request), code, form.ground)
    return "paper_withdrawn"


async def discard(request: web.Request) -> web.Response:
    """Throw a draft away."""
    return await _do(request, _discard)


async def _discard(request: web.Request, _: Typed) -> str:
    await house(request).db.write(actions.discard, who(request), now(request), request.match_info["code"])
    return "paper_discarded"


async def replace(request: web.Request) -> web.Response:
    """Make the draft that replaces a withdrawn paper."""
    await posted(request)
    code = await house(request).db.write(actions.replace, who(request), now(request), request.match_info["code"])
    return see_other(f"/van-ban/{code}?da=paper_drafted")


async def file_scan(request: web.Request) -> web.Response:
    """File the scan of the signed paper; whoever files it stands for the conversion (F54)."""
    place, here, code = house(request), who(request), request.match_info["code"]
    form = await posted(request, has_files=True)
    await place.db.read(queries.paper_for, here, code)
    try:
        filed = await _scan(request, form.get("scan"))
    except BadForm as bad:
        return await pages.show(request, 422, errors=bad.fields)
    try:
        is_new = await place.db.write(actions_issue.file_scan, here, now(request), code, filed)
    except Exception:
        place.files.drop(filed.kept.stored_as)
        raise
    if not is_new:
        place.files.drop(filed.kept.stored_as)
    return see_other(f"/van-ban/{code}?da=paper_scan_filed")


async def _scan(request: web.Request, given: object) -> Filed:
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
    return Filed(kept, name, fitting.content_type, DocumentKind.SCAN)


ROUTES = (
    post("/van-ban/{code}", save, rules.DRAFTERS),
    post("/van-ban/{code}/tra-lai", send_back, rules.DRAFTERS),
    post("/van-ban/{code}/ban-hanh", issue, rules.DRAFTERS),
    post("/van-ban/{code}/thu-hoi", withdraw, rules.DRAFTERS),
    post("/van-ban/{code}/huy", discard, rules.DRAFTERS),
    post("/van-ban/{code}/thay-the", replace, rules.DRAFTERS),
    post("/van-ban/{code}/ban-ky", file_scan, rules.DRAFTERS),
)
