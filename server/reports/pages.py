"""Reports: the desk with its dashboard, a table, what stands behind a figure, changing a figure, sending."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from server.clock import local
from server.errors import BadForm, Fact
from server.i18n import date_vi
from server.office.forms_fields import read_form
from server.pagekit import get, house, locale, now, page_number, post, posted, render, see_other, who
from server.reports import (
    actions,
    forms_entry,
    queries,
    queries_dashboard,
    rules,
    rules_charts,
    rules_period,
    rules_results,
)
from server.reports.actions import Changing, Table
from server.reports.queries import Report
from server.reports.rules_period import Period
from server.words_reports import PeriodKind

BASE = "/bao-cao"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for: a table, a period, one unit or all that the person may see."""

    table: Table
    unit: str

    @property
    def query(self) -> str:
        """The address of the same thing after the question mark."""
        return urlencode({"ky": self.table.period.slug, **({"don-vi": self.unit} if self.unit else {})})


def asked(request: web.Request) -> Asked:
    """Read the address. Raises NotHere for a table nobody knows, BadForm for days that cannot be."""
    usual = rules_period.current(PeriodKind.YEAR, local(now(request)).date())
    form = rules.form_named(request.match_info["form"])
    period = forms_entry.period_asked(dict(request.query), usual)
    return Asked(Table(form, period), request.query.get("don-vi", ""))


def period_name(request: web.Request, period: Period) -> str:
    """Return how a period is called: ``Quý 1 năm 2026``."""
    facts: dict[str, Fact] = {
        "number": period.number,
        "year": period.year,
        "from_on": date_vi(period.from_on),
        "until_on": date_vi(period.until_on),
    }
    return house(request).words.find("labels", f"report_period.{period.kind.value}", locale(request), facts)


