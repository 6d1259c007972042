"""Papers of the desk: the list, a new one, one paper with what may be done to it."""

import secrets
from typing import Any

from aiohttp import hdrs, web

from server.cases import queries as cases
from server.errors import BadForm, FieldError
from server.house import WEB, House
from server.intake import queries as intake
from server.office.forms_fields import read_form
from server.office.pages import MAY_SET
from server.pagekit import get, house, now, page_number, post, render, see_other, who
from server.papers import actions, actions_issue, forms, queries, queries_templates, rules, rules_basis
from server.papers.actions import NewPaper, Written
from server.papers.actions_issue import Issuing
from server.papers.queries import Paper, PaperFilter
from server.papers.rules_forms import FORMS, Signs, forms_for
from server.steps import typed_in
from server.who import Who
from server.words import FOR_CITIZENS, DeclineGround, PaperForm, PaperState

TABS = {
    "dang-soan": (PaperState.DRAFT,),
    "cho-ky": (PaperState.SUBMITTED,),
    "da-ban-hanh": (PaperState.ISSUED,),
    "da-thu-hoi": (PaperState.WITHDRAWN,),
}
"""The tabs of the list, by their name in the address."""
PDF = actions_issue.PDF


async def paper_list(request: web.Request) -> web.Response:
    """List the papers of the desk by their state."""
    which = request.query.get("loc", "dang-soan")
    wanted = PaperFilter(TABS.get(which, TABS["dang-soan"]), page_number(request))
    found = await house(request).db.read(queries.papers, who(request), wanted)
    may_set = who(request).role in MAY_SET
    return await render(
        request, "papers/list.html", found=found, wanted=wanted, which=which, tabs=list(TABS), may_set=may_set
    )


async def new_paper(request: web.Request) -> web.Response:
    """Choose a form for a case or a registration."""
    return await _choose(request, request.query.get("vu-viec", ""), request.query.get("dang-ky", ""))


async def _choose(
    request: web.Request, case: str, wanted: str, status: int = 200, errors: dict[str, FieldError] | None = None
) -> web.Response:
    place, here = house(request), who(request)
    if case:
        found = await place.db.read(cases.case_for, here, case)
        fitting, about = forms_for(found.kind, has_case=True), found.title
    else:
        asked = await place.db.read(intake.request_for, here, wanted)
        fitting, about = forms_for(asked.kind, has_case=asked.case_id is not None), asked.subject
    return await render(
        request,
        "papers/new.html",
        status,
        fitting=[(form.value, FORMS[form].signs is Signs.HEAD) for form in fitting],
        about=about,
        case=case,
        wanted=wanted,
        key=secrets.token_hex(16),
        errors=errors or {},
    )


async def begin(request: web.Request) -> web.Response:
    """Make a draft filled from its matter."""
    typed = await typed_in(request)
    try:
        form = read_form(forms.NewForm, typed)
        new = NewPaper(form.form, form.key, form.case, form.request)
        code = await house(request).db.write(actions.draft, who(request), now(request), new)
    except BadForm as bad:
        return await _choose(request, typed.get("case", ""), typed.get("request", ""), 422, bad.fields)
    return see_other(f"/van-ban/{code}?da=paper_drafted")


async def urge(request: web.Request) -> web.Response:
    """Make an urging letter from something overdue."""
    form = read_form(forms.UrgeForm, await typed_in(request))
    code = await house(request).db.write(actions.urge, who(request), now(request), form.follow_up)
    return see_other(f"/van-ban/{code}?da=paper_drafted")


async def paper_page(request: web.Request) -> web.Response:
    """Show one paper; the look is written down."""
    await house(request).db.write(actions.note_view, who(request), now(request), request.match_info["code"])
    return await show(request)


