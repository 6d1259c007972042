"""The direct way for a denunciation, and what it shares with the other registrations."""

import hashlib
from datetime import date

from aiohttp import web

from server import security
from server.errors import BadForm, FieldError, TooMuch
from server.intake import actions_citizen, actions_register, forms, rules
from server.intake import pages_draft as drafts
from server.intake.actions_register import NewPerson, NewRequest, Registered
from server.intake.pages_draft import Draft
from server.office import actions as office_actions
from server.office import queries as office
from server.office.forms_fields import read_form
from server.office.queries import UnitCard
from server.office.rules import Calendar
from server.pagekit import (
    LOGIN_COOKIE,
    get,
    house,
    locale,
    now,
    post,
    posted,
    render,
    see_other,
    visitor,
)
from server.who import Who
from server.words import Kind, Place

MOST_OF_NETWORK = 60
MOST_OF_PHONE = 8


def ward_of(wards: list[UnitCard], code: str) -> UnitCard:
    """Return the ward with this code. Raises BadForm."""
    for ward in wards:
        if ward.code == code:
            return ward
    raise BadForm({"unit": FieldError("choice")})


def check_day(on: date | None, today: date, calendar: Calendar) -> None:
    """Refuse a wished-for day that cannot be. Raises BadForm."""
    if fault := rules.preferred_fault(on, today, calendar):
        raise BadForm({"preferred_on": fault})


async def count(request: web.Request, what: str, most: int) -> None:
    """Count one go from this network in an hour. Raises TooMuch."""
    network = security.network_mark(request, house(request).clock.today())
    window = actions_citizen.WINDOW * 4
    tries = await house(request).db.write(office_actions.count_try, now(request), f"{what}:{network}", window)
    if tries > most:
        raise TooMuch("too_often")


async def count_registration(request: web.Request, phone: str) -> None:
    """Count a registration, which sends a message to a telephone nobody has proven. Raises TooMuch.

    The desk, which registers for everybody who comes, is not counted.
    """
    if officer_here(request) is not None:
        return
    await count(request, "register", MOST_OF_NETWORK)
    bucket = f"register:{hashlib.sha256(phone.encode()).hexdigest()[:32]}"
    window = actions_citizen.WINDOW * 4
    tries = await house(request).db.write(office_actions.count_try, now(request), bucket, window)
    if tries > MOST_OF_PHONE:
        raise TooMuch("too_often")


def officer_here(request: web.Request) -> Who | None:
    """Return the officer who helps at the desk, if it is one."""
    here = visitor(request)
    return here if here is not None and here.is_staff else None


async def give_receipt(request: web.Request, done: Registered, draft: Draft | None) -> web.StreamResponse:
    """Open the new request for this browser and lead to its receipt; staff stay who they are."""
    place, officer = house(request), officer_here(request)
    if officer is not None:
        answer = see_other(f"/dang-ky-moi/{done.code}?da=registered")
    else:
        token = await place.db.write(actions_citizen.open_own, now(request), done.id)
        answer = see_other(f"/tra-cuu/{done.code}/giay-bien-nhan?da=registered")
        security.set_cookie(answer, place.settings, LOGIN_COOKIE, token)
    await drafts.forget(request, draft, answer)
    return answer


async def direct_way(request: web.Request) -> web.Response:
    """Explain the direct way: where, when, how the person is protected. Nothing is asked here."""
    wards = await house(request).db.read(office.wards)
    chosen = next((w for w in wards if w.code == request.query.get("phuong")), None)
    return await render(
        request,
        "intake/direct_way.html",
        wards=wards if chosen is None else [chosen],
        chosen=chosen,
    )


async def meet_form(request: web.Request) -> web.Response:
    """Ask who and when, for an appointment in person; never what."""
    typed = {"unit": request.query.get("phuong", ""), "key": drafts.new().key}
    wards = await house(request).db.read(office.wards)
    return await render(request, "intake/meet.html", typed=typed, wards=wards)


async def meet(request: web.Request) -> web.StreamResponse:
    """Register the wish for an appointment in person."""
    form = await posted(request)
    place = house(request)
    wards = await place.db.read(office.wards)
    calendar = await place.db.read(office.calendar)
    try:
        wanted = read_form(forms.MeetForm, form)
        unit = ward_of(wards, wanted.unit)
        check_day(wanted.preferred_on, place.clock.today(), calendar)
    except BadForm as bad:
        return await render(request, "intake/meet.html", 422, typed=dict(form), wards=wards, errors=bad.fields)
    await count_registration(request, wanted.phone)
    subject = place.words.find("labels", "subject.in_person", "vi")
    new = NewRequest(
        unit_id=unit.id,
        kind=Kind.DENUNCIATION,
        subject=subject,
        person=NewPerson(wanted.name, wanted.phone),
        key=wanted.key,
        place=Place.WARD,
        preferred_on=wanted.preferred_on,
        locale=locale(request),
        is_without_content=True,
    )
    done = await place.db.write(actions_register.register, now(request), new, officer_here(request))
    return await give_receipt(request, done, None)


ROUTES = (
    get("/dang-ky/to-cao", direct_way),
    get("/dang-ky/hen-truc-tiep", meet_form),
    post("/dang-ky/hen-truc-tiep", meet),
)
