"""The office's own templates (DOCX): which form prints how, start, upload, look, put in force; a paper in DOCX."""

import asyncio
import secrets
from typing import Any

from aiohttp import hdrs, web

from server.adapters import docx
from server.adapters.docx import FilledDocx, Nameable
from server.errors import BadForm, FieldError, NotHere, Refused, Unavailable
from server.house import WEB, House
from server.intake import rules_files
from server.office import pages as office
from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.papers import actions_issue, actions_templates, pages, queries, queries_templates, rules, rules_docx
from server.papers import rules_docx_start as start
from server.papers.actions_templates import NewTemplate
from server.papers.queries_templates import Template
from server.papers.rules_docx import Slot
from server.papers.rules_forms import FORMS
from server.steps import typed_in
from server.words import PaperForm

BASE = "/cai-dat/mau-van-ban"
LONGEST_NUMBER = 4


async def list_page(request: web.Request) -> web.Response:
    """List the forms with the template in force for each."""
    own = await house(request).db.read(queries_templates.in_force, who(request).unit_id)
    # What the office changed stands first; the rest in the order of the law.
    forms = sorted(PaperForm, key=lambda form: form not in own)
    return await render(request, "papers/templates.html", forms=forms, own=own)


def _form(request: web.Request) -> PaperForm:
    try:
        return PaperForm(request.match_info["template"])
    except ValueError:
        raise NotHere("no_such_page") from None


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER):
        raise NotHere
    return int(typed)


async def form_page(request: web.Request) -> web.Response:
    """Show one form: what is in force, its versions, the names of fields, the upload."""
    return await _show(request)


async def _show(request: web.Request, status: int = 200, errors: dict[str, FieldError] | None = None) -> web.Response:
    form = _form(request)
    found = await house(request).db.read(queries_templates.versions, who(request), form)
    return await render(
        request,
        "papers/template.html",
        status,
        form_name=form.value,
        versions=found,
        current=next((one for one in found if one.is_in_force), None),
        left_out={one.number: rules_docx.left_out(form, one.used) for one in found},
        slots=rules_docx.slots(form),
        each={listed: short for short, listed in start.EACH.items()},
        key=secrets.token_hex(16),
        megabytes=docx.MOST_BYTES // (1024 * 1024),
        errors=errors or {},
    )


async def starting(request: web.Request) -> web.Response:
    """Give the built-in form as DOCX, with names of fields in place of facts."""
    form, place = _form(request), house(request)
    told = await place.press.told(f"papers/{form.value}", start.named(form))
    title = place.words.find("labels", f"paper_form.{form.value}", "vi")
    content = await asyncio.to_thread(_started, told, start.each_of(form), title)
    return _download(content, f"mau-{form.value}.docx")


def _started(told: list[dict[str, Any]], lists: dict[str, str], title: str) -> bytes:
    from server.adapters import docx_start  # noqa: PLC0415 it loads python-docx, which few processes ever need

    return docx_start.build(told, lists, start.SIGNATURE, title)


def _download(content: bytes, name: str) -> web.Response:
    headers = {
        hdrs.CONTENT_TYPE: docx.MIME,
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
        hdrs.CACHE_CONTROL: "private, no-store",
    }
    return web.Response(body=content, headers=headers)


async def upload(request: web.Request) -> web.Response:
    """Judge a template by filling it with invented facts; only one that came out whole is kept."""
    form, place = _form(request), house(request)
    sent = await posted(request, has_files=True)
    try:
        name, content = _file(sent.get("template"))
        filled = await _try_out(place, form, content)
    except BadForm as bad:
        return await _show(request, 422, bad.fields)
    kept = await place.files.keep_bytes(content, ".docx")
    key = str(sent.get("key", ""))[:40] or kept.sha256[:40]
    new = NewTemplate(form, name, kept, filled.used, key)
    try:
        number, is_new = await place.db.write(actions_templates.keep, who(request), now(request), new)
    except Exception:
        # Never for whoever is merely told to stop: the transaction goes on without them, and names it.
        place.files.drop(kept.stored_as)
        raise
    if not is_new:
        place.files.drop(kept.stored_as)
    return see_other(f"{BASE}/{form.value}/{number}?da=template_kept")


def _file(part: object) -> tuple[str, bytes]:
    if not isinstance(part, web.FileField) or not part.filename:
        raise BadForm({docx.FIELD: FieldError("required")})
    if not part.filename.lower().endswith(".docx"):
        raise BadForm({docx.FIELD: FieldError("docx_ending")})
    return rules_files.safe_name(part.filename), part.file.read(docx.MOST_BYTES + 1)