def choices(request: web.Request, chosen: Period) -> list[tuple[str, str]]:
    """Return the periods offered: this year's and last year's, and the one in view."""
    this = rules_period.current(PeriodKind.YEAR, local(now(request)).date()).year
    offered = [
        rules_period.period(kind, year, number)
        for year in (this, this - 1)
        for kind in (
            PeriodKind.YEAR,
            PeriodKind.NINE_MONTHS,
            PeriodKind.SIX_MONTHS,
            PeriodKind.QUARTER,
            PeriodKind.MONTH,
        )
        for number in (range(1, 12 // rules_period.MONTHS_OF[kind] + 1) if kind in rules_period.NUMBERED else (1,))
    ]
    if chosen not in offered:
        offered.insert(0, chosen)
    return [(one.slug, period_name(request, one)) for one in offered]


async def desk(request: web.Request) -> web.Response:
    """Show how the work stands, and lead to the tables."""
    place, here = house(request), who(request)
    today = local(now(request)).date()
    units = await place.db.read(queries.scope, here)
    seen = await place.db.read(queries_dashboard.dashboard, units, today)
    chart = rules_charts.stacked([(f"{month.month}/{month.year % 100:02d}", ways) for month, ways in seen.by_month])
    return await render(
        request,
        "reports/desk.html",
        forms=rules.all_forms(),
        seen=seen,
        chart=chart,
        units=units,
        may_sort=here.role in rules_results.WRITERS,
        period=rules_period.current(PeriodKind.YEAR, today),
    )


async def table(request: web.Request) -> web.Response:
    """Show a table: one unit as a list of its columns, many as the printed table."""
    try:
        wanted = asked(request)
    except BadForm as bad:
        return await _table(request, _usual(request), bad, 422)
    return await _table(request, wanted)


def _usual(request: web.Request) -> Asked:
    usual = rules_period.current(PeriodKind.YEAR, local(now(request)).date())
    return Asked(Table(rules.form_named(request.match_info["form"]), usual), request.query.get("don-vi", ""))


async def _table(request: web.Request, wanted: Asked, bad: BadForm | None = None, status: int = 200) -> web.Response:
    place, here = house(request), who(request)
    units, report = await place.db.read(queries.asked_for, here, wanted.table.form, wanted.table.period, wanted.unit)
    own = next((line for line in report.lines if line.unit.id == here.unit_id), None)
    is_single = len(report.lines) == 1
    changes = (
        await place.db.read(queries.corrections, report.form, report.period, report.lines[0].unit.id)
        if is_single
        else ()
    )
    return await render(
        request,
        "reports/table.html",
        status,
        errors=bad.fields if bad else {},
        report=report,
        units=units,
        wanted=wanted,
        period_name=period_name(request, report.period),
        periods=choices(request, report.period),
        typed={"tu": request.query.get("tu", ""), "den": request.query.get("den", "")},
        heads=rules.headings(report.form),
        rows=_rows(report),
        total=[rules.shown(report.total[c.code], c) for c in report.form.columns],
        changes=[(report.form.column(one.column), one) for one in changes],
        shown=rules.shown,
        is_single=is_single,
        may_correct=own is not None and is_single and here.role in rules.CORRECTORS,
        may_send=own is not None and is_single and here.role in rules.SENDERS,
        is_over=report.period.until_on < local(now(request)).date(),
        kept_years=rules_period.KEPT_YEARS[report.period.kind],
        key=uuid.uuid4().hex,
    )


def _rows(report: Report) -> list[list[tuple[str, bool, bool]]]:
    """Each line's figures as printed, whether there is something behind them, whether changed by hand."""
    columns = report.form.columns
    return [
        [
            (
                rules.shown(line.figures[c.code], c),
                line.counted[c.code] > 0,
                line.present[c.code] != line.counted[c.code],
            )
            for c in columns
        ]
        for line in report.lines
    ]


async def behind(request: web.Request) -> web.Response:
    """List the matters behind a figure; of denunciations only how many. Looking is logged."""
    wanted, place, here = asked(request), house(request), who(request)
    column = wanted.table.form.column(request.query.get("cot", ""))
    units = queries.chosen(await place.db.read(queries.scope, here), wanted.unit)
    found = await place.db.read(queries.behind, here, column, wanted.table.period, units, page_number(request))
    await place.db.write(actions.note_looked_behind, here, now(request), wanted.table, column.code, len(units))
    return await render(
        request,
        "reports/behind.html",
        wanted=wanted,
        column=column,
        found=found,
        unit_name=units[0].name if len(units) == 1 else "",
        period_name=period_name(request, wanted.table.period),
    )


async def correction(request: web.Request) -> web.Response:
    """Show the form that changes figures of one's own unit."""
    wanted, here = asked(request), who(request)
    line = await house(request).db.read(actions.own_line, here, wanted.table)
    typed = {f"c{c.code}": rules.shown(line.present[c.code], c) for c in wanted.table.form.columns}
    return await _correction(request, wanted, {**typed, "ground": "", "key": uuid.uuid4().hex})


async def _correction(
    request: web.Request, wanted: Asked, typed: dict[str, str], bad: BadForm | None = None
) -> web.Response:
    line = await house(request).db.read(actions.own_line, who(request), wanted.table)
    return await render(
        request,
        "reports/correction.html",
        422 if bad else 200,
        errors=bad.fields if bad else {},
        wanted=wanted,
        line=line,
        typed=typed,
        shown=rules.shown,
        period_name=period_name(request, wanted.table.period),
    )


async def correct(request: web.Request) -> web.Response:
    """Keep changed figures; a row whose sums fail is refused at the field."""
    form, wanted = await posted(request), asked(request)
    try:
        told = forms_entry.corrected(wanted.table.form, form)
        changing = Changing(told.figures, told.ground, who(request).own_key(told.key))
        await house(request).db.write(actions.correct, who(request), now(request), wanted.table, changing)
    except BadForm as bad:
        names = [*(f"c{c.code}" for c in wanted.table.form.columns), "ground", "key"]
        return await _correction(request, wanted, {n: str(form.get(n, "")) for n in names}, bad)
    return see_other(f"{BASE}/bieu/{wanted.table.form.slug}?{wanted.query}&da=report_corrected")


async def send(request: web.Request) -> web.Response:
    """Close the table of one's own unit and send it up."""
    form, wanted = await posted(request), asked(request)
    try:
        told = read_form(forms_entry.SendForm, dict(form))
    except BadForm as bad:
        return await _table(request, wanted, bad, 422)
    key = who(request).own_key(told.key)
    await house(request).db.write(actions.send, who(request), now(request), wanted.table, told.remark, key)
    return see_other(f"{BASE}/bieu/{wanted.table.form.slug}?{wanted.query}&da=report_sent")


ROUTES = (
    get(BASE, desk, rules.READERS),
    get(BASE + "/bieu/{form}", table, rules.READERS),
    get(BASE + "/bieu/{form}/chi-tiet", behind, rules.READERS),
    get(BASE + "/bieu/{form}/sua", correction, rules.CORRECTORS),
    post(BASE + "/bieu/{form}/sua", correct, rules.CORRECTORS),
    post(BASE + "/bieu/{form}/chot", send, rules.SENDERS),
)
