"""Cases: the list, one case on one line of time, what is owed."""

import secrets
from typing import Any

from aiohttp import web

from server.cases import (
    actions,
    actions_work,
    forms,
    queries,
    queries_file,
    queries_lists,
    rules,
)
from server.cases.actions import NewFollowUp
from server.cases.actions_work import Progress
from server.cases.queries_lists import CaseFilter, OwedFilter
from server.errors import BadForm, FieldError, Refused, Stale
from server.house import House
from server.office.forms_fields import read_form
from server.pagekit import get, house, now, page_number, post, render, see_other, who
from server.steps import Doing, Typed, take, typed_in
from server.who import Who
from server.words import FollowUpVerb

_OPEN = {"dang-mo": True, "da-dong": False, "tat-ca": None}


async def case_list(request: web.Request) -> web.Response:
    """List the cases this person may open; the filter stands in the address."""
    which = request.query.get("loc", "dang-mo")
    wanted = CaseFilter(_OPEN.get(which, True), request.query.get("tim", "")[:100], page_number(request))
    found = await house(request).db.read(queries_lists.cases, who(request), wanted)
    return await render(request, "cases/list.html", found=found, wanted=wanted, which=which)


async def case_page(request: web.Request) -> web.Response:
    """Show one case; the look is written down."""
    await house(request).db.write(actions_work.note_view, who(request), now(request), request.match_info["code"])
    return await _show(request)


async def _show(
    request: web.Request,
    status: int = 200,
    errors: dict[str, FieldError] | None = None,
    typed: dict[str, str] | None = None,
    *,
    is_stale: bool = False,
) -> web.Response:
    here, place = who(request), house(request)
    code = request.match_info["code"]
    found = await place.db.read(queries_file.case_file, here, code, place.clock.today())
    may_assign = here.role in rules.CHECKERS
    assignable = await place.db.read(queries_file.assignable, found.case) if may_assign else []
    return await render(
        request,
        "cases/case.html",
        status,
        file=found,
        case=found.case,
        verbs=[verb.value for verb in rules.verbs(found.case.state, here.role)],
        may_work=here.role in rules.HANDLERS,
        may_assign=may_assign,
        assignable=assignable,
        owners=await place.db.read(queries_file.owners, found.case),
        shows_kind=queries_lists.kinds_shown(found.case.kind, here),
        shows_looks=queries_file.may_see_looks(here),
        may_draft=_may_draft(here) and here.unit_id == found.case.unit_id,
        owed_verbs=_owed_verbs(here, found.owed),
        key=secrets.token_hex(16),
        typed=typed or {},
        errors=errors or {},
        is_stale=is_stale,
    )


def _may_draft(here: Who) -> bool:
    """Whether this person drafts papers of the office: what is overdue can be urged by a letter."""
    return here.role in rules.CHECKERS


def _owed_verbs(here: Who, owed: tuple[queries_lists.Owed, ...]) -> dict[str, list[str]]:
    return {
        one.code: [
            verb.value
            for verb in rules.follow_up_verbs(
                one.state,
                is_owner=one.is_mine,
                is_checker=one.is_case_open_to_me and here.role in rules.CHECKERS,
            )
        ]
        for one in owed
    }


async def _do(request: web.Request, doing: Doing) -> web.Response:
    return await take(request, doing, _show, f"/vu-viec/{request.match_info['code']}", queries.case_for)


async def move(request: web.Request) -> web.Response:
    """Run one step of the case."""
    return await _do(request, _move)


async def _move(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.MoveForm, typed)
    code = request.match_info["code"]
    await house(request).db.write(actions_work.step, who(request), now(request), code, form.as_ruling(), form.version)
    return "case_moved"


async def assign(request: web.Request) -> web.Response:
    """Let an officer open the case."""
    return await _do(request, _assign)


async def _assign(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.AssignForm, typed)
    code = request.match_info["code"]
    await house(request).db.write(actions_work.assign, who(request), now(request), code, form.officer_id)
    return "assigned"


async def unassign(request: web.Request) -> web.Response:
    """End an assignment."""
    return await _do(request, _unassign)


async def _unassign(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.UnassignForm, typed)
    code = request.match_info["code"]
    await house(request).db.write(actions_work.end_assignment, who(request), now(request), code, form.assignment_id)
    return "unassigned"


