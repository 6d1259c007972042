"""The registration before it is sent: where its answers and files wait, and which step is next."""

import asyncio
import secrets
import shutil
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from server import security
from server.adapters.drafts import DraftBox
from server.errors import BadForm, FieldError, Unavailable
from server.intake import forms, rules, rules_files
from server.intake.actions_register import NewPaper
from server.intake.queries import Spokesperson
from server.intake.rules_files import BadFile
from server.office.forms_fields import read_form
from server.pagekit import house, now, posted

COOKIE = "draft"
IDLE_FOR = 2 * 3600
STEPS = ("noi-tiep", "nguoi", "cach-tiep", "dai-dien", "noi-dung", "giay-to", "gui")
MEGABYTE = 1024 * 1024
APPOINTMENT = "appointment"
"""The field of a form for the written appointment of representatives."""


@dataclass(slots=True)
class Draft:
    """Answers as typed, by step, and files kept so far. ``key``: sending twice is harmless."""

    token: str
    key: str
    answers: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    files: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def box(request: web.Request) -> DraftBox:
    """Return the folder of drafts of this office."""
    settings = house(request).settings
    return DraftBox(settings.folder / "drafts", settings.key("drafts"))


async def load(request: web.Request) -> Draft | None:
    """Return the draft of this browser, or None when there is none or it lay idle too long."""
    token = security.cookie(request, COOKIE)
    kept = await box(request).load(token) if token else None
    if kept is None or now(request).timestamp() - kept["at"] > IDLE_FOR:
        return None
    return Draft(token, kept["key"], kept["answers"], kept["files"])


def new() -> Draft:
    """Return an empty draft."""
    return Draft(secrets.token_urlsafe(32), secrets.token_hex(16))


async def save(request: web.Request, draft: Draft, answer: web.StreamResponse) -> None:
    """Keep a draft and let the browser know it. Raises Unavailable."""
    kept = {
        "at": now(request).timestamp(),
        "key": draft.key,
        "answers": draft.answers,
        "files": draft.files,
    }
    await box(request).save(draft.token, kept)
    security.set_cookie(answer, house(request).settings, COOKIE, draft.token)


async def forget(request: web.Request, draft: Draft | None, answer: web.StreamResponse) -> None:
    """Remove a draft and its files, here and in the browser."""
    if draft is not None:
        await box(request).drop(draft.token)
    answer.del_cookie(security.cookie_name(house(request).settings, COOKIE), path="/")


def group_size(draft: Draft) -> int:
    """Return how many people come; 1 while it is not known."""
    try:
        return read_form(forms.HowForm, draft.answers.get("cach-tiep", {})).group_size
    except BadForm:
        return 1


def order(draft: Draft) -> tuple[str, ...]:
    """Return the steps this registration has: one who comes alone names no representatives."""
    return tuple(s for s in STEPS if s != "dai-dien" or group_size(draft) > 1)


@dataclass(frozen=True, slots=True)
class Whole:
    """All answers, checked."""

    where: forms.WhereForm
    who: forms.WhoForm
    how: forms.HowForm
    spokespeople: tuple[Spokesperson, ...]
    matter: forms.MatterForm


def lacks_appointment(draft: Draft) -> bool:
    """Whether a group has not handed in the written appointment of those who speak for it (F23)."""
    return rules.needs_appointment_paper(group_size(draft)) and not any(f.get("is_appointment") for f in draft.files)


def check(draft: Draft, step: str) -> None:
    """Check what was typed in one step. Raises BadForm."""
    typed = draft.answers.get(step, {})
    match step:
        case "noi-tiep":
            read_form(forms.WhereForm, typed)
        case "nguoi":
            read_form(forms.WhoForm, typed)
        case "cach-tiep":
            read_form(forms.HowForm, typed)
        case "dai-dien":
            forms.spokespeople(typed, group_size(draft))
        case "noi-dung":
            read_form(forms.MatterForm, typed)
        case "giay-to":
            if lacks_appointment(draft) and typed.get("appointment_later") != "1":
                raise BadForm({"appointment": FieldError("appointment_paper_needed")})
        case _:
            pass


