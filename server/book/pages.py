"""The reception book: a page of it, one line with its corrections, copies as XLSX and PDF."""

import asyncio
import secrets
from typing import Any

from aiohttp import hdrs, web

from server import text
from server.adapters import sheets
from server.adapters.sheets import Sheet
from server.book import actions, forms, queries, rules
from server.book.actions import Correcting, NewLine
from server.book.queries import BookFilter
from server.errors import BadForm, FieldError, NotYours, Stale
from server.office.forms_fields import day, read_form
from server.pagekit import get, house, now, page_number, post, posted, render, see_other, who
from server.steps import typed_in
from server.words import BookCell, Kind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (6, 11, 28, 20, 34, 14, 18, 12, 22, 22, 24, 16)
_YEAR_DIGITS = 4


def _wanted(request: web.Request) -> BookFilter:
    """The filter in the address; what cannot be read is left out."""
    given = request.query
    year = given.get("nam", "")
    try:
        on = day(given.get("ngay", ""))
    except ValueError:
        on = None
    kind = given.get("loai", "")
    return BookFilter(
        year=_year(year, on.year if on else house(request).clock.today().year),
        on=on,
        kind=Kind(kind) if kind in set(Kind) else None,
        page=page_number(request),
    )


def _year(text: str, otherwise: int) -> int:
    is_year = text.isascii() and text.isdigit() and len(text) == _YEAR_DIGITS
    # The calendar has no year 0.
    return int(text) or otherwise if is_year else otherwise


async def book(request: web.Request) -> web.Response:
    """Show the reception book, a page of it."""
    return await _show(request)


