"""Read a list in: hand in, give columns a meaning, look at the check, take over, see how far it is."""

import asyncio
import hashlib
import secrets

from aiohttp import web

from server.accounts import actions as accounts
from server.accounts import pages as account_pages
from server.adapters import sheets_in
from server.errors import BadForm, FieldError, Refused
from server.imports import actions, actions_cases, actions_lists, queries, rules
from server.imports.actions import NewRun
from server.imports.queries import Row, Run
from server.pagekit import field_sentence, get, house, locale, now, post, posted, render, see_other, who
from server.steps import typed_in
from server.words import ImportKind, ImportState, RowState

LIST = "/nhap-du-lieu"


async def list_page(request: web.Request) -> web.Response:
    """Show the lists handed in, and the form for a new one."""
    return await _show_list(request)


async def _show_list(request: web.Request, status: int = 200, **facts: object) -> web.Response:
    here = who(request)
    found = await house(request).db.read(queries.runs, here)
    kinds = rules.kinds_for(here.role)
    common = {"runs": found, "kinds": kinds, "key": secrets.token_hex(16), "kind": kinds[0], "errors": {}}
    return await render(request, "imports/list.html", status, **{**common, **facts})


async def hand_in(request: web.Request) -> web.Response:
    """Take a table in as written; nothing is read over yet."""
    form, place = await posted(request, has_files=True), house(request)
    kind = _kind(str(form.get("kind", "")), request)
    try:
        name, content = _file(form.get("file"), place.settings.upload_megabytes)
        rows = await asyncio.to_thread(sheets_in.read, content, name)
        digest = hashlib.sha256(content).hexdigest()
        new = NewRun(kind, name, digest, rows, str(form.get("key", "")) or digest)
        code = await place.db.write(actions.hand_in, who(request), now(request), new)
    except BadForm as bad:
        return await _show_list(request, 422, kind=kind, errors=bad.fields)
    return see_other(f"{LIST}/{code}")


def _kind(word: str, request: web.Request) -> ImportKind:
    kinds = rules.kinds_for(who(request).role)
    return ImportKind(word) if word in kinds else kinds[0]


def _file(part: object, megabytes: int) -> tuple[str, bytes]:
    if not isinstance(part, web.FileField) or not part.filename:
        raise BadForm({"file": FieldError("required")})
    content = part.file.read(megabytes * 1024 * 1024 + 1)
    if len(content) > megabytes * 1024 * 1024:
        raise BadForm({"file": FieldError("sheet_heavy", {"most": megabytes})})
    return part.filename, content


async def example(request: web.Request) -> web.Response:
    """Give an empty table with the headings of a list."""
    kind = _kind(request.query.get("loai", ""), request)
    words = house(request).words
    titles = [words.find("labels", f"column.{column.name}", "vi") for column in rules.COLUMNS[kind]]
    content = await asyncio.to_thread(sheets_in.write, titles, [])
    return _download(content, f"mau-{kind}.xlsx")


def _download(content: bytes, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=content, content_type=sheets_in.XLSX, headers=headers)


async def run_page(request: web.Request) -> web.Response:
    """Show a list: what its columns mean, what is wrong with which row, how far it was taken over."""
    return await _show(request)


async def _show(request: web.Request, status: int = 200, **facts: object) -> web.Response:
    place = house(request)
    run = await place.db.read(queries.run_for, who(request), request.match_info["code"])
    bad = await place.db.read(queries.rows, run.id, (RowState.BAD,))
    done = await place.db.read(queries.rows, run.id, (RowState.DONE,), 30)
    common = {
        "run": run,
        "fields": rules.COLUMNS[run.kind],
        "typed": {name: str(column) for name, column in run.mapping.items()},
        "samples": await place.db.read(queries.samples, run.id),
        "bad": [_told(request, run, row) for row in bad],
        "done": done,
        "skips_bad": False,
        "passwords": (),
        "errors": {},
        "refused": "",
    }
    return await render(request, "imports/run.html", status, **{**common, **facts})


def _told(request: web.Request, run: Run, row: Row) -> dict[str, object]:
    """A row with its faults in sentences, each beside the heading of its column and what stands there."""
    faults = []
    for meaning, code, facts in row.faults:
        column = run.mapping.get(meaning)
        inside = column is not None and column < len(row.cells)
        faults.append(
            {
                "column": run.columns[column] if column is not None else "",
                "letter": _letter(column) if column is not None else "",
                "meaning": meaning,
                "value": row.cells[column][:120] if inside and column is not None else "",
                "sentence": field_sentence(request, code, facts),
            }
        )
    return {"number": row.number, "faults": faults}


