"""How complaints ended, and what is not classified yet: what the tables need to be told by a person."""

from aiohttp import web

from server.errors import BadForm
from server.i18n import date_vi
from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.reports import actions_results, forms_entry, queries_results, queries_unsorted, rules, rules_results
from server.reports.pages import BASE
from server.reports.queries_results import Complaint
from server.reports.rules import Amount
from server.reports.rules_results import Result
from server.words import Instance
from server.words_reports import ResultWay

RESULT_FORM, EXECUTION_FORM = "01-kqgq-2024", "02-kqgq-2024"


async def unsorted(request: web.Request) -> web.Response:
    """List what nobody has classified yet; each leads to its own page."""
    waiting = await house(request).db.read(queries_unsorted.unsorted, who(request))
    return await render(request, "reports/to_sort.html", waiting=waiting, most=queries_unsorted.MOST)


def _amounts() -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
    return rules.amounts(RESULT_FORM), rules.amounts(EXECUTION_FORM)


async def result(request: web.Request) -> web.Response:
    """Show how a complaint ended at one instance."""
    found = await house(request).db.read(queries_results.complaint_for, who(request), request.match_info["code"])
    instance = Instance.SECOND if request.query.get("lan") == "2" else Instance.FIRST
    return await _result(request, found, _typed(found.results.get(instance.value), instance))


def _typed(known: Result | None, instance: Instance) -> dict[str, str]:
    every = [amount for part in _amounts() for amount in part]
    if known is None:
        known_amounts: dict[str, int] = {}
        typed = {"way": ResultWay.DECISION.value, "finding": "", "decided_on": "", "is_in_time": "1"}
        typed |= {"has_execution": "", "executed_on": ""}
    else:
        known_amounts = dict(known.amounts)
        typed = {
            "way": known.way.value,
            "finding": known.finding.value if known.finding else "",
            "decided_on": date_vi(known.decided_on),
            "is_in_time": "1" if known.is_in_time else "",
            "has_execution": "1" if known.has_execution else "",
            "executed_on": date_vi(known.executed_on),
        }
    sums = {
        f"a_{a.name}": rules.shown(known_amounts[a.name], a.column) if known_amounts.get(a.name) else "" for a in every
    }
    return {"instance": instance.value, **typed, **sums}


async def _result(
    request: web.Request, found: Complaint, typed: dict[str, str], bad: BadForm | None = None
) -> web.Response:
    decided, carried_out = _amounts()
    instance = Instance.SECOND if typed["instance"] == Instance.SECOND.value else Instance.FIRST
    return await render(
        request,
        "reports/result.html",
        422 if bad else 200,
        errors=bad.fields if bad else {},
        complaint=found,
        typed=typed,
        ways=tuple(ResultWay),
        findings=rules_results.FINDINGS[instance],
        decided=decided,
        carried_out=carried_out,
    )


async def keep_result(request: web.Request) -> web.Response:
    """Keep how a complaint ended."""
    form, place, code = await posted(request), house(request), request.match_info["code"]
    every = tuple(amount for part in _amounts() for amount in part)
    parts = {amount.name: amount.whole for amount in every if amount.whole}
    try:
        told = forms_entry.result(form, every)
        await place.db.write(actions_results.record_result, who(request), now(request), code, told, parts)
    except BadForm as bad:
        found = await place.db.read(queries_results.complaint_for, who(request), code)
        names = _typed(None, Instance.FIRST)
        return await _result(request, found, {name: str(form.get(name, "")) for name in names}, bad)
    return see_other(f"/vu-viec/{code}?da=result_recorded")


ROUTES = (
    get(BASE + "/phan-loai", unsorted, rules_results.WRITERS),
    get(BASE + "/ket-qua/{code}", result, rules_results.WRITERS),
    post(BASE + "/ket-qua/{code}", keep_result, rules_results.WRITERS),
)