async def meet(request: web.Request) -> web.Response:
    """Mark a term of law as met."""
    return await _do(request, _meet)


async def _meet(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.MetForm, typed)
    code = request.match_info["code"]
    term = (form.rule, form.started_on)
    await house(request).db.write(actions_work.meet_deadline, who(request), now(request), code, *term)
    return "deadline_met"


async def promise(request: web.Request) -> web.Response:
    """Add something someone owes by a date."""
    return await _do(request, _promise)


async def _promise(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.PromiseForm, typed)
    place, here = house(request), who(request)
    case = await place.db.read(queries.case_for, here, request.match_info["code"])
    owners = await place.db.read(queries_file.owners, case)
    if form.owner_unit_id not in {unit_id for unit_id, _ in owners}:
        raise BadForm({"owner_unit_id": FieldError("choice")})
    new = NewFollowUp(
        case.id, None, form.owner_unit_id, None, form.owner_name, form.words, form.due_on, here.own_key(form.key)
    )
    await place.db.write(actions.add_follow_up, here, now(request), new)
    return "follow_up_added"


async def owed_list(request: web.Request) -> web.Response:
    """List what this person owes or watches, soonest first."""
    return await _show_owed(request)


async def _show_owed(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    which = request.query.get("loc", "con-lai")
    place, here = house(request), who(request)
    found = await place.db.read(queries_lists.owed, here, OwedFilter(which), place.clock.today())
    return await render(
        request,
        "cases/owed.html",
        status,
        owed=found,
        which=which,
        owed_verbs=_owed_verbs(here, tuple(found)),
        may_draft=_may_draft(here),
        **{"errors": {}, "typed": {}, "is_stale": False, "wrong_code": "", **facts},
    )


async def progress(request: web.Request) -> web.Response:
    """Report a step of what is owed: started, finished with evidence, checked."""
    code = request.match_info["code"]
    typed = await typed_in(request)
    back = typed.pop("back", "")
    place, here = house(request), who(request)
    owed = await place.db.read(queries_lists.follow_up_for, here, code, place.clock.today())
    try:
        form = read_form(forms.ProgressForm, typed)
        if form.verb is FollowUpVerb.FINISH and not form.evidence:
            return await _show_owed(
                request,
                422,
                errors={f"evidence-{code}": FieldError("evidence_needed")},
                typed=typed,
                wrong_code=code,
            )
        step = Progress(form.verb, form.evidence, form.version)
        await place.db.write(actions_work.move_follow_up, here, now(request), code, step)
    except BadForm as bad:
        faults = {f"{name}-{code}": fault for name, fault in bad.fields.items()}
        return await _show_owed(request, 422, errors=faults, typed=typed, wrong_code=code)
    except Stale:
        return await _show_owed(request, 409, typed=typed, is_stale=True, wrong_code=code)
    except Refused as refused:
        if refused.code != "follow_up_flow":
            raise
        return await _show_owed(request, 409, typed=typed, is_stale=True, wrong_code=code)
    if back == "case" and owed.is_case_open_to_me:
        return see_other(f"/vu-viec/{owed.case_code}?da=follow_up_moved#viec")
    return see_other("/viec-theo-doi?da=follow_up_moved")


async def counters(place: House, here: Who) -> dict[str, int]:
    """Return what is late, for the rail: cases with a term of law that has passed, and promises."""
    if here.role not in rules.READERS:
        return {}
    today = place.clock.today()
    return {
        "cases": await place.db.read(queries_lists.due_soon_count, here, today),
        "follow_ups": await place.db.read(queries_lists.late_count, here, today),
    }


ROUTES = (
    get("/vu-viec", case_list, rules.READERS),
    get("/vu-viec/{code}", case_page, rules.READERS),
    post("/vu-viec/{code}/buoc", move, rules.HANDLERS),
    post("/vu-viec/{code}/giao", assign, rules.CHECKERS),
    post("/vu-viec/{code}/thoi-giao", unassign, rules.CHECKERS),
    post("/vu-viec/{code}/thoi-han", meet, rules.HANDLERS),
    post("/vu-viec/{code}/viec", promise, rules.HANDLERS),
    get("/viec-theo-doi", owed_list, rules.HANDLERS),
    post("/viec-theo-doi/{code}", progress, rules.HANDLERS),
)
