"""The minutes at the desk, without any script: write, read back, answer, confirm, seal, promise."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from aiohttp import web

from server.errors import BadForm, FieldError, NotHere
from server.minutes import (
    actions,
    actions_confirm,
    actions_seal,
    actions_write,
    forms,
    pages_shared,
    queries,
    queries_head,
    queries_owed,
    queries_papers,
    rules,
)
from server.minutes.actions import StaffDoor
from server.minutes.actions_confirm import CodeTry
from server.minutes.actions_write import Saved, Saving, TooLate
from server.minutes.queries import MinutesFile
from server.minutes.rules_print import print_facts
from server.pagekit import get, house, locale, now, page_number, post, posted, render, see_other, who
from server.reception import queries_desk
from server.reception.pages import ENTERS
from server.words import DocumentKind, MinutesField

_PROMISE = ("owner_unit", "owner_name", "words", "due_on")
_CONFIRM = ("method", "code", "ground", "witness", "spoken_at")


async def editor(request: web.Request) -> web.Response:
    """Show the minutes of a reception; opening them is logged."""
    here, place, code = who(request), house(request), request.match_info["code"]
    try:
        await place.db.read(queries.minutes_for, here, code)
    except NotHere:
        await place.db.write(actions.begin, here, now(request), code)
    await place.db.write(actions.note_view, here, now(request), code)
    return await _editor(request)


async def _editor(
    request: web.Request,
    status: int = 200,
    late: Mapping[MinutesField, tuple[Saving, TooLate]] | None = None,
    **facts: Any,
) -> web.Response:
    here, place, code = who(request), house(request), request.match_info["code"]
    seen = await place.db.read(queries.minutes_for, here, code)
    if not seen.is_readable:
        return await render(request, "minutes/not_yet.html", status, minutes=seen)
    sealed = await place.db.read(queries_head.as_it_stands, seen.id)
    paper = print_facts(
        sealed, lambda key: place.words.find("labels", key, locale(request)), f"{place.settings.base_url}/tra-cuu"
    )
    values = dict.fromkeys((*_PROMISE, *_CONFIRM), "") | facts.pop("values", {})
    if not values["words"]:
        values["words"] = _conclusion(seen, request.query.get("tu", ""))
    return await render(
        request,
        "minutes/editor.html",
        status,
        minutes=seen,
        paper=paper,
        late=late or {},
        late_codes={too_late.code for _, too_late in (late or {}).values()},
        missing=rules.missing({f: w.words for f, w in seen.fields.items()}),
        following=await place.db.read(queries_desk.after, seen.reception.id),
        revisions=await place.db.read(queries.revisions, seen.id, page_number(request)),
        papers=await place.db.read(queries_papers.papers_of_reception, seen.reception.id),
        owed=await place.db.read(queries_owed.owed, seen.reception.id),
        owners=await place.db.read(queries_owed.owners, seen.reception.unit_id),
        methods=rules.methods_for(seen.setting),
        has_objection=queries.has_objection(seen.answers),
        has_scan=seen.setting.has_scan,
        scan_kind=DocumentKind.SCAN,
        key=uuid4().hex,
        values=values,
        megabytes=place.settings.upload_megabytes,
        **facts,
    )


async def with_errors(request: web.Request, bad: BadForm) -> web.Response:
    """Show the minutes again with what is wrong in one of their forms."""
    return await _editor(request, 422, errors=bad.fields)


def _conclusion(seen: MinutesFile, number: str) -> str:
    """The paragraph of the conclusion that a follow-up is to be made of."""
    lines = rules.paragraphs(seen.fields[MinutesField.CHAIR_CONCLUSION].words)
    known = number.isascii() and number.isdecimal() and int(number[:4]) < len(lines)
    return lines[int(number[:4])].words if known else ""


async def save(request: web.Request) -> web.Response:
    """Save the parts that changed; where somebody was quicker, show both texts side by side."""
    form, code = await posted(request), request.match_info["code"]
    sent = forms.savings(form)
    try:
        kept = await house(request).db.write(actions_write.save_all, who(request), now(request), code, sent)
    except BadForm as bad:
        late = {one.field: (one, TooLate("too_long", "", one.version, "")) for one in sent if one.field in bad.fields}
        return await _editor(request, 422, late, errors=bad.fields)
    if any(isinstance(one, Saved) for one in kept.values()):
        await pages_shared.announce(request, code)
    pairs = ((one, kept[one.field]) for one in sent)
    late = {one.field: (one, answer) for one, answer in pairs if isinstance(answer, TooLate)}
    if late:
        return await _editor(request, 409, late)
    return see_other(f"/bien-ban/{code}?da=minutes_saved")


async def show(request: web.Request) -> web.Response:
    """Read the minutes back to the citizen."""
    await posted(request)
    code = request.match_info["code"]
    await house(request).db.write(actions.show, who(request), now(request), code)
    await pages_shared.announce(request, code)
    return see_other(f"/bien-ban/{code}?da=minutes_shown")


async def redraft(request: web.Request) -> web.Response:
    """Take the minutes up again for changes."""
    await posted(request)
    code = request.match_info["code"]
    await house(request).db.write(actions.redraft, who(request), now(request), code)
    await pages_shared.announce(request, code)
    return see_other(f"/bien-ban/{code}?da=minutes_redrafted")


async def answer(request: web.Request) -> web.Response:
    """Keep what the citizen said aloud about one paragraph."""
    form, code = await posted(request), request.match_info["code"]
    given = forms.answering(form)
    try:
        await house(request).db.write(actions.answer, who(request), now(request), StaffDoor(code), given)
    except BadForm as bad:
        name = f"objection-{given.field.value}-{given.paragraph}"
        return await _editor(request, 422, errors={name: bad.fields["objection"]})
    await pages_shared.announce(request, code)
    return see_other(f"/bien-ban/{code}?da=minutes_answered#doc-lai")


async def send_code(request: web.Request) -> web.Response:
    """Send the citizen a one-time code; it is typed on the citizen's own page."""
    await posted(request)
    code, key = request.match_info["code"], house(request).settings.key("minutes")
    await house(request).db.write(actions_confirm.send_code, who(request), now(request), StaffDoor(code), key)
    return see_other(f"/bien-ban/{code}?da=minutes_code_sent")


