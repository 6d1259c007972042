"""Petitions: the register, entering one, one petition with every step of handling it."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from aiohttp import web

from server.cases import rules as case_rules
from server.errors import BadForm, FieldError, NotHere
from server.house import House
from server.intake import actions as intake_actions
from server.intake import pages_draft as drafts
from server.intake import queries as intake
from server.intake import rules_files
from server.intake.actions_register import NewPaper, NewPerson
from server.intake.pages_lookup import sent_file
from server.intake.rules_sorting import choices
from server.office.forms_fields import read_form
from server.pagekit import get, house, now, page_number, post, render, see_other, who
from server.petitions import actions, actions_parts, forms, pages_steps, queries, queries_file, rules, rules_competence
from server.petitions.actions import NewPetition
from server.petitions.queries import PetitionFilter
from server.steps import take, typed_in
from server.who import Who
from server.words import Gap, Kind, PetitionState, PetitionVerb

WHICH = ("dang-xu-ly", "cho-duyet", "tat-ca")
_Typed = Mapping[str, str]


async def petition_list(request: web.Request) -> web.Response:
    """List the petitions of the unit; the filter stands in the address."""
    which = request.query.get("loc", WHICH[0])
    wanted = PetitionFilter(
        which if which in WHICH else WHICH[0], request.query.get("tim", "")[:100], page_number(request)
    )
    found = await house(request).db.read(queries.petitions, who(request), wanted)
    may_enter = who(request).role in rules.SORTERS
    return await render(request, "petitions/list.html", found=found, wanted=wanted, may_enter=may_enter)


async def new_page(request: web.Request) -> web.Response:
    """Show the form for a petition; ``?dang-ky=`` takes over what a registration says, and that look is written down."""
    typed = {"kind": Kind.COMPLAINT.value, "key": secrets.token_hex(16), "group_size": "1", "instance": "first"}
    code = request.query.get("dang-ky", "")
    if code:
        await house(request).db.write(intake_actions.note_view, who(request), now(request), code)
        source = await house(request).db.read(intake.request_for, who(request), code)
        typed |= {
            "request": source.code,
            "kind": source.kind.value,
            "title": source.subject,
            "name": source.citizen.name,
            "group_size": str(source.group_size),
            "body_concerned": source.body_concerned,
        }
    return await _new(request, typed)


async def _new(
    request: web.Request, typed: _Typed, status: int = 200, errors: dict[str, FieldError] | None = None
) -> web.Response:
    today = house(request).clock.today()
    shown = {"received_on": f"{today:%d/%m/%Y}", **typed}
    return await render(request, "petitions/new.html", status, typed=shown, errors=errors or {})


async def enter(request: web.Request) -> web.Response:
    """Enter a petition into the register."""
    typed = await typed_in(request)
    place, here = house(request), who(request)
    try:
        form = read_form(forms.NewForm, typed)
        faults = forms.received_fault(form.received_on, place.clock.today())
        if faults:
            raise BadForm(faults)
    except BadForm as bad:
        return await _new(request, {"key": secrets.token_hex(16), **typed}, 422, bad.fields)
    code = await place.db.write(actions.lodge, here, now(request), replace(_petition(form), key=here.own_key(form.key)))
    return see_other(f"/don/{code}?da=petition_lodged")


def _petition(form: forms.NewForm) -> NewPetition:
    person = NewPerson(form.name, form.phone, id_number=form.id_number, address=form.address)
    return NewPetition(
        kind=form.kind,
        title=form.title,
        received_on=form.received_on,
        key=form.key,
        person=None if form.request or form.is_anonymous else person,
        request_code=form.request,
        is_anonymous=form.is_anonymous,
        body_concerned=form.body_concerned,
        contents=form.each_content,
        group_size=form.group_size,
        instance=form.instance,
        prior_decision=form.prior_decision,
    )


async def petition_page(request: web.Request) -> web.Response:
    """Show one petition; the look is written down."""
    await house(request).db.write(actions.note_view, who(request), now(request), request.match_info["code"])
    return await _show(request)


async def _show(
    request: web.Request,
    status: int = 200,
    errors: dict[str, FieldError] | None = None,
    typed: _Typed | None = None,
    **facts: Any,
) -> web.Response:
    here, place = who(request), house(request)
    found = await place.db.read(queries_file.petition_file, here, request.match_info["code"])
    me = found.petition
    verbs = {verb.value for verb in rules.verbs(me.state, here.role)}
    counted = rules_competence.gaps_that_count(
        me.kind, frozenset(Gap(gap) for gap in me.gaps), is_anonymous=me.is_anonymous
    )
    return await render(
        request,
        "petitions/petition.html",
        status,
        file=found,
        p=me,
        case=found.case,
        case_verbs=_case_verbs(here, found),
        verbs=verbs,
        decision=me.direction.value if me.direction and me.direction.value in verbs else "",
        asked=_asked(me),
        counted={gap.value for gap in counted},
        is_open=me.state in rules.OPEN and here.role in rules.SORTERS,
        is_numbered=me.state not in rules.DIRECTED or me.direction in rules.WITHOUT_PAPER or bool(me.paper_number),
        may_sort=here.role in rules.SORTERS,
        is_directed=me.state in rules.DIRECTED,
        sortings=choices(me.kind if me.state in rules.DIRECTED else None),
        typed=typed or {},
        errors=errors or {},
        today=place.clock.today(),
        accept=rules_files.ACCEPT,
        megabytes=place.settings.upload_megabytes,
        **{"is_stale": False, "step": "", **facts},
    )


def _case_verbs(here: Who, found: queries_file.PetitionFile) -> list[str]:
    """What this person may do to the resolution from here."""
    if found.case is None or found.petition.state not in {PetitionState.ACCEPTED, PetitionState.WITHDRAWN}:
        return []
    able = case_rules.verbs(found.case.state, here.role)
    return [verb.value for verb in case_rules.FOR_PETITION if verb in able]


def _asked(me: queries.PetitionCard) -> list[str]:
    """The gaps that matter for this petition, in the order of the law's list."""
    if me.is_anonymous:
        return [gap.value for gap in (Gap.NO_BODY, Gap.NO_CONTENT, Gap.NO_EVIDENCE)]
    return [gap.value for gap in rules_competence.ASKED[me.kind]]


