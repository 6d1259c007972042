"""One term of law with its reckoning: start it, extend it, count it by another limit; the office's own limits."""

from typing import Any

from aiohttp import web

from server.cases import actions_terms, forms_terms, queries, queries_terms, rules, rules_terms
from server.cases.actions_terms import Variation
from server.errors import BadForm
from server.office.actions import NewValue, set_settings
from server.office.forms_fields import read_form
from server.office.pages import MAY_SET
from server.office.rules import SETTINGS
from server.pagekit import get, house, now, post, render, see_other, who
from server.steps import Doing, Typed, take, typed_in
from server.words import Complexity


async def term(request: web.Request) -> web.Response:
    """Show a term: from which day, by which article, how it moved, and what may be done about it."""
    return await _term(request)


async def _term(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    place, here = house(request), who(request)
    sheet = await place.db.read(queries_terms.term_sheet, here, *_place(request), place.clock.today())
    return await render(
        request,
        "cases/term.html",
        status,
        sheet=sheet,
        term=sheet.term,
        case=sheet.case,
        may_work=here.role in rules.HANDLERS and sheet.case.state not in rules.OVER,
        levels=[level.key for level in sheet.rule.limits],
        complexities=[word.value for word in sheet.rule.most_extensions],
        is_extendable=rules_terms.extension_fault(sheet.term.rule, sheet.term.extensions, Complexity.SPECIAL) is None,
        **{"errors": {}, "typed": {}, "is_stale": False, **facts},
    )


def _place(request: web.Request) -> tuple[str, int]:
    return request.match_info["code"], int(request.match_info["id"])


async def _do(request: web.Request, doing: Doing) -> web.Response:
    code, term_id = _place(request)
    return await take(request, doing, _term, f"/vu-viec/{code}/thoi-han/{term_id}")


async def extend(request: web.Request) -> web.Response:
    """Keep a decision to extend the term."""
    return await _do(request, _extend)


async def _extend(request: web.Request, typed: Typed) -> str:
    new = read_form(forms_terms.ExtendForm, typed).as_extension()
    await house(request).db.write(actions_terms.extend, who(request), now(request), *_place(request), new)
    return "term_extended"


async def vary(request: web.Request) -> web.Response:
    """Count the term by another limit of its rule."""
    return await _do(request, _vary)


async def _vary(request: web.Request, typed: Typed) -> str:
    form = read_form(forms_terms.VaryForm, typed)
    change = Variation(form.level, form.vary_ground)
    await house(request).db.write(actions_terms.vary, who(request), now(request), *_place(request), change)
    return "term_varied"


async def new_term(request: web.Request) -> web.Response:
    """Show the form that starts a term."""
    return await _new_term(request)


async def _new_term(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    place = house(request)
    case = await place.db.read(queries.case_for, who(request), request.match_info["code"])
    numbers = list(rules_terms.startable(case.kind))
    levels = {level.key for number in numbers for level in rules_terms.RULES[number].limits}
    return await render(
        request,
        "cases/term_new.html",
        status,
        case=case,
        rules={number: rules_terms.RULES[number] for number in numbers},
        levels=[key for key in rules_terms.LEVELS if key in levels],
        asks_for_day=any(rules_terms.RULES[number].is_given for number in numbers),
        **{"errors": {}, "typed": {}, **facts},
    )


async def start_term(request: web.Request) -> web.Response:
    """Start a term from the day of its event."""
    typed, code = await typed_in(request), request.match_info["code"]
    # Asked first: a wrong field must not tell that a case exists.
    await house(request).db.read(queries.case_for, who(request), code)
    try:
        new = read_form(forms_terms.TermForm, typed).as_term()
        await house(request).db.write(actions_terms.start_term, who(request), now(request), code, new)
    except BadForm as bad:
        return await _new_term(request, 422, errors=bad.fields, typed=typed)
    return see_other(f"/vu-viec/{code}?da=term_started#thoi-han")


async def limits(request: web.Request) -> web.Response:
    """Show the limits of law and the office's own, which may only be shorter."""
    own = await house(request).db.read(queries_terms.own_limits, who(request).unit_id)
    return await _limits(request, {name: str(count) for name, count in own.items()})


async def _limits(request: web.Request, values: dict[str, str], bad: BadForm | None = None) -> web.Response:
    return await render(
        request,
        "cases/limits.html",
        422 if bad else 200,
        rules={number: rule for number, rule in rules_terms.RULES.items() if _settings(rule)},
        values=values,
        errors=bad.fields if bad else {},
    )


def _settings(rule: rules_terms.Rule) -> list[str]:
    return [limit.setting for limit in rule.limits.values() if limit.setting]


async def change_limits(request: web.Request) -> web.Response:
    """Keep the office's own limits; terms that run already keep their dates."""
    typed, place, here = await typed_in(request), house(request), who(request)
    names = {name for rule in rules_terms.RULES.values() for name in _settings(rule)}
    given = {name: typed.get(name, str(SETTINGS[name].default)) for name in names}
    try:
        entries = forms_terms.own_limits(given)
    except BadForm as bad:
        return await _limits(request, given, bad)
    values = [NewValue(here.unit_id, name, value) for name, value in sorted(entries.items())]
    await place.db.write(set_settings, here, now(request), values)
    return see_other("/cai-dat/thoi-han?da=limits_changed")


ROUTES = (
    get("/vu-viec/{code}/thoi-han/moi", new_term, rules.HANDLERS),
    post("/vu-viec/{code}/thoi-han/moi", start_term, rules.HANDLERS),
    get(r"/vu-viec/{code}/thoi-han/{id:\d{1,9}}", term, rules.READERS),
    post(r"/vu-viec/{code}/thoi-han/{id:\d{1,9}}/gia-han", extend, rules.HANDLERS),
    post(r"/vu-viec/{code}/thoi-han/{id:\d{1,9}}/muc", vary, rules.HANDLERS),
    get("/cai-dat/thoi-han", limits, MAY_SET),
    post("/cai-dat/thoi-han", change_limits, MAY_SET),
)
