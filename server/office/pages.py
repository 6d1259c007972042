"""Front page, help, look of pages, settings of the office, the audit log."""

from aiohttp import web

from server import security
from server.accounts import rules as account_rules
from server.errors import BadForm, NotHere
from server.i18n import LOCALES
from server.office import actions_unit, forms, queries_unit
from server.pagekit import (
    TEXT_SIZES,
    THEMES,
    always,
    get,
    house,
    local_path,
    now,
    post,
    posted,
    render,
    see_other,
    who,
)
from server.words import Role

LOOK_FOR_DAYS = 400 * 86400
LOOKS = {"locale": ("language", LOCALES), "theme": ("theme", THEMES), "text_size": ("text-size", TEXT_SIZES)}
MAY_SET = frozenset({Role.SYS_ADMIN, Role.OFFICE_HEAD})
PAGE_LENGTH = 100
GUIDES = ("cong-dan", "can-bo", "chu-tich", "ky-thuat")
"""Who has a guide of one page; its sentences are ``sheet.<reader>.…`` in ``web/words/guidance_sheets.toml``."""


async def front(request: web.Request) -> web.Response:
    """Say what this is and lead to the four things a citizen may do."""
    return await render(request, "office/front.html")


async def assistance(request: web.Request) -> web.Response:
    """Explain the way from registering to the answer, the rules of the room, and what is kept."""
    units = await house(request).db.read(queries_unit.receiving_units)
    return await render(request, "office/assistance.html", units=units)


async def one_page_guide(request: web.Request) -> web.Response:
    """Show a guide of one page, made for paper: for the citizen, the officer, the chair, the technician."""
    reader = request.match_info["reader"]
    if reader not in GUIDES:
        raise NotHere("no_such_page")
    return await render(request, "office/guide.html", reader=reader)


async def change_look(request: web.Request) -> web.Response:
    """Remember language, background or size of letters for this browser, and go back."""
    form = await posted(request)
    answer = see_other(local_path(str(form.get("back", "/")), "/"))
    for field, (cookie, allowed) in LOOKS.items():
        if (value := form.get(field)) in allowed:
            security.set_cookie(answer, house(request).settings, cookie, str(value), LOOK_FOR_DAYS)
    return answer


async def settings(request: web.Request) -> web.Response:
    """Show what the office says of itself."""
    facts = await house(request).db.read(queries_unit.unit_details, who(request).unit_id)
    return await render(request, "office/settings.html", values=facts)


async def change_settings(request: web.Request) -> web.Response:
    """Change what the office says of itself."""
    form, place = await posted(request), house(request)
    try:
        entry = forms.unit_details(form)
    except BadForm as bad:
        return await render(request, "office/settings.html", 422, values=forms.typed(form), errors=bad.fields)
    await place.db.write(actions_unit.change_unit, who(request), now(request), entry)
    return see_other("/cai-dat?da=settings_changed")


async def audit_log(request: web.Request) -> web.Response:
    """Show the log of this unit, newest first, and whether its chain is whole. Reading it is logged too."""
    place, here = house(request), who(request)
    page = max(1, int(text)) if (text := request.query.get("trang", "1")).isdecimal() and len(text) < 7 else 1  # noqa: PLR2004 more pages than entries
    log = await place.db.read(queries_unit.audit_page, here.unit_id, page, PAGE_LENGTH)
    await place.db.write(actions_unit.note_audit_read, here, now(request))
    return await render(request, "office/audit.html", log=log, page=page)


ROUTES = (
    get("/", front),
    always(get("/giup-do", assistance)),
    always(get("/giup-do/to-huong-dan/{reader}", one_page_guide)),
    post("/giao-dien", change_look),
    get("/cai-dat", settings, MAY_SET),
    post("/cai-dat", change_settings, MAY_SET),
    get("/nhat-ky", audit_log, account_rules.READS_AUDIT),
)
