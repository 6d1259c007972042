"""Each step of a petition: read its form, run its action, say what was done."""

from collections.abc import Mapping

from aiohttp import web

from server.cases import forms as case_forms
from server.intake.rules_sorting import Sorting
from server.office.forms_fields import read_form
from server.pagekit import house, now, who
from server.petitions import actions, actions_parts, forms, queries, rules
from server.petitions.actions import Classified, Proposed
from server.petitions.actions_parts import Reopening, Withdrawal
from server.petitions.rules_people import Joining, NewStanding
from server.steps import Doing, Typed


def _code(request: web.Request) -> str:
    return request.match_info["code"]


async def _check(request: web.Request, typed: Typed) -> str:
    gaps = forms.gaps_of(typed)
    form = read_form(forms.CheckForm, {k: v for k, v in typed.items() if not k.startswith("gap_")})
    await house(request).db.write(actions.check, who(request), now(request), _code(request), gaps, form.version)
    return "petition_checked"


async def _classify(request: web.Request, typed: Typed) -> str:
    place, here, code = house(request), who(request), _code(request)
    if (await place.db.read(queries.petition_for, here, code)).state in rules.DIRECTED:
        told = read_form(forms.SortForm, typed)
        said = Sorting(told.petition_field, told.standing, replied_on=told.replied_on)
        await place.db.write(actions.sort, here, now(request), code, said, told.version)
        return "petition_classified"
    form = read_form(forms.ClassifyForm, typed)
    sorting, links = Sorting(form.petition_field, form.standing, form.instance), place.settings.key("links")
    found = Classified(form.kind, form.target, sorting, form.prior_decision, form.is_pending_elsewhere, links)
    is_gone = await place.db.write(actions.classify, here, now(request), code, found, form.version)
    if is_gone:
        raise web.HTTPSeeOther("/don?da=petition_routed")
    if not rules.may_open(here.role, form.kind, form.target):
        raise web.HTTPSeeOther("/don?da=petition_kept_apart")
    return "petition_classified"


async def _propose(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.ProposeForm, typed)
    found = Proposed(form.direction, form.directed_to, form.direction_words)
    await house(request).db.write(actions.propose, who(request), now(request), _code(request), found, form.version)
    return "petition_proposed"


async def _decide(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.DecideForm, typed)
    await house(request).db.write(
        actions.decide, who(request), now(request), _code(request), form.paper_number, form.version
    )
    return "petition_decided"


async def _send_back(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.SendBackForm, typed)
    await house(request).db.write(
        actions.send_back, who(request), now(request), _code(request), form.back_words, form.version
    )
    return "petition_sent_back"


async def _number(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.NumberForm, typed)
    await house(request).db.write(
        actions.set_number, who(request), now(request), _code(request), form.paper_number, form.version
    )
    return "petition_numbered"


async def _split(request: web.Request, typed: Typed) -> str:
    parts = forms.parts_of(typed)
    form = read_form(forms.VersionForm, {k: v for k, v in typed.items() if not k.startswith("part_")})
    await house(request).db.write(actions_parts.split, who(request), now(request), _code(request), parts, form.version)
    return "petition_split"


async def _repeat(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.RepeatForm, typed)
    await house(request).db.write(
        actions_parts.say_repeat, who(request), now(request), _code(request), form.first, form.version
    )
    return "petition_repeat_said"


async def _person(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.PersonForm, typed)
    joining = Joining(form.part, form.name, form.paper, form.is_certified, form.content)
    new = NewStanding(joining, form.id_number, form.phone, form.address)
    await house(request).db.write(
        actions_parts.add_person, who(request), now(request), _code(request), new, form.version
    )
    return "petition_person_added"


async def _content(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.ContentForm, typed)
    await house(request).db.write(
        actions_parts.add_content, who(request), now(request), _code(request), form.content_words, form.version
    )
    return "petition_content_added"


async def _withdraw(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.WithdrawForm, typed)
    new = Withdrawal(form.withdrawn_paper, form.withdrawn_on, form.number)
    await house(request).db.write(actions_parts.withdraw, who(request), now(request), _code(request), new, form.version)
    return "petition_withdrawn" if form.number is None else "petition_content_withdrawn"


async def _reopen(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.ReopenForm, typed)
    new = Reopening(form.number, form.is_forced, form.grounds)
    await house(request).db.write(
        actions_parts.reopen_content, who(request), now(request), _code(request), new, form.version
    )
    return "petition_content_reopened"


async def _resolution(request: web.Request, typed: Typed) -> str:
    form = read_form(case_forms.MoveForm, typed)
    await house(request).db.write(
        actions_parts.rule_case, who(request), now(request), _code(request), form.as_ruling(), form.version
    )
    return "case_moved"


async def _take_off(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.Secret, typed)
    place = house(request)
    gone = await place.db.write(
        actions_parts.take_off, who(request), now(request), _code(request), form.paper_reference, form.version
    )
    for stored_as in gone:
        place.files.drop(stored_as)
    return "taken_off"


STEPS: Mapping[str, Doing] = {
    "kiem-tra": _check,
    "phan-loai": _classify,
    "de-xuat": _propose,
    "duyet": _decide,
    "tra-lai": _send_back,
    "so-van-ban": _number,
    "tach": _split,
    "trung": _repeat,
    "nguoi": _person,
    "noi-dung": _content,
    "rut": _withdraw,
    "khoi-phuc": _reopen,
    "giai-quyet": _resolution,
    "bi-mat": _take_off,
}
"""Last part of the address → what it does."""