async def show(request: web.Request, status: int = 200, **facts: Any) -> web.Response:
    """Show a paper with the form it is written in, and what this person may do."""
    place, here, code = house(request), who(request), request.match_info["code"]
    found = await place.db.read(queries.paper_for, here, code)
    form = FORMS[found.form]
    may_write = found.state is PaperState.DRAFT and here.unit_id == found.unit_id and here.role in rules.DRAFTERS
    allowed = rules.verbs(found.form, found.state, actions.hand(here, found)) if here.unit_id == found.unit_id else ()
    return await render(
        request,
        "papers/paper.html",
        status,
        paper=found,
        own=await place.db.read(queries_templates.template_of, found.unit_id, found.form, found.sealed)
        if found.state in rules.SIGNABLE
        else None,
        fields=[(field.name, field.kind.name.lower(), field.is_needed) for field in form.fields],
        grounds=[ground.value for ground in DeclineGround],
        signers=await _signers(place, here, found) if may_write else [],
        signer_name=found.sealed.get("signer", {}).get("name", ""),
        may_write=may_write,
        may_file=found.issued_on is not None and here.unit_id == found.unit_id and here.role in rules.DRAFTERS,
        verbs=[verb.value for verb in allowed],
        is_heads=form.signs is Signs.HEAD,
        is_numbered=bool(form.type_code),
        is_for_citizen=found.form in FOR_CITIZENS,
        preview=rules.number_text(found.form, None),
        megabytes=place.settings.upload_megabytes,
        **{"errors": {}, "typed": None, "is_stale": False, **facts},
    )


async def _signers(place: House, here: Who, found: Paper) -> list[tuple[int, str]]:
    able = await place.db.read(actions.signers_of, here, found.code)
    return [(one.id, f"{one.name} – {one.title}") for one in able]


def written(typed: dict[str, str], form: PaperForm) -> Written:
    """Return what was typed into a draft: the fields of its form, the signer, the page's version."""
    signer, version = typed.get("signer", ""), typed.get("version", "")
    return Written(
        {field.name: typed.get(field.name, "") for field in FORMS[form].fields},
        int(signer) if signer.isascii() and signer.isdigit() and len(signer) < 10 else None,  # noqa: PLR2004 no id is that long
        int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,  # noqa: PLR2004 the same
    )


async def preview(request: web.Request) -> web.Response:
    """Print a paper as it stands now, with DỰ THẢO across it and without number and day (F50)."""
    place, here, code = house(request), who(request), request.match_info["code"]
    await place.db.write(actions.note_view, here, now(request), code)
    printed = await place.db.read(actions_issue.as_it_stands, here, code, issuing(place))
    body = await place.press.print(
        f"papers/{printed['form']}", {**printed, "lookup": f"{place.settings.base_url}/tra-cuu"}
    )
    return web.Response(
        body=body,
        headers={
            hdrs.CONTENT_TYPE: PDF,
            hdrs.CONTENT_DISPOSITION: f'inline; filename="{code}.pdf"',
            hdrs.CACHE_CONTROL: "private, no-store",
        },
    )


def issuing(place: House, number: int | None = None, version: int | None = None) -> Issuing:
    """Return what issuing needs: the legal basis, the words for labels, a number typed by hand."""
    return Issuing(rules_basis.load(WEB), lambda key: place.words.find("labels", key, "vi"), number, version)


async def counters(place: House, here: Who) -> dict[str, int]:
    """Return how many papers wait for this person's signature, for the rail."""
    if here.role not in rules.SIGNERS:
        return {}
    return {"papers": await place.db.read(queries.waiting_for, here)}


ROUTES = (
    get("/van-ban", paper_list, rules.DRAFTERS),
    get("/van-ban/moi", new_paper, rules.DRAFTERS),
    post("/van-ban/moi", begin, rules.DRAFTERS),
    post("/van-ban/don-doc", urge, rules.DRAFTERS),
    get("/van-ban/{code}", paper_page, rules.READERS),
    get("/van-ban/{code}/xem", preview, rules.READERS),
)