async def _show(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    here, place = who(request), house(request)
    wanted = _wanted(request)
    await place.db.write(actions.note_reading, here, now(request), wanted.year)
    found = await place.db.read(queries.book, here, wanted)
    say = _say(request)
    return await render(
        request,
        "book/book.html",
        status,
        found=found,
        wanted=wanted,
        lines=[
            (
                line,
                rules.columns(line, say, is_whole=here.role in rules.WHOLE),
                rules.may_read_whole(here.role, is_restricted=line.is_restricted, is_closed=line.is_closed),
                rules.is_incomplete(line),
            )
            for line in found.lines
        ],
        may_write=here.role in rules.WRITERS,
        may_read_whole=here.role in rules.WHOLE,
        kinds=[kind.value for kind in Kind],
        today=place.clock.today(),
        key=secrets.token_hex(16),
        **{"errors": {}, "typed": {}, **facts},
    )


def _say(request: web.Request) -> rules.Say:
    return lambda key: house(request).words.find("labels", key, "vi")


async def enter(request: web.Request) -> web.Response:
    """Enter somebody who was received in person."""
    typed = await typed_in(request)
    here = who(request)
    try:
        form = read_form(forms.LineForm, typed)
        if form.kind is Kind.DENUNCIATION and here.role not in rules.WHOLE:
            raise BadForm({"kind": FieldError("book_receivers_only")})
        new = NewLine(
            form.received_on,
            f"{form.name}\n{form.address}",
            form.identity,
            form.matter,
            form.kind,
            form.people,
            form.key,
            form.remark,
        )
        await house(request).db.write(actions.enter, here, now(request), new)
    except BadForm as bad:
        return await _show(request, 422, errors=bad.fields, typed=typed)
    return see_other(f"/so-tiep?nam={form.received_on.year}&da=book_entered")


async def enter_held(request: web.Request) -> web.Response:
    """Enter at once every reception that was held."""
    await posted(request)
    await house(request).db.write(actions.enter_held, now(request), who(request).unit_id)
    return see_other("/so-tiep?da=book_up_to_date")


async def line(request: web.Request) -> web.Response:
    """Show one line with every correction."""
    return await _show_line(request)


async def _show_line(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    here = who(request)
    found = await house(request).db.read(queries.line_for, here, int(request.match_info["id"]))
    await house(request).db.write(actions.note_reading, here, now(request), found.line.year)
    return await render(
        request,
        "book/line.html",
        status,
        file=found,
        line=found.line,
        columns=rules.columns(found.line, _say(request), is_whole=True),
        is_incomplete=rules.is_incomplete(found.line),
        may_write=here.role in rules.WRITERS,
        **{"errors": {}, "typed": {}, "is_stale": False, **facts},
    )


async def correct(request: web.Request) -> web.Response:
    """Correct one cell; both texts are kept."""
    typed = await typed_in(request)
    here, number = who(request), int(request.match_info["id"])
    # Asked first: a wrong field must not tell that a line exists.
    await house(request).db.read(queries.line_for, here, number)
    try:
        form = read_form(forms.CorrectionForm, typed)
        words = _kind_named(request, form.words) if form.cell is BookCell.KIND else form.words
        given = Correcting(form.cell, words, form.ground, form.version)
        await house(request).db.write(actions.correct, here, now(request), number, given)
    except BadForm as bad:
        return await _show_line(request, 422, errors=bad.fields, typed=typed)
    except Stale:
        return await _show_line(request, 409, typed=typed, is_stale=True)
    return see_other(f"/so-tiep/dong/{number}?da=book_corrected")


def _kind_named(request: web.Request, typed: str) -> str:
    """The kind whose name was typed, with or without accents; what is none stays as it is and is refused."""
    say = _say(request)
    return next((kind.value for kind in Kind if text.fold(say(f"kind.{kind.value}")) == text.fold(typed)), typed)


async def as_sheet(request: web.Request) -> web.Response:
    """Give the book of a year as XLSX."""
    year, is_whole, rows = await _copy(request)
    say = _say(request)
    agency = await house(request).db.read(queries.agency, who(request).unit_id)
    headings = tuple((say(f"book_column.{n}"), _WIDTHS[n - 1]) for n in range(1, rules.COLUMNS + 1))
    title = say("book.title" if is_whole else "book.title_redacted")
    above = (title, f"{agency.name} - {year}", "")
    # The running number is a number: sheets sort by it.
    cells: list[tuple[sheets.Cell, ...]] = [(int(row[0]) if row[0] else None, *row[1:]) for row in rows]
    made = await asyncio.to_thread(sheets.workbook, [Sheet(f"{year}", headings, cells, above)])
    return _file(made, XLSX, f"so-tiep-cong-dan-{year}{'' if is_whole else '-che-ten'}.xlsx")


async def as_paper(request: web.Request) -> web.Response:
    """Give the book of a year as PDF."""
    year, is_whole, rows = await _copy(request)
    place = house(request)
    agency = await place.db.read(queries.agency, who(request).unit_id)
    say = _say(request)
    facts = {
        "agency": agency.name,
        "parent": agency.parent,
        "year": str(year),
        "is_whole": is_whole,
        "headings": [say(f"book_column.{n}") for n in range(1, rules.COLUMNS + 1)],
        "rows": [list(row) for row in rows],
        "system": say("paper.system"),
        "printed_on": f"{place.clock.today():%d/%m/%Y}",
        "printed_by": who(request).name,
    }
    made = await place.press.print("book", facts)
    return _file(made, "application/pdf", f"so-tiep-cong-dan-{year}{'' if is_whole else '-che-ten'}.pdf")


async def _copy(request: web.Request) -> tuple[int, bool, list[tuple[str, ...]]]:
    """The rows of a copy, written down as taken. A copy with every name is for receivers."""
    here, place = who(request), house(request)
    year = _year(request.query.get("nam", ""), place.clock.today().year)
    is_whole = request.query.get("ban", "") == "day-du"
    if is_whole and here.role not in rules.WHOLE:
        raise NotYours("book_receivers_only")
    await place.db.write(actions.note_copy, here, now(request), year, is_whole=is_whole)
    found = await place.db.read(queries.whole_year, here, year)
    say = _say(request)
    return year, is_whole, [rules.columns(line, say, is_whole=is_whole) for line in found]


def _file(content: bytes, kind: str, name: str) -> web.Response:
    return web.Response(
        body=content,
        headers={
            hdrs.CONTENT_TYPE: kind,
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
            hdrs.CACHE_CONTROL: "private, no-store",
        },
    )


ROUTES = (
    get("/so-tiep", book, rules.READERS),
    post("/so-tiep", enter, rules.WRITERS),
    post("/so-tiep/vao-so", enter_held, rules.WRITERS),
    get("/so-tiep/tep.xlsx", as_sheet, rules.READERS),
    get("/so-tiep/tep.pdf", as_paper, rules.READERS),
    get(r"/so-tiep/dong/{id:\d{1,9}}", line, rules.READERS),
    post(r"/so-tiep/dong/{id:\d{1,9}}", correct, rules.WRITERS),
)
