"""The page of results, behind the search field of every staff page."""

from aiohttp import web

from server.accounts import queries as accounts
from server.accounts.queries import OfficerLine
from server.pagekit import get, house, now, render, who
from server.search import actions, queries_lines, rules
from server.search.queries_lines import FoundLine
from server.words import SearchKind

LONGEST = 120


async def search(request: web.Request) -> web.Response:
    """Show what carries the words, a page at a time; a citizen's number shows their matters."""
    place, here = house(request), who(request)
    typed = request.query.get("tim", "")[:LONGEST].strip()
    which = request.query.get("loai", "")
    kind = SearchKind(which) if which in set(SearchKind) else None
    wanted = rules.asked(typed)
    citizen = request.query.get("cong-dan", "")
    person, matters = "", tuple[FoundLine, ...]()
    if is_number(citizen):
        person, matters = await place.db.read(queries_lines.matters_of, here, int(citizen))
    found, officers = None, tuple[OfficerLine, ...]()
    if wanted is not None and here.role in rules.FINDS_OFFICERS:
        officers = await place.db.read(accounts.officers_named, here, typed)
    elif wanted is not None:
        page = request.query.get("trang", "1")
        found = await place.db.read(
            queries_lines.search, here, wanted, kind, max(1, int(page)) if is_number(page) else 1
        )
    if wanted is not None or matters:
        hits = (found.total if found else 0) + len(officers) + len(matters)
        await place.db.write(actions.note_search, here, now(request), hits)
    return await render(
        request,
        "search/results.html",
        typed=typed,
        which=which,
        most=rules.MOST_HITS,
        found=found,
        officers=officers,
        matters=matters,
        person=person,
    )


def is_number(typed: str) -> bool:
    """Whether this is a number that a page or a row may have."""
    return typed.isascii() and typed.isdigit() and len(typed) <= 9  # noqa: PLR2004 longer is no number of ours


ROUTES = (get("/tim", search, rules.SEARCHERS),)