async def confirm(request: web.Request) -> web.Response:
    """Keep how the citizen stands by the minutes."""
    form, place, code = await posted(request), house(request), request.match_info["code"]
    seen = await place.db.read(queries.minutes_for, who(request), code)
    try:
        given = forms.confirming_form(form, seen.reception.began_at or now(request))
        key = place.settings.key("minutes")
        tried = await place.db.write(actions_confirm.confirm, who(request), now(request), StaffDoor(code), key, given)
        if tried is not CodeTry.RIGHT:
            raise BadForm({"code": FieldError(tried.value)})
    except BadForm as bad:
        return await _editor(request, 422, errors=bad.fields, values=forms.typed(form, *_CONFIRM))
    await pages_shared.announce(request, code)
    return see_other(f"/bien-ban/{code}?da=minutes_settled")


async def seal(request: web.Request) -> web.Response:
    """Close the minutes for good."""
    await posted(request)
    code = request.match_info["code"]
    await house(request).db.write(actions_seal.seal, who(request), now(request), code)
    return see_other(f"/bien-ban/{code}?da=minutes_sealed")


async def promise(request: web.Request) -> web.Response:
    """Make a follow-up of a conclusion."""
    form, code = await posted(request), request.match_info["code"]
    try:
        new = forms.promise(form)
        await house(request).db.write(actions_seal.promise, who(request), now(request), code, new)
    except BadForm as bad:
        return await _editor(request, 422, errors=bad.fields, values=forms.typed(form, *_PROMISE))
    return see_other(f"/bien-ban/{code}?da=promise_added#viec")


ROUTES = (
    get("/bien-ban/{code}", editor, ENTERS),
    post("/bien-ban/{code}/luu", save, ENTERS),
    post("/bien-ban/{code}/trinh", show, ENTERS),
    post("/bien-ban/{code}/sua", redraft, ENTERS),
    post("/bien-ban/{code}/tra-loi", answer, ENTERS),
    post("/bien-ban/{code}/ma", send_code, ENTERS),
    post("/bien-ban/{code}/xac-nhan", confirm, ENTERS),
    post("/bien-ban/{code}/dong", seal, ENTERS),
    post("/bien-ban/{code}/viec", promise, ENTERS),
)
