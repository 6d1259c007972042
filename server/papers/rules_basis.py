"""The lines of legal basis on papers: each with the days between which it is quoted.

The lines are data (``web/templates/print/basis.toml``), because an act that was replaced must vanish from
new papers on its day and stay on the papers that were issued under it.
"""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BasisLine:
    """One wording of one basis; ``until`` is the last day on which it is quoted."""

    key: str
    since: date
    until: date | None
    words: str

    @property
    def version(self) -> str:
        """Name of this wording, kept with every paper that quotes it."""
        return f"{self.key}@{self.since.isoformat()}"


@functools.cache
def load(web: Path) -> tuple[BasisLine, ...]:
    """Read all lines below the ``web`` folder."""
    found = tomllib.loads((web / "templates" / "print" / "basis.toml").read_text(encoding="utf-8"))
    return tuple(
        BasisLine(key, one["since"], one.get("until"), one["words"])
        for key, versions in found.items()
        for one in versions
    )


def in_force(lines: Sequence[BasisLine], keys: Sequence[str], on: date) -> tuple[BasisLine, ...]:
    """Return the wordings in force on a day, in the order of ``keys``; a key without one is left out."""
    by_key: Mapping[str, list[BasisLine]] = {key: [one for one in lines if one.key == key] for key in keys}
    return tuple(
        max(fitting, key=lambda one: one.since)
        for key in keys
        if (fitting := [one for one in by_key[key] if one.since <= on and (one.until is None or on <= one.until)])
    )
