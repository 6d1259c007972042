"""The national desk: what waits, one entry with its fields to copy, files with receipts, the month's sheet."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import hdrs, web

from server.adapters.sheets import Sheet, workbook
from server.errors import BadForm, FieldError, Refused
from server.house import House
from server.national import actions, forms, queries, queries_fields, rules
from server.national.actions import Found, Typed
from server.national.queries import EntryFilter, Span
from server.office.forms_fields import read_form
from server.pagekit import get, house, now, page_number, post, render, see_other, who
from server.steps import take, typed_in
from server.who import Who
from server.words import NationalAccount

BASE = "/csdl-quoc-gia"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = (
    ("code", 16), ("event", 26), ("account", 20), ("happened_on", 13), ("state", 16), ("national_code", 18),
    ("withheld", 14),
)  # fmt: skip


async def desk(request: web.Request) -> web.Response:
    """List what is to be entered; what happened since is collected first."""
    here, place = who(request), house(request)
    await place.db.write(actions.gather, here, now(request), here.unit_id)
    return await _desk(request)


async def _desk(
    request: web.Request,
    status: int = 200,
    errors: dict[str, FieldError] | None = None,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    here, place = who(request), house(request)
    account = request.query.get("tai-khoan", "")
    wanted = EntryFilter(
        request.query.get("loc", "") != "tat-ca",
        NationalAccount(account) if account in set(NationalAccount) else None,
        page_number(request),
    )
    today = place.clock.today()
    return await render(
        request,
        "national/desk.html",
        status,
        found=await place.db.read(queries.entries, here, wanted),
        wanted=wanted,
        receipts=await place.db.read(queries.receipts, here),
        wrong=await place.db.read(_open_differences, here),
        today=today,
        month=f"{today:%Y-%m}",
        typed=typed or {"from_on": f"{today.replace(day=1):%d/%m/%Y}", "until_on": f"{today:%d/%m/%Y}"},
        errors=errors or {},
    )


def _open_differences(db: Any, here: Who) -> list[queries.Difference]:
    return queries.differences(db, here, is_open=True)


async def entry_page(request: web.Request) -> web.Response:
    """Show one entry with the fields to copy; the look is written down."""
    await house(request).db.write(actions.note_view, who(request), now(request), request.match_info["code"])
    return await _entry(request)


async def _entry(
    request: web.Request,
    status: int = 200,
    errors: dict[str, FieldError] | None = None,
    typed: Mapping[str, str] | None = None,
    *,
    is_stale: bool = False,
) -> web.Response:
    here, place = who(request), house(request)
    found = await place.db.read(queries.entry_for, here, request.match_info["code"])
    today = place.clock.today()
    return await render(
        request,
        "national/entry.html",
        status,
        e=found,
        fields=await place.db.read(queries_fields.fields, found),
        wrong=await place.db.read(_differences_of, here, found.id),
        verbs=[verb.value for verb in rules.verbs(found.state)],
        today=today,
        key=secrets.token_hex(16),
        typed=typed or {},
        errors=errors or {},
        is_stale=is_stale,
    )


def _differences_of(db: Any, here: Who, entry_id: int) -> list[queries.Difference]:
    return queries.differences(db, here, entry_id=entry_id)


async def step(request: web.Request) -> web.Response:
    """Note a step of an entry, a difference, or that one was mended."""
    return await take(request, _step, _entry, f"{BASE}/muc/{request.match_info['code']}", queries.entry_for)


async def _step(request: web.Request, typed: dict[str, str]) -> str:
    here, place, code = who(request), house(request), request.match_info["code"]
    if "difference" in typed:
        mend = read_form(forms.MendForm, typed)
        await place.db.write(actions.mend_difference, here, now(request), code, mend.difference)
        return "national_mended"
    if "found_on" in typed:
        form = read_form(forms.DifferenceForm, typed)
        new = Found(form.field, form.before, form.after, form.found_on, who(request).own_key(form.key))
        await place.db.write(actions.find_difference, here, now(request), code, new)
        return "national_found"
    move = read_form(forms.TypedForm, typed)
    typing = Typed(move.verb, move.national_code, move.note)
    await place.db.write(actions.move, here, now(request), code, typing, move.version)
    return "national_moved"


async def export(request: web.Request) -> web.Response:
    """Hand over a file of entries; its receipt stays on the desk."""
    here, place = who(request), house(request)
    typed = await typed_in(request)
    try:
        form = read_form(forms.ExportForm, typed)
        faults = rules.span_faults(form.from_on, form.until_on, place.clock.today())
        if form.kind_of_file not in forms.FILES:
            faults["kind_of_file"] = FieldError("choice")
        if faults:
            raise BadForm(faults)
    except BadForm as bad:
        return await _desk(request, 422, bad.fields, {"from_on": "", "until_on": "", **typed})
    span = Span(form.from_on, form.until_on, form.account)
    code, content = await place.db.write(actions.export, here, now(request), span)
    if form.kind_of_file == "xlsx":
        return _file(_sheet(content, _label(place)), _XLSX, f"{code}.xlsx")
    return _file(actions.encoded(content), "application/json", f"{code}.json")


def _file(body: bytes, content_type: str, name: str) -> web.Response:
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=content_type, headers=headers)


def _label(place: House) -> Callable[[str], str]:
    # The file goes to an office of the state: its headings are Vietnamese whoever asks.
    return lambda key: place.words.find("labels", key, "vi")


def _sheet(content: Mapping[str, Any], say: Callable[[str], str]) -> bytes:
    keys = sorted({key for row in content["entries"] for key in row["fields"]})
    headings = tuple((say(f"national_column.{name}"), float(width)) for name, width in _COLUMNS)
    headings += tuple((say(f"national_field.{key}"), 24.0) for key in keys)
    rows = [[*_cells(row, say), *(row["fields"].get(key, "") for key in keys)] for row in content["entries"]]
    above = (say("national_file.title"), content["receipt"], f"{content['from_on']} – {content['until_on']}")
    return workbook([Sheet(say("national_file.sheet"), headings, rows, above)])


def _cells(row: Mapping[str, Any], say: Callable[[str], str]) -> list[str]:
    words = {
        "event": say(f"national_event.{row['event']}"),
        "account": say(f"national_account.{row['account']}"),
        "state": say(f"national_state.{row['state']}"),
        "withheld": say("national_file.withheld") if row["withheld"] else "",
    }
    return [words.get(name, str(row[name])) for name, _ in _COLUMNS]


async def month_page(request: web.Request) -> web.Response:
    """Show the reconciliation of a month or quarter, for screen and paper."""
    return await _month(request, request.query.get("thang", ""))


async def _month(
    request: web.Request, month: str, status: int = 200, errors: dict[str, FieldError] | None = None
) -> web.Response:
    here, place = who(request), house(request)
    today = place.clock.today()
    shown = month if rules.period(month) else f"{today:%Y-%m}"
    days = rules.period(shown)
    if days is None:
        raise Refused("national_flow")
    span = Span(*days)
    return await render(
        request,
        "national/month.html",
        status,
        sheet=await place.db.read(queries.month_sheet, here, shown, span),
        month=shown,
        span=span,
        may_sign=here.role in rules.ANSWERABLE and span.until_on < today,
        today=today,
        errors=errors or ({"thang": FieldError("month_form")} if month and shown != month else {}),
    )


async def sign(request: web.Request) -> web.Response:
    """Sign the reconciliation of a month or quarter."""
    typed = await typed_in(request)
    try:
        form = read_form(forms.SignForm, typed)
        await house(request).db.write(actions.sign_month, who(request), now(request), form.thang)
    except BadForm as bad:
        return await _month(request, typed.get("thang", ""), 422, bad.fields)
    return see_other(f"{BASE}/doi-chieu?thang={form.thang}&da=national_signed")


async def counters(place: House, here: Who) -> dict[str, int]:
    """Return how many entries wait, for the rail."""
    if here.role not in rules.DESK:
        return {}
    return {"national": await place.db.read(queries.waiting, here)}


ROUTES = (
    get(BASE, desk, rules.DESK),
    post(f"{BASE}/xuat", export, rules.DESK),
    get(f"{BASE}/doi-chieu", month_page, rules.DESK),
    post(f"{BASE}/doi-chieu", sign, rules.ANSWERABLE),
    get(f"{BASE}/muc/{{code}}", entry_page, rules.DESK),
    post(f"{BASE}/muc/{{code}}", step, rules.DESK),
)
