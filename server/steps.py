"""One step on one matter, the same in every slice: read what was typed, do it, lead back to the matter's page.

A wrong field, or a page somebody else was quicker than, shows that page again with all that was typed.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from server.errors import BadForm, Stale
from server.pagekit import house, posted, see_other, who

Typed = dict[str, str]
Doing = Callable[[web.Request, Typed], Awaitable[str]]
"""Reads its form, runs its action, returns the code of what was done."""


Show = Callable[..., Awaitable[web.Response]]
"""Shows the page of the matter: request, status, and ``errors``, ``typed``, ``is_stale`` where a step failed."""


async def typed_in(request: web.Request) -> Typed:
    """Return the words of a form of our own. Raises what ``pagekit.posted`` raises."""
    return {name: words for name, words in (await posted(request)).items() if isinstance(words, str)}


async def take(
    request: web.Request, doing: Doing, show: Show, back: str, asked: Callable[..., Any] | None = None
) -> web.Response:
    """Take a step and lead to ``back``.

    ``asked``: the query that is asked first with who acts and the code in the address, so that a
    wrong field does not tell that a matter exists.
    """
    typed = await typed_in(request)
    if asked is not None:
        await house(request).db.read(asked, who(request), request.match_info["code"])
    try:
        said = await doing(request, typed)
    except BadForm as bad:
        return await show(request, 422, errors=bad.fields, typed=typed)
    except Stale:
        return await show(request, 409, typed=typed, is_stale=True)
    return see_other(f"{back}?da={said}")