def whole(draft: Draft) -> Whole:
    """Return all answers as records. Raises BadForm; ``first_open`` says where."""
    size = group_size(draft)
    return Whole(
        read_form(forms.WhereForm, draft.answers.get("noi-tiep", {})),
        read_form(forms.WhoForm, draft.answers.get("nguoi", {})),
        read_form(forms.HowForm, draft.answers.get("cach-tiep", {})),
        forms.spokespeople(draft.answers.get("dai-dien", {}), size) if size > 1 else (),
        read_form(forms.MatterForm, draft.answers.get("noi-dung", {})),
    )


def first_open(draft: Draft | None) -> str:
    """Return the first step that still needs the citizen; the last one when all is there."""
    if draft is None:
        return STEPS[0]
    for step in order(draft):
        if step == "giay-to" and step not in draft.answers:
            return step
        try:
            check(draft, step)
        except BadForm:
            return step
    return STEPS[-1]


def path(step: str) -> str:
    """Return the address of a step."""
    return "/dang-ky" if step == STEPS[0] else f"/dang-ky/{step}"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, and what it was found to be."""

    name: str
    content: bytes
    content_type: str
    suffix: str
    is_appointment: bool = False


def has_files(given: list[Any]) -> bool:
    """Whether a form brought any file."""
    return any(isinstance(one, web.FileField) and one.filename for one in given)


async def uploads(request: web.Request, given: list[Any], room: int, name_of_field: str = "files") -> list[Upload]:
    """Read and check the files of a form. Raises BadForm at their field, Unavailable.

    Papers never take the space that recordings need.
    """
    settings = house(request).settings
    megabytes = settings.upload_megabytes
    files = [one for one in given if isinstance(one, web.FileField) and one.filename]
    if files and shutil.disk_usage(settings.folder).free < 2 * settings.free_megabytes * MEGABYTE:
        raise Unavailable("disk_full")
    if len(files) > room:
        raise BadForm({name_of_field: FieldError("files_many", {"most": room})})
    found: list[Upload] = []
    for one in files:
        name = rules_files.safe_name(one.filename)
        content = await asyncio.to_thread(one.file.read)
        try:
            fitting = await asyncio.to_thread(rules_files.check, name, content, megabytes * MEGABYTE)
        except BadFile as bad:
            raise BadForm({name_of_field: bad.fault}) from None
        found.append(Upload(name, content, fitting.content_type, fitting.suffix, name_of_field == APPOINTMENT))
    return found


async def put_away(request: web.Request, found: list[Upload]) -> tuple[NewPaper, ...]:
    """Move files into the store, before the transaction that names them. Raises Unavailable."""
    papers: list[NewPaper] = []
    try:
        for one in found:
            kept = await house(request).files.keep_bytes(one.content, one.suffix)
            papers.append(
                NewPaper(one.name, one.content_type, kept.bytes, kept.sha256, kept.stored_as, one.is_appointment)
            )
    except BaseException:
        drop(request, tuple(papers))
        raise
    return tuple(papers)


def drop(request: web.Request, papers: tuple[NewPaper, ...]) -> None:
    """Take files out of the store again: nothing names them."""
    for paper in papers:
        house(request).files.drop(paper.stored_as)


def too_large(request: web.Request) -> FieldError:
    """Say what may be sent at once."""
    limit = house(request).settings.upload_megabytes
    return FieldError("upload_too_large", {"limit": limit, "most": rules_files.MOST_FILES})


async def one_appointment(request: web.Request) -> tuple[NewPaper, ...]:
    """Read the one file of a form that brings a written appointment and put it away. Raises BadForm, Unavailable."""
    try:
        form = await posted(request, has_files=True)
    except web.HTTPRequestEntityTooLarge:
        raise BadForm({APPOINTMENT: too_large(request)}) from None
    except BadForm:
        raise BadForm({APPOINTMENT: FieldError("upload_broken")}) from None
    found = await uploads(request, form.getall(APPOINTMENT, []), 1, APPOINTMENT)
    if not found:
        raise BadForm({APPOINTMENT: FieldError("appointment_paper_needed")})
    return await put_away(request, found)
