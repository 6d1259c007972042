"""The public registration: one group of questions a page, without JavaScript, nothing lost.

Each step is an address of its own. What is typed is kept (encrypted, with the browser's key) as
soon as it is sent, right or wrong, so a reload, the back button or a telephone that closes the page
to open its camera loses nothing.
"""

from typing import Any

from aiohttp import web

from server.errors import BadForm, FieldError, NotHere
from server.intake import actions_citizen, actions_register, forms, pages_meet, queries_known, rules, rules_files
from server.intake import pages_draft as drafts
from server.intake.actions_register import NewPaper, NewPerson, NewRequest
from server.intake.pages_draft import Draft
from server.intake.pages_meet import check_day, count, count_registration, give_receipt, officer_here, ward_of
from server.intake.queries import Person
from server.office import queries as office
from server.office.forms_fields import read_form
from server.office.queries import UnitCard
from server.pagekit import (
    get,
    house,
    locale,
    now,
    post,
    posted,
    render,
    see_other,
)
from server.who import Who
from server.words import Kind

TEMPLATES = {
    "noi-tiep": "intake/step_where.html",
    "nguoi": "intake/step_who.html",
    "cach-tiep": "intake/step_how.html",
    "dai-dien": "intake/step_spokespeople.html",
    "noi-dung": "intake/step_matter.html",
    "giay-to": "intake/step_papers.html",
    "gui": "intake/step_check.html",
}
_BUTTONS = {"go", "key"}
_OUTSIDE = ("noi-tiep", "nguoi", "noi-dung")
"""Steps whose answers are right or wrong by the day it is and by what the office has."""


def _step(request: web.Request) -> str:
    step = request.match_info.get("step", drafts.STEPS[0])
    if step not in drafts.STEPS:
        raise NotHere("no_such_page")
    return step


async def step_page(request: web.Request) -> web.Response:
    """Show one step with what was typed before; a step too far leads back to the first open one."""
    step = _step(request)
    draft = await drafts.load(request)
    if draft is None:
        if step != drafts.STEPS[0]:
            return see_other("/dang-ky?da=draft_gone")
        draft = drafts.new()
    order, first = drafts.order(draft), drafts.first_open(draft)
    if step not in order or order.index(step) > order.index(first):
        return see_other(drafts.path(first))
    return await _show(request, draft, step)


async def _show(
    request: web.Request,
    draft: Draft,
    step: str,
    status: int = 200,
    errors: dict[str, FieldError] | None = None,
) -> web.Response:
    wards = await house(request).db.read(office.wards)
    typed = draft.answers.get(step, {})
    if step == drafts.STEPS[0] and not typed:
        typed = {"unit": request.query.get("phuong", wards[0].code if len(wards) == 1 else "")}
    ward = _ward(wards, draft)
    known: list[Person] = []
    if step == "nguoi" and (officer := officer_here(request)) is not None:
        known, typed = await _offer_known(request, officer, typed)
    shown: dict[str, Any] = {"unit": ward} if ward is not None else {}
    return await render(
        request,
        TEMPLATES[step],
        status,
        errors=errors or {},
        typed=typed,
        answers=draft.answers,
        files=draft.files,
        known=known,
        asked=request.query.get("quen", ""),
        key=draft.key,
        wards=wards,
        unit_chosen=ward,
        action=drafts.path(step),
        is_correcting="sua" in request.query,
        has_draft=bool(draft.answers),
        most_files=rules_files.MOST_FILES,
        accept=rules_files.ACCEPT,
        megabytes=house(request).settings.upload_megabytes,
        whole=drafts.whole(draft) if step == drafts.STEPS[-1] else None,
        **_place_in_order(draft, step),
        **shown,
    )


async def _offer_known(
    request: web.Request, officer: Who, typed: dict[str, str]
) -> tuple[list[Person], dict[str, str]]:
    """At the desk: who registered before with this telephone or number, and the form filled with one of them."""
    place, chosen = house(request), request.query.get("dung", "")
    if request.method == "GET" and chosen.isascii() and chosen.isdigit() and len(chosen) <= 9:  # noqa: PLR2004 longer is no id
        found = await place.db.write(actions_register.take_known, officer, now(request), int(chosen))
        return [], forms.as_typed(found)
    numbers = (request.query.get("quen", "")[:40], typed.get("phone", ""), typed.get("id_number", ""))
    return await place.db.read(queries_known.known_citizens, officer, *numbers), typed