def _letter(column: int) -> str:
    """The name of a column as a spreadsheet shows it: A, B, … Z, AA."""
    first, last = divmod(column, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


async def check(request: web.Request) -> web.Response:
    """Check every row with the meanings chosen; nothing else changes."""
    typed = await typed_in(request)
    code = request.match_info["code"]
    try:
        await house(request).db.write(actions.check, who(request), now(request), code, typed)
    except BadForm as bad:
        return await _show(request, 422, typed=typed, errors=bad.fields)
    return see_other(f"{LIST}/{code}?da=list_checked#kiem-tra")


async def take_over(request: web.Request) -> web.Response:
    """Take the good rows over: units and accounts at once, cases in the background."""
    form, place, here = await posted(request), house(request), who(request)
    code, skips_bad = request.match_info["code"], form.get("skips_bad") == "1"
    version = str(form.get("version", ""))
    expected = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None  # noqa: PLR2004 longer is no version
    run = await place.db.read(queries.run_for, here, code)
    try:
        if run.kind is ImportKind.ACCOUNTS:
            return await _open_accounts(request, run, skips_bad=skips_bad)
        action = actions_lists.take_over_units if run.kind is ImportKind.UNITS else actions_cases.begin
        await place.db.write(action, here, now(request), code, expected, skips_bad=skips_bad)
    except Refused as refused:
        if not refused.code.startswith("import_"):
            raise
        sentence = place.words.find("refusals", f"{refused.code}.text", locale(request), refused.facts)
        return await _show(request, 409, refused=sentence, skips_bad=skips_bad)
    return see_other(f"{LIST}/{code}?da=list_taken_over")


async def _open_accounts(request: web.Request, run: Run, *, skips_bad: bool) -> web.Response:
    """Open accounts and show their first passwords, this once: they are kept nowhere."""
    place, here = house(request), who(request)
    names = await place.db.read(queries.good_usernames, here, run.code) if run.state is not ImportState.DONE else ()
    passwords = {name: secrets.token_urlsafe(9) for name in names}
    async with account_pages.HASHING:
        hashes = await asyncio.to_thread(
            lambda: {name: accounts.RANDOM_HASHER.hash(word) for name, word in passwords.items()}
        )
    made = await place.db.write(
        actions_lists.take_over_accounts, here, now(request), run.code, hashes, skips_bad=skips_bad
    )
    if not made:
        return see_other(f"{LIST}/{run.code}")
    answer = await _show(request, passwords=tuple(passwords.items()))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def bad_rows(request: web.Request) -> web.Response:
    """Give the rows with faults as a table, with the sentence behind each, to be mended and handed in again."""
    place = house(request)
    run = await place.db.read(queries.run_for, who(request), request.match_info["code"])
    rows = await place.db.read(queries.rows, run.id, (RowState.BAD,), sheets_in.MOST_ROWS)
    told = []
    for row in rows:
        why = "; ".join(field_sentence(request, code, facts) for _, code, facts in row.faults)
        told.append([*row.cells, *[""] * (len(run.columns) - len(row.cells)), why])
    titles = [*run.columns, place.words.find("labels", "column.what_is_wrong", "vi")]
    return _download(await asyncio.to_thread(sheets_in.write, titles, told), f"dong-loi-{run.code}.xlsx")


async def drop(request: web.Request) -> web.Response:
    """Forget a list."""
    await posted(request)
    await house(request).db.write(actions.drop, who(request), now(request), request.match_info["code"])
    return see_other(f"{LIST}?da=list_dropped")


ROUTES = (
    get(LIST, list_page, rules.IMPORTERS),
    post(LIST, hand_in, rules.IMPORTERS),
    get(LIST + "/mau", example, rules.IMPORTERS),
    get(LIST + "/{code}", run_page, rules.IMPORTERS),
    get(LIST + "/{code}/dong-loi", bad_rows, rules.IMPORTERS),
    post(LIST + "/{code}/kiem-tra", check, rules.IMPORTERS),
    post(LIST + "/{code}/thuc-hien", take_over, rules.IMPORTERS),
    post(LIST + "/{code}/bo", drop, rules.IMPORTERS),
)
