"""Every way the office says no.

    OfficeError                 carries a code and facts; the sentence is chosen from the code
      NotSignedIn      401      sign in first (a page sends people to the sign-in form)
      NotHere          404      there is no such thing, or this person may not know that there is
      NotYours         403      it is known to exist, but this person may not do that
      Refused          409      a rule said no
      Stale            409      someone was quicker
      BadForm          422      field by field
      TooMuch          413/429  too large or too often
      Unavailable      503      something we need is not there at the moment

Everything else is a bug: it stays a built-in exception, is logged whole and shown as an
incident number. The sentences live in ``web/words/*.toml``; none is built at the raise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Fact = str | int | None


class OfficeError(Exception):
    """A refusal with a ``code`` (names a sentence) and ``facts`` (fill its gaps)."""

    status = 500

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotSignedIn(OfficeError):
    """The page needs a signed-in person."""

    status = 401


class NotHere(OfficeError):
    """There is no such thing, as far as this person may know."""

    status = 404

    def __init__(self, code: str = "not_here", **facts: Fact) -> None:
        super().__init__(code, **facts)


class NotYours(OfficeError):
    """The person may know of it but may not do this."""

    status = 403

    def __init__(self, code: str = "not_yours", **facts: Fact) -> None:
        super().__init__(code, **facts)


class Refused(OfficeError):
    """A rule said no; nothing was changed."""

    status = 409


class Stale(OfficeError):
    """Someone changed it first; nothing was changed, what was typed is kept by the page."""

    status = 409

    def __init__(self, code: str = "stale", **facts: Fact) -> None:
        super().__init__(code, **facts)


class TooMuch(OfficeError):
    """Too large (413) or too often (429)."""

    status = 429

    def __init__(self, code: str, status: int = 429, **facts: Fact) -> None:
        super().__init__(code, **facts)
        self.status = status


class Unavailable(OfficeError):
    """Something the office needs does not answer at the moment."""

    status = 503


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: a code naming a sentence, and its facts."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact])


class BadForm(OfficeError):
    """What was typed cannot be taken; ``fields`` says why, field by field."""

    status = 422

    def __init__(self, fields: Mapping[str, FieldError]) -> None:
        super().__init__("bad_form", count=len(fields))
        self.fields = dict(fields)
