"""The minutes as the citizen reads them at a link, without any script: paragraph by paragraph, then one code."""

from typing import Any

from aiohttp import web

from server.errors import BadForm, FieldError, Stale
from server.minutes import actions, actions_confirm, forms, pages_shared, queries, queries_papers
from server.minutes.actions_confirm import CodeTry, Confirming
from server.pagekit import CITIZEN, get, house, now, post, posted, render, see_other, who
from server.who import UnitFacts
from server.words import ConfirmationMethod, MinutesState

_FIELDS = ("code", "ground")


async def read(request: web.Request) -> web.Response:
    """Show the minutes to the citizen or guest of this link."""
    return await _read(request)


async def _read(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    _, door = await pages_shared.by_link(request)
    assert isinstance(door, actions.LinkDoor)  # noqa: S101 a link gives a link's door
    seen = await house(request).db.read(queries.minutes_for_member, door.reception_id, door.member)
    found = seen.reception
    values = dict.fromkeys(_FIELDS, "") | facts.pop("values", {})
    is_waiting = seen.code_until is not None and now(request) <= seen.code_until
    return await render(
        request,
        "minutes/read.html",
        status,
        minutes=seen,
        token=request.match_info["token"],
        is_citizen=pages_shared.is_citizen(door, seen),
        is_code_sent=is_waiting and seen.state is MinutesState.READ_BACK,
        has_objection=queries.has_objection(seen.answers),
        phone_end=found.citizen_phone[-3:],
        unit=UnitFacts(found.unit_id, found.unit_name, found.unit_phone, ""),
        values=values,
        **facts,
    )


async def answer(request: web.Request) -> web.Response:
    """Keep the citizen's word on one paragraph."""
    form, (here, door) = await posted(request), await pages_shared.by_link(request)
    given = forms.answering(form)
    try:
        await house(request).db.write(actions.answer, here, now(request), door, given)
    except BadForm as bad:
        name = f"objection-{given.field.value}-{given.paragraph}"
        return await _read(request, 422, errors={name: bad.fields["objection"]})
    except Stale:
        return await _read(request, 409, is_stale=True)
    await _told(request, door)
    return see_other(f"/vao/{request.match_info['token']}/bien-ban/xem#doan-{given.field.value}-{given.paragraph}")


async def send_code(request: web.Request) -> web.Response:
    """Send six digits to the telephone the citizen registered with."""
    await posted(request)
    here, door = await pages_shared.by_link(request)
    key = house(request).settings.key("minutes")
    await house(request).db.write(actions_confirm.send_code, here, now(request), door, key)
    return see_other(f"/vao/{request.match_info['token']}/bien-ban/xem?da=minutes_code_sent#xac-nhan")


async def confirm(request: web.Request) -> web.Response:
    """Confirm with the code."""
    form, (here, door) = await posted(request), await pages_shared.by_link(request)
    values = forms.typed(form, *_FIELDS)
    given = Confirming(ConfirmationMethod.ONE_TIME_CODE, digits=values["code"])
    key = house(request).settings.key("minutes")
    tried = await house(request).db.write(actions_confirm.confirm, here, now(request), door, key, given)
    if tried is not CodeTry.RIGHT:
        return await _read(request, 422, errors={"code": FieldError(tried.value)})
    await _told(request, door)
    return see_other(f"/vao/{request.match_info['token']}/bien-ban/xem?da=minutes_settled")


async def refuse(request: web.Request) -> web.Response:
    """Refuse to confirm; whoever chaired the reception is the witness."""
    form, (here, door) = await posted(request), await pages_shared.by_link(request)
    assert isinstance(door, actions.LinkDoor)  # noqa: S101 a link gives a link's door
    values = forms.typed(form, *_FIELDS)
    seen = await house(request).db.read(queries.minutes_for_member, door.reception_id, door.member)
    given = Confirming(ConfirmationMethod.REFUSED, ground=values["ground"], witness=seen.reception.chair_name)
    key = house(request).settings.key("minutes")
    try:
        await house(request).db.write(actions_confirm.confirm, here, now(request), door, key, given)
    except BadForm as bad:
        return await _read(request, 422, errors=bad.fields, values=values)
    await _told(request, door)
    return see_other(f"/vao/{request.match_info['token']}/bien-ban/xem?da=minutes_settled")


async def _told(request: web.Request, door: actions.Door) -> None:
    assert isinstance(door, actions.LinkDoor)  # noqa: S101 a link gives a link's door
    seen = await house(request).db.read(queries.minutes_for_member, door.reception_id, door.member)
    await pages_shared.announce(request, seen.reception.code)


async def papers(request: web.Request) -> web.Response:
    """Show a citizen the papers of the own request: sealed minutes, what was issued, and what was withdrawn since."""
    code = request.match_info["code"]
    found = await house(request).db.read(queries_papers.documents_of_request, who(request), code)
    gone = await house(request).db.read(queries_papers.taken_back_of_request, who(request), code)
    return await render(request, "minutes/papers.html", papers=found, taken_back=gone, code=code)


_LINK = "/vao/{token}/bien-ban/xem"

ROUTES = (
    get(_LINK, read),
    post(f"{_LINK}/tra-loi", answer),
    post(f"{_LINK}/ma", send_code),
    post(f"{_LINK}/xac-nhan", confirm),
    post(f"{_LINK}/tu-choi", refuse),
    get("/tra-cuu/{code}/ho-so", papers, CITIZEN),
)