def _place_in_order(draft: Draft, step: str) -> dict[str, Any]:
    order, size = drafts.order(draft), drafts.group_size(draft)
    place = order.index(step)
    least, most = rules.representatives_allowed(size)
    return {
        "order": order,
        "place_in_order": place,
        "back": drafts.path(order[place - 1]) if place else "/",
        "group_size": size,
        "spokespeople_least": least,
        "spokespeople_most": most,
        "needs_paper": rules.needs_appointment_paper(size),
        "lacks_appointment": drafts.lacks_appointment(draft),
    }


def _ward(wards: list[UnitCard], draft: Draft) -> UnitCard | None:
    code = draft.answers.get(drafts.STEPS[0], {}).get("unit")
    return next((ward for ward in wards if ward.code == code), None)


async def send_step(request: web.Request) -> web.StreamResponse:
    """Keep what was typed, then check it: on to the next step, or the page with what is wrong."""
    step = _step(request)
    if step == "giay-to":
        return await _send_papers(request)
    if step == "gui":
        return await _send_all(request)
    form = await posted(request)
    draft = await drafts.load(request)
    if draft is None:
        if step != drafts.STEPS[0]:
            return see_other("/dang-ky?da=draft_gone")
        draft = drafts.new()
    typed = {k: v for k, v in form.items() if isinstance(v, str) and k not in _BUTTONS}
    go = str(form.get("go", ""))
    if step == drafts.STEPS[0] and typed.get("kind") == Kind.DENUNCIATION:
        # Never kept, not even as a draft: the content step must not open (F41).
        return see_other(f"/dang-ky/to-cao?phuong={_ascii(typed.get('unit', ''))}")
    draft.answers[step] = typed
    try:
        drafts.check(draft, step)
        await _check_outside(request, step, typed)
    except BadForm as bad:
        answer = await _show(request, draft, step, 422, bad.fields)
        await drafts.save(request, draft, answer)
        return answer
    answer = see_other(_next(draft, step, go))
    await drafts.save(request, draft, answer)
    return answer


def _ascii(code: str) -> str:
    return code if code.isascii() and code.replace("-", "").isalnum() else ""


def _next(draft: Draft, step: str, go: str) -> str:
    order = drafts.order(draft)
    if go == "check":
        return drafts.path(drafts.first_open(draft))
    return drafts.path(order[order.index(step) + 1])


async def _check_outside(request: web.Request, step: str, typed: dict[str, str]) -> None:
    db = house(request).db
    if step == "noi-tiep":
        ward_of(await db.read(office.wards), typed.get("unit", ""))
    if step == "nguoi":
        born = read_form(forms.WhoForm, typed).born
        if born is not None and born.first_on > house(request).clock.today():
            raise BadForm({"born": FieldError("born_to_come")})
    if step == "noi-dung":
        matter = read_form(forms.MatterForm, typed)
        calendar = await db.read(office.calendar)
        check_day(matter.preferred_on, house(request).clock.today(), calendar)


async def _send_papers(request: web.Request) -> web.StreamResponse:
    draft = await drafts.load(request)
    if draft is None:
        return see_other("/dang-ky?da=draft_gone")
    try:
        form = await posted(request, has_files=True)
    except web.HTTPRequestEntityTooLarge:
        return await _show(request, draft, "giay-to", 413, {"files": drafts.too_large(request)})
    except BadForm:
        return await _show(request, draft, "giay-to", 422, {"files": FieldError("upload_broken")})
    go = str(form.get("go", ""))
    later = "1" if form.get("appointment_later") == "1" else ""
    draft.answers["giay-to"] = {"seen": "1", "appointment_later": later}
    try:
        if go.startswith("drop:"):
            await _drop_file(request, draft, go.removeprefix("drop:"))
        else:
            await _add_files(request, draft, form.getall(drafts.APPOINTMENT, []), drafts.APPOINTMENT)
            await _add_files(request, draft, form.getall("files", []), "files")
        if go not in {"more", ""} and not go.startswith("drop:"):
            drafts.check(draft, "giay-to")
    except BadForm as bad:
        answer = await _show(request, draft, "giay-to", 422, bad.fields)
        await drafts.save(request, draft, answer)
        return answer
    stays = go == "more" or go.startswith("drop:")
    answer = see_other(drafts.path("giay-to" if stays else drafts.first_open(draft)))
    await drafts.save(request, draft, answer)
    return answer