async def step(request: web.Request) -> web.Response:
    """Run one step; what was typed stays when a field is wrong or somebody was quicker."""
    code, name = request.match_info["code"], request.match_info["step"]
    doing = pages_steps.STEPS.get(name)
    if doing is None:
        raise NotHere
    return await take(request, doing, partial(_show, step=name), f"/don/{code}", queries.petition_for)


async def add_appointment(request: web.Request) -> web.Response:
    """Hang the written appointment of representatives onto a petition, brought to the desk."""
    code, here, place = request.match_info["code"], who(request), house(request)
    await place.db.read(queries.petition_for, here, code)
    papers: tuple[NewPaper, ...] = ()
    try:
        papers = await drafts.one_appointment(request)
        is_new = await place.db.write(actions_parts.add_appointment, here, now(request), code, papers[0])
    except BadForm as bad:
        return await _show(request, 422, bad.fields, step="van-ban-cu")
    except Exception:
        drafts.drop(request, papers)
        raise
    if not is_new:
        drafts.drop(request, papers)
    return see_other(f"/don/{code}?da=appointment_added")


async def appointment(request: web.Request) -> web.StreamResponse:
    """Give the written appointment of representatives; written down."""
    here, place, code = who(request), house(request), request.match_info["code"]
    found = await place.db.read(queries_file.petition_file, here, code)
    if found.appointment is None:
        raise NotHere
    await place.db.write(actions.note_view, here, now(request), code)
    return sent_file(place, found.appointment)


async def split_guide(request: web.Request) -> web.Response:
    """Show the guide to splitting a mixed petition, for paper; the look is written down."""
    db, code = house(request).db, request.match_info["code"]
    found = await db.read(queries_file.petition_file, who(request), code)
    if PetitionVerb.SPLIT not in rules.PETITION_FLOW[found.petition.state] and not found.parts:
        raise NotHere
    await db.write(actions.note_view, who(request), now(request), code)
    return await render(request, "petitions/split_guide.html", file=found, p=found.petition)


async def counters(place: House, here: Who) -> dict[str, int]:
    """Return how many petitions wait for this person, for the rail."""
    if here.role not in rules.SORTERS:
        return {}
    return {"petitions": await place.db.read(queries.waiting, here)}


ROUTES = (
    get("/don", petition_list, rules.READERS),
    get("/don/moi", new_page, rules.SORTERS),
    post("/don/moi", enter, rules.SORTERS),
    get("/don/{code}", petition_page, rules.READERS),
    get("/don/{code}/van-ban-cu", appointment, rules.READERS),
    post("/don/{code}/van-ban-cu", add_appointment, rules.SORTERS),
    get("/don/{code}/huong-dan-tach", split_guide, rules.SORTERS),
    post("/don/{code}/{step}", step, rules.SORTERS),
)
