"""Staff sort what came in: the inbox, one request, accept, ask, refer, decline, classify."""

from aiohttp import web

from server.errors import BadForm, FieldError
from server.house import House
from server.intake import actions, actions_register, actions_secret, forms, queries, rules, rules_files
from server.intake import pages_draft as drafts
from server.intake.actions import Classified, Ruling
from server.intake.actions_register import NewPaper
from server.intake.pages_lookup import paper
from server.intake.queries import InboxFilter
from server.intake.rules_sorting import choices
from server.office.forms_fields import read_form
from server.pagekit import get, house, now, page_number, post, render, see_other, who
from server.steps import Doing, Typed, take
from server.who import Who
from server.words import Kind, RequestState, RequestVerb

ALL = "tat-ca"


async def inbox(request: web.Request) -> web.Response:
    """Show what waits to be sorted; the filter stands in the address."""
    here, place = who(request), house(request)
    state = request.query.get("loc", RequestState.RECEIVED.value)
    chosen = RequestState(state) if state in set(RequestState) else None
    wanted = InboxFilter(
        chosen if state != ALL else None,
        request.query.get("tim", "")[:100],
        page_number(request),
    )
    found = await place.db.read(queries.inbox, here, wanted)
    return await render(request, "intake/inbox.html", inbox=found, wanted=wanted, state=state, all_states=ALL)


async def request_page(request: web.Request) -> web.Response:
    """Show one request with everything known; the look is written down."""
    await house(request).db.write(actions.note_view, who(request), now(request), request.match_info["code"])
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
    found = await place.db.read(queries.request_for, here, request.match_info["code"])
    likely = await place.db.read(queries.likely_duplicates, here, found.id)
    return await render(
        request,
        "intake/request.html",
        status,
        file=found,
        likely=likely,
        petitions=await place.db.read(queries.petitions_of, found),
        card_note=await place.db.read(queries.card_note, found.id),
        verbs={verb.value for verb in rules.verbs(found.state, here.role)},
        is_head=here.role in rules.HEADS,
        may_classify=here.role in rules.SORTERS and found.state in rules.SORTABLE_STATES,
        sortings=choices(None if found.state in rules.OPEN_STATES else found.kind),
        typed=typed or {},
        errors=errors or {},
        is_stale=is_stale,
        accept=rules_files.ACCEPT,
        megabytes=place.settings.upload_megabytes,
    )


async def _decide(request: web.Request, doing: Doing) -> web.Response:
    return await take(request, doing, _show, f"/dang-ky-moi/{request.match_info['code']}")


async def accept(request: web.Request) -> web.Response:
    """Take the request on, in a new case or one of the citizen's."""
    return await _decide(request, _accept)


async def _accept(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.AcceptForm, typed)
    ruling = Ruling(form.version, form.accept_words)
    code = request.match_info["code"]
    await house(request).db.write(actions.accept, who(request), now(request), code, form.join, ruling)
    return "accepted"


async def ask(request: web.Request) -> web.Response:
    """Ask the citizen for more."""
    return await _decide(request, _ask)


async def _ask(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.AskForm, typed)
    await _decided(request, RequestVerb.ASK, Ruling(form.version, form.ask_words))
    return "asked"


async def refer(request: web.Request) -> web.Response:
    """Tell the citizen which body is competent."""
    return await _decide(request, _refer)


async def _refer(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.ReferForm, typed)
    words = f"{form.refer_to}\n{form.refer_words}"
    await _decided(request, RequestVerb.REFER, Ruling(form.version, words))
    return "referred"


async def _decided(request: web.Request, verb: RequestVerb, ruling: Ruling) -> None:
    code = request.match_info["code"]
    await house(request).db.write(actions.decide, who(request), now(request), code, verb, ruling)


async def decline(request: web.Request) -> web.Response:
    """Decline on a ground of law."""
    return await _decide(request, _decline)


async def _decline(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.DeclineForm, typed)
    ruling = Ruling(form.version, form.decline_words, form.ground)
    code = request.match_info["code"]
    await house(request).db.write(actions.decline, who(request), now(request), code, ruling, form.prior_decision)
    return "declined"


async def classify(request: web.Request) -> web.Response:
    """Say which of the four kinds it is; the title stays."""
    return await _decide(request, _classify)


async def _classify(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.ClassifyForm, typed)
    code = request.match_info["code"]
    said = Classified(form.as_sorting(), form.kind, form.version)
    await house(request).db.write(actions.classify, who(request), now(request), code, said)
    if form.kind is Kind.DENUNCIATION and who(request).role not in rules.RECEIVERS:
        raise web.HTTPSeeOther("/dang-ky-moi?da=classified")
    return "classified"


async def take_off(request: web.Request) -> web.Response:
    """Take a registration with a secret element off the system."""
    return await _decide(request, _take_off)


async def _take_off(request: web.Request, typed: Typed) -> str:
    form = read_form(forms.SecretForm, typed)
    place, code = house(request), request.match_info["code"]
    gone = await place.db.write(
        actions_secret.take_off, who(request), now(request), code, form.paper_reference, form.version
    )
    for stored_as in gone:
        place.files.drop(stored_as)
    return "taken_off"


async def add_appointment(request: web.Request) -> web.Response:
    """Hang the written appointment of representatives onto a registration, brought to the desk."""
    code, here, place = request.match_info["code"], who(request), house(request)
    await place.db.read(queries.request_for, here, code)
    papers: tuple[NewPaper, ...] = ()
    try:
        papers = await drafts.one_appointment(request)
        is_new = await place.db.write(actions_register.add_appointment, here, now(request), code, papers[0])
    except BadForm as bad:
        return await _show(request, 422, bad.fields)
    except Exception:
        drafts.drop(request, papers)
        raise
    if not is_new:
        drafts.drop(request, papers)
    return see_other(f"/dang-ky-moi/{code}?da=appointment_added")


async def counters(place: House, here: Who) -> dict[str, int]:
    """Return how many requests wait, for the rail."""
    return {"inbox": await place.db.read(queries.waiting, here)}


ROUTES = (
    get("/dang-ky-moi", inbox, rules.READERS),
    get("/dang-ky-moi/{code}", request_page, rules.READERS),
    get("/dang-ky-moi/{code}/tep/{paper}", paper, rules.READERS),
    post("/dang-ky-moi/{code}/van-ban-cu", add_appointment, rules.SORTERS),
    post("/dang-ky-moi/{code}/nhan", accept, rules.SORTERS),
    post("/dang-ky-moi/{code}/bo-sung", ask, rules.SORTERS),
    post("/dang-ky-moi/{code}/huong-dan", refer, rules.SORTERS),
    post("/dang-ky-moi/{code}/tu-choi", decline, rules.SORTERS),
    post("/dang-ky-moi/{code}/phan-loai", classify, rules.SORTERS),
    post("/dang-ky-moi/{code}/bi-mat", take_off, rules.SORTERS),
)