async def _add_files(request: web.Request, draft: Draft, given: list[Any], field: str) -> None:
    if drafts.has_files(given):
        await count(request, "upload", 120)
    found = await drafts.uploads(request, given, rules_files.MOST_FILES - len(draft.files), field)
    for one in found:
        number = 1 + max((int(f["id"]) for f in draft.files), default=0)
        await drafts.box(request).keep_file(draft.token, f"{number}.file", one.content)
        draft.files.append(
            {
                "id": number,
                "name": one.name,
                "type": one.content_type,
                "suffix": one.suffix,
                "bytes": len(one.content),
                "is_appointment": one.is_appointment,
            }
        )


async def _drop_file(request: web.Request, draft: Draft, number: str) -> None:
    for one in list(draft.files):
        if str(one["id"]) == number:
            draft.files.remove(one)
            await drafts.box(request).drop_file(draft.token, f"{one['id']}.file")


async def _send_all(request: web.Request) -> web.StreamResponse:
    form = await posted(request)
    draft = await drafts.load(request)
    place = house(request)
    if draft is None:
        found = await place.db.read(actions_citizen.by_key, str(form.get("key", "")))
        return await give_receipt(request, found, None) if found else see_other("/dang-ky?da=draft_gone")
    first = drafts.first_open(draft)
    if first != drafts.STEPS[-1]:
        return see_other(drafts.path(first))
    unit = _ward(await place.db.read(office.wards), draft)
    papers: tuple[NewPaper, ...] = ()
    if unit is None:
        return see_other("/dang-ky")
    for step in _OUTSIDE:
        # A draft keeps wrong words too, and every step can be opened by its address.
        try:
            await _check_outside(request, step, draft.answers.get(step, {}))
        except BadForm as bad:
            return await _show(request, draft, step, 422, bad.fields)
    if await place.db.read(actions_citizen.by_key, draft.key) is None:
        await count_registration(request, drafts.whole(draft).who.phone)
    try:
        papers = await drafts.put_away(request, await _kept_files(request, draft))
        new = _new_request(request, draft, unit, papers)
        done = await place.db.write(actions_register.register, now(request), new, officer_here(request))
    except Exception:
        drafts.drop(request, papers)
        raise
    if not done.is_new:
        drafts.drop(request, papers)
    return await give_receipt(request, done, draft)


async def _kept_files(request: web.Request, draft: Draft) -> list[drafts.Upload]:
    found: list[drafts.Upload] = []
    for one in draft.files:
        content = await drafts.box(request).read_file(draft.token, f"{one['id']}.file")
        if content is not None:
            is_appointment = bool(one.get("is_appointment"))
            found.append(drafts.Upload(one["name"], content, one["type"], one["suffix"], is_appointment))
    return found


def _new_request(request: web.Request, draft: Draft, unit: UnitCard, papers: tuple[NewPaper, ...]) -> NewRequest:
    whole = drafts.whole(draft)
    who, how, matter = whole.who, whole.how, whole.matter
    return NewRequest(
        unit_id=unit.id,
        kind=whole.where.kind,
        subject=matter.subject,
        person=NewPerson(
            name=who.name,
            phone=who.phone,
            email=who.email,
            id_kind=who.id_kind,
            id_number=who.number,
            id_issued_on=who.id_issued_on,
            id_issued_by=who.id_issued_by,
            born=who.born,
            sex=who.sex,
            address=who.address,
        ),
        key=draft.key,
        content=matter.content,
        demand=matter.demand,
        body_concerned=matter.body_concerned,
        prior_resolution=matter.prior_resolution,
        place=how.place,
        interpreter=how.interpreter,
        support_needed=how.support_needed,
        group_size=how.group_size,
        representatives=whole.spokespeople,
        preferred_on=matter.preferred_on,
        papers=papers,
        locale=locale(request),
        card_note=who.card_note if who.confirm_card else "",
    )


async def start_over(request: web.Request) -> web.StreamResponse:
    """Throw the draft away."""
    await posted(request)
    answer = see_other("/dang-ky?da=draft_dropped")
    await drafts.forget(request, await drafts.load(request), answer)
    return answer


ROUTES = (
    get("/dang-ky", step_page),
    post("/dang-ky", send_step),
    post("/dang-ky/lam-lai", start_over),
    *pages_meet.ROUTES,
    get("/dang-ky/{step}", step_page),
    post("/dang-ky/{step}", send_step),
)