async def _try_out(place: House, form: PaperForm, content: bytes) -> FilledDocx:
    kind = place.words.find("labels", f"kind_in_papers.{next(iter(sorted(FORMS[form].kinds)))}", "vi")
    return await _filled(place, form, content, start.invented(form, start.load(WEB), kind))


async def _filled(place: House, form: PaperForm, content: bytes, facts: dict[str, Any]) -> FilledDocx:
    slots = rules_docx.slots(form)
    nameable = Nameable(
        [slot.name for slot in slots if not slot.columns],
        {slot.name: slot.columns for slot in slots if slot.columns},
        rules_docx.needed(form),
    )
    values = rules_docx.values(form, facts, lambda key: place.words.find("labels", key, "vi"))
    return await place.filler.fill(content, nameable, values)


async def _content(place: House, found: Template) -> bytes:
    path = place.files.path(found.stored_as)
    try:
        return await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise Unavailable("file_missing") from error


async def _version(request: web.Request) -> Template:
    number = _number(request.match_info["number"])
    return await house(request).db.read(queries_templates.version_for, who(request), _form(request), number)


async def version_page(request: web.Request) -> web.Response:
    """Show one version filled with invented facts, as words, and what it leaves out."""
    found, place = await _version(request), house(request)
    filled = await _try_out(place, found.form, await _content(place, found))
    left_out: tuple[Slot, ...] = rules_docx.left_out(found.form, found.used)
    return await render(request, "papers/template_version.html", found=found, lines=filled.words, left_out=left_out)


async def version_file(request: web.Request) -> web.Response:
    """Give the file of one version as it was uploaded."""
    found = await _version(request)
    return _download(await _content(house(request), found), f"mau-{found.form.value}-{found.number}.docx")


async def version_filled(request: web.Request) -> web.Response:
    """Give one version filled with invented facts."""
    found, place = await _version(request), house(request)
    filled = await _try_out(place, found.form, await _content(place, found))
    return _download(filled.content, f"xem-thu-{found.form.value}-{found.number}.docx")


async def put_in_force(request: web.Request) -> web.Response:
    """Make papers of a form with one version from now on."""
    await typed_in(request)
    form, number = _form(request), _number(request.match_info["number"])
    await house(request).db.write(actions_templates.put_in_force, who(request), now(request), form, number)
    return see_other(f"{BASE}/{form.value}?da=template_in_force")


async def go_back(request: web.Request) -> web.Response:
    """Make papers of a form as built in again."""
    await typed_in(request)
    form = _form(request)
    await house(request).db.write(actions_templates.go_back, who(request), now(request), form)
    return see_other(f"{BASE}/{form.value}?da=template_back")


async def paper_as_docx(request: web.Request) -> web.Response:
    """Give a paper in the office's own template: a draft in the one in force, an issued one in the one it was issued with."""
    place, here, code = house(request), who(request), request.match_info["code"]
    paper = await place.db.read(queries.paper_for, here, code)
    if paper.state not in rules.SIGNABLE:
        raise Refused("paper_flow")
    own = await place.db.read(queries_templates.template_of, paper.unit_id, paper.form, paper.sealed)
    if own is None:
        raise Refused("no_own_template")
    await place.db.write(actions_templates.note_download, here, now(request), code)
    facts = await place.db.read(actions_issue.as_it_stands, here, code, pages.issuing(place))
    lookup = {"lookup": f"{place.settings.base_url}/tra-cuu"}
    try:
        filled = await _filled(place, paper.form, await _content(place, own), {**facts, **lookup})
    except BadForm as bad:
        # It was taken once; the rules have become stricter since, or it grew too large for its bounds.
        raise Unavailable("own_template_failed") from bad
    return _download(filled.content, f"{code}.docx")


ROUTES = (
    get(BASE, list_page, office.MAY_SET),
    get(f"{BASE}/{{template}}", form_page, office.MAY_SET),
    post(f"{BASE}/{{template}}", upload, office.MAY_SET),
    get(f"{BASE}/{{template}}/mau-bat-dau", starting, office.MAY_SET),
    post(f"{BASE}/{{template}}/mau-san", go_back, office.MAY_SET),
    get(f"{BASE}/{{template}}/{{number}}", version_page, office.MAY_SET),
    get(f"{BASE}/{{template}}/{{number}}/tep", version_file, office.MAY_SET),
    get(f"{BASE}/{{template}}/{{number}}/xem-thu", version_filled, office.MAY_SET),
    post(f"{BASE}/{{template}}/{{number}}", put_in_force, office.MAY_SET),
    get("/van-ban/{code}/ban-word", paper_as_docx, rules.READERS),
)
