"""Puts the web process together; nothing else constructs anything."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from server import metrics, pagekit, security, templating
from server.accounts import actions as account_actions
from server.accounts import pages as accounts
from server.accounts import queries as account_queries
from server.adapters.docx import DocxFiller
from server.adapters.files import FileStore
from server.adapters.mail import FolderMailer, SmtpMailer
from server.adapters.media_nodes import MediaNodes
from server.adapters.page_images import PageImages
from server.adapters.pdf import Press
from server.adapters.sms import FolderTexter, HttpTexter
from server.archive import pages as archive
from server.book import pages as book
from server.cases import pages as cases
from server.cases import pages_calendar as cases_calendar
from server.cases import pages_copies as cases_copies
from server.cases import pages_terms as cases_terms
from server.clock import Clock
from server.config import Settings
from server.continuity import pages as continuity
from server.continuity import pages_drill as continuity_drill
from server.continuity import pages_incidents as continuity_incidents
from server.continuity import pages_rehearsal as continuity_rehearsal
from server.db import Database, is_answering
from server.exhibits import pages as exhibits
from server.exhibits import pages_hand as exhibits_hand
from server.house import WEB, CountWaiting, House, Render
from server.i18n import load_catalogue
from server.imports import pages as imports
from server.intake import pages as intake
from server.jobs import registry
from server.jobs.runner import Runner
from server.minutes import pages as minutes
from server.minutes import pages_citizen as minutes_citizen
from server.minutes import pages_json as minutes_json
from server.minutes import pages_papers as minutes_papers
from server.national import pages as national
from server.office import pages as office
from server.papers import pages as papers
from server.papers import pages_steps as papers_steps
from server.papers import pages_templates as papers_templates
from server.petitions import pages as petitions
from server.reception import pages as reception
from server.reception import pages_call as reception_call
from server.reception import pages_desk as reception_desk
from server.reception import pages_door as reception_door
from server.reception import pages_entry as reception_entry
from server.reception import pages_paper as reception_paper
from server.reports import pages as reports
from server.reports import pages_files as reports_files
from server.reports import pages_results as reports_results
from server.reports import pages_week as reports_week
from server.scheduling import pages as scheduling
from server.scheduling import pages_citizen as scheduling_citizen
from server.scheduling import pages_plan as scheduling_plan
from server.scheduling.rules import link_token
from server.search import pages as search
from server.staffing import pages as staffing

UPLOAD_FILES = 5

ROUTES: tuple[pagekit.Route, ...] = (
    *office.ROUTES,
    *cases_calendar.ROUTES,
    *accounts.ROUTES,
    *intake.ROUTES,
    *cases.ROUTES,
    *cases_terms.ROUTES,
    *cases_copies.ROUTES,
    *scheduling_plan.ROUTES,
    *petitions.ROUTES,
    *national.ROUTES,
    *scheduling.ROUTES,
    *scheduling_citizen.ROUTES,
    *reception.ROUTES,
    *reception_entry.ROUTES,
    *reception_door.ROUTES,
    *reception_desk.ROUTES,
    *reception_call.ROUTES,
    *reception_paper.ROUTES,
    *archive.ROUTES,
    *minutes.ROUTES,
    *minutes_json.ROUTES,
    *minutes_citizen.ROUTES,
    *minutes_papers.ROUTES,
    *exhibits.ROUTES,
    *exhibits_hand.ROUTES,
    *search.ROUTES,
    *imports.ROUTES,
    *staffing.ROUTES,
    *book.ROUTES,
    *papers.ROUTES,
    *papers_steps.ROUTES,
    *papers_templates.ROUTES,
    *reports.ROUTES,
    *reports_files.ROUTES,
    *reports_results.ROUTES,
    *reports_week.ROUTES,
    *continuity.ROUTES,
    *continuity_drill.ROUTES,
    *continuity_incidents.ROUTES,
    *continuity_rehearsal.ROUTES,
)
"""Every address of the office; the generated access test walks this list."""

COUNTERS: tuple[CountWaiting, ...] = (
    intake.counters,
    cases.counters,
    cases_copies.counters,
    petitions.counters,
    national.counters,
    scheduling.count_waiting,
    reception_call.count_calls,
    papers.counters,
)


def build_house(settings: Settings, clock: Clock | None = None) -> House:
    """Open the database and everything a process needs. The schema must be up to date."""
    catalogue = load_catalogue(WEB)
    letters = settings.folder / "letters"
    return House(
        settings=settings,
        db=Database(settings.database_url),
        clock=clock or Clock(),
        words=catalogue,
        files=FileStore(settings.folder / "files"),
        mailer=SmtpMailer(settings.smtp_url, settings.mail_from)
        if settings.smtp_url
        else FolderMailer(letters, settings.mail_from),
        texter=HttpTexter(settings.sms_url) if settings.sms_url else FolderTexter(letters),
        press=Press(WEB),
        pages=PageImages(),
        filler=DocxFiller(),
        nodes=MediaNodes.of(settings),
        render=_render(),
    )


@functools.cache
def _render() -> Render:
    """Templates are compiled once a process, however many offices it builds (tests build hundreds)."""
    return templating.build(WEB, load_catalogue(WEB), None)


def build(house: House, *, with_jobs: bool = True) -> web.Application:
    """Return the web application of a house."""
    settings = house.settings
    app = web.Application(
        middlewares=[
            security.tag,
            security.harden,
            pagekit.recognise,
            pagekit.refuse,
            security.same_site,
            security.limit,
        ],
        client_max_size=(UPLOAD_FILES * settings.upload_megabytes + 1) * 1024 * 1024,
    )
    app[security.SETTINGS] = settings
    app[security.READS] = security.Buckets(per_second=50, burst=400)
    app[security.WRITES] = security.Buckets(per_second=20, burst=300)
    app[pagekit.HOUSE] = house
    app[pagekit.LOOKUPS] = pagekit.Lookups(account_queries.who_is, account_actions.touch, account_queries.unit_facts)
    app[pagekit.COUNTERS] = COUNTERS
    app[intake.SLIP_PATH] = lambda code: f"/hen/{link_token(settings.key('links'), code)}"
    pagekit.mount(app, ROUTES)
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/static/{version}/{path:.+}", _static)
    app.on_shutdown.append(house.nodes.send_away)
    app.cleanup_ctx.append(_background(with_jobs=with_jobs))
    app.cleanup_ctx.append(metrics.serving(house))
    return app


def _background(*, with_jobs: bool) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(app: web.Application) -> AsyncIterator[None]:
        house = app[pagekit.HOUSE]
        runner = Runner(house, registry.KINDS)
        async with asyncio.TaskGroup() as group:
            if with_jobs:
                group.create_task(runner.run())
            yield
            runner.stop()
            await house.nodes.close()
        house.db.close()

    return run


async def _alive(_: web.Request) -> web.Response:
    return web.json_response({"alive": True})


async def _ready(request: web.Request) -> web.Response:
    """Whether this process can serve: the database answers and a media worker does."""
    house = request.app[pagekit.HOUSE]
    checks = {"database": False, "media": False}
    with contextlib.suppress(Exception):
        checks["database"] = await house.db.read(is_answering)
    with contextlib.suppress(Exception):
        checks["media"] = await house.nodes.is_answering() or house.settings.media_workers == 0
    return web.json_response(checks, status=200 if all(checks.values()) else 503)


async def _static(request: web.Request) -> web.StreamResponse:
    root = (WEB / "static").resolve()
    try:
        path = (root / request.match_info["path"]).resolve()
    except ValueError:
        raise web.HTTPNotFound from None
    if not path.is_relative_to(root) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})
