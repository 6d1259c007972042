"""A table as a file to take away: XLSX, and PDF as the paper that is signed."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import hdrs, web

from server.adapters import sheets
from server.adapters.sheets import Band, Sheet
from server.clock import local
from server.i18n import date_vi, datetime_vi, paper_date
from server.office import queries as office
from server.office import queries_unit
from server.pagekit import get, house, now, who
from server.reports import actions, queries, rules
from server.reports.pages import BASE, Asked, asked, period_name
from server.reports.queries import Line, Report

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
_WIDE = 20
"""Columns from which the paper is A3."""


def _say(request: web.Request) -> Callable[[str], str]:
    """What stands on a paper is Vietnamese, whatever language the page is in."""
    return lambda key: house(request).words.find("labels", f"report_paper.{key}", "vi")


async def _taken(request: web.Request, kind: str) -> tuple[Asked, Report]:
    wanted, place, here = asked(request), house(request), who(request)
    _, report = await place.db.read(queries.asked_for, here, wanted.table.form, wanted.table.period, wanted.unit)
    await place.db.write(actions.note_taken, here, now(request), wanted.table, kind)
    return wanted, report


async def as_xlsx(request: web.Request) -> web.Response:
    """Give a table as a spreadsheet; nothing in it is a formula."""
    wanted, report = await _taken(request, "xlsx")
    say = _say(request)
    body = await asyncio.to_thread(sheets.workbook, [_sheet(report, period_name(request, report.period), say)])
    return _file(body, XLSX, wanted, "xlsx")


def _sheet(report: Report, period: str, say: Callable[[str], str]) -> Sheet:
    form = report.form
    heads = rules.headings(form)
    bands = tuple(tuple(Band(head.title, head.at + 1, head.columns, head.rows) for head in row) for row in heads)
    first = (Band(say("unit"), 0, 1, len(heads)), *bands[0])
    remark = Band(say("remark"), len(form.columns) + 1, 1, len(heads))
    rows = [[line.unit.name, *_figures(report, line.figures), _remark(line, say)] for line in report.lines]
    if len(report.lines) > 1:
        rows.append([say("total"), *_figures(report, report.total), ""])
    codes = tuple((column.printed or column.code, 12.0) for column in form.columns)
    return Sheet(
        title=form.code,
        headings=((say("columns"), 34.0), *codes, ("", 24.0)),
        rows=rows,
        above=(f"{say('form')} {form.code}", form.title, period, _days(report, say)),
        bands=((*first, remark), *bands[1:]),
    )


def _figures(report: Report, row: Any) -> list[int | float]:
    return [row[c.code] if c.scale == 1 else row[c.code] / c.scale for c in report.form.columns]


def _remark(line: Line, say: Callable[[str], str]) -> str:
    if line.sent is None:
        return say("missing")
    state = say("zero") if line.sent.is_zero else f"{say('sent')} {date_vi(local(line.sent.at))}"
    return f"{state}. {line.sent.remark}" if line.sent.remark else state


def _days(report: Report, say: Callable[[str], str]) -> str:
    first, last = date_vi(report.period.from_on), date_vi(report.period.until_on)
    return f"{say('from')} {first} {say('until')} {last}"


async def as_pdf(request: web.Request) -> web.Response:
    """Print a table as the paper to be signed; what was not sent says that it is provisional."""
    wanted, report = await _taken(request, "pdf")
    place, say = house(request), _say(request)
    unit_id = report.lines[0].unit.id if len(report.lines) == 1 else who(request).unit_id
    unit = await place.db.read(office.unit_card, unit_id)
    above = await place.db.read(office.unit_card, unit.parent_id) if unit.parent_id else None
    details = await place.db.read(queries_unit.unit_details, unit_id)
    form = report.form
    facts = {
        "parent_agency": above.name if above else "",
        "agency": unit.name,
        "place": details.locality,
        "date": paper_date(local(now(request)).date()) if report.missing == 0 else None,
        "form": form.code,
        "title": form.title,
        "period": period_name(request, report.period),
        "days": _days(report, say),
        "measures": sorted({column.measure for column in form.columns if column.measure}),
        "heads": [[_head(head) for head in row] for row in rules.headings(form)],
        "codes": [column.printed or column.code for column in form.columns],
        "rows": [
            [line.unit.name, *(rules.shown(line.figures[c.code], c) for c in form.columns), _remark(line, say)]
            for line in report.lines
        ],
        "total": [rules.shown(report.total[c.code], c) for c in form.columns] if len(report.lines) > 1 else [],
        "is_wide": len(form.columns) > _WIDE,
        "is_provisional": report.missing > 0,
        "printed_at": datetime_vi(now(request)),
        "system": place.settings.base_url,
    }
    return _file(await place.press.print("report", facts), PDF, wanted, "pdf")


def _head(head: rules.Heading) -> dict[str, object]:
    return {"title": head.title, "columns": head.columns, "rows": head.rows, "at": head.at}


def _file(body: bytes, content_type: str, wanted: Asked, suffix: str) -> web.Response:
    name = f"{wanted.table.form.slug}_{wanted.table.period.slug}.{suffix}"
    return web.Response(
        body=body,
        headers={
            hdrs.CONTENT_TYPE: content_type,
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"',
            hdrs.CACHE_CONTROL: "private, no-store",
        },
    )


ROUTES = (
    get(BASE + "/bieu/{form}/xlsx", as_xlsx, rules.READERS),
    get(BASE + "/bieu/{form}/pdf", as_pdf, rules.READERS),
)
