"""How petitions count and how complaints ended: what the tables need to be told by a person."""

from aiohttp import web

from server.errors import BadForm
from server.i18n import date_vi
from server.office.forms_fields import read_form
from server.pagekit import get, house, now, post, posted, render, see_other, who
from server.reports import actions_sorting, forms_entry, queries_sorting, rules, rules_sorting
from server.reports.pages import BASE
from server.reports.queries_sorting import Complaint, Petition
from server.reports.rules import Amount
from server.reports.rules_sorting import Result
from server.words_reports import Competence, Instance, OutsideWay, ResultWay, Standing

RESULT_FORM, EXECUTION_FORM = "01-kqgq-2024", "02-kqgq-2024"


async def to_sort(request: web.Request) -> web.Response:
    """List the petitions nobody has sorted yet."""
    waiting = await house(request).db.read(queries_sorting.to_sort, who(request))
    return await render(request, "reports/to_sort.html", waiting=waiting, most=queries_sorting.MOST)


async def sorting(request: web.Request) -> web.Response:
    """Show how one petition counts."""
    found = await house(request).db.read(queries_sorting.petition_for, who(request), request.match_info["code"])
    return await _sorting(request, found, _said(found))


def _said(found: Petition) -> dict[str, str]:
    said = found.said
    if said is None:
        usual = Competence.OUTSIDE if found.is_referred else Competence.OWN
        first = rules_sorting.OUTSIDE_WAYS[found.kind][0]
        return {
            "field": "",
            "standing": Standing.NEW.value,
            "instance": Instance.FIRST.value,
            "competence": usual.value,
            "direction": first.value if found.is_referred else "",
            "replied_on": "",
        }
    return {
        "field": said.field.value,
        "standing": said.standing.value,
        "instance": said.instance.value,
        "competence": said.competence.value,
        "direction": said.direction.value if said.direction else "",
        "replied_on": date_vi(said.replied_on),
    }


async def _sorting(
    request: web.Request, found: Petition, typed: dict[str, str], bad: BadForm | None = None
) -> web.Response:
    return await render(
        request,
        "reports/sorting.html",
        422 if bad else 200,
        errors=bad.fields if bad else {},
        petition=found,
        typed=typed,
        fields=rules_sorting.FIELDS[found.kind],
        standings=rules_sorting.STANDINGS[found.kind],
        instances=tuple(Instance),
        competences=tuple(Competence),
        directions=rules_sorting.OUTSIDE_WAYS[found.kind],
        is_complaint=OutsideWay.GUIDE in rules_sorting.OUTSIDE_WAYS[found.kind],
    )


async def sort(request: web.Request) -> web.Response:
    """Keep how a petition counts."""
    form, place, code = await posted(request), house(request), request.match_info["code"]
    try:
        told = read_form(forms_entry.SortingForm, dict(form)).as_sorting()
        await place.db.write(actions_sorting.sort_petition, who(request), now(request), code, told)
    except BadForm as bad:
        found = await place.db.read(queries_sorting.petition_for, who(request), code)
        return await _sorting(request, found, {name: str(form.get(name, "")) for name in _said(found)}, bad)
    return see_other(f"{BASE}/phan-loai?da=petition_sorted")


def _amounts() -> tuple[tuple[Amount, ...], tuple[Amount, ...]]:
    return rules.amounts(RESULT_FORM), rules.amounts(EXECUTION_FORM)


async def result(request: web.Request) -> web.Response:
    """Show how a complaint ended at one instance."""
    found = await house(request).db.read(queries_sorting.complaint_for, who(request), request.match_info["code"])
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
        findings=rules_sorting.FINDINGS[instance],
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
        await place.db.write(actions_sorting.record_result, who(request), now(request), code, told, parts)
    except BadForm as bad:
        found = await place.db.read(queries_sorting.complaint_for, who(request), code)
        names = _typed(None, Instance.FIRST)
        return await _result(request, found, {name: str(form.get(name, "")) for name in names}, bad)
    return see_other(f"/vu-viec/{code}?da=result_recorded")


ROUTES = (
    get(BASE + "/phan-loai", to_sort, rules_sorting.SORTERS),
    get(BASE + "/phan-loai/{code}", sorting, rules_sorting.SORTERS),
    post(BASE + "/phan-loai/{code}", sort, rules_sorting.SORTERS),
    get(BASE + "/ket-qua/{code}", result, rules_sorting.SORTERS),
    post(BASE + "/ket-qua/{code}", keep_result, rules_sorting.SORTERS),
)
