"""Languages, catalogues, and dates and numbers the Vietnamese way.

Templates are written in Vietnamese and that sentence is the key; English is a catalogue
(``web/locale/en/*.po``). A missing translation shows Vietnamese, never the other way
round. Labels of words, refusals and field errors stand in ``web/words/*.toml``.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from babel.messages.pofile import read_po

from server.clock import local
from server.errors import Fact

LOCALES = ("vi", "en")
SECTIONS = ("labels", "refusals", "fields")
_GAP = re.compile(r"\{(\w+)\}")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every sentence the office can say: ``labels``, ``refusals`` and ``fields`` by key, and English by sentence."""

    words: Mapping[str, Mapping[str, str]]
    english: Mapping[str, str]

    def say(self, sentence: str, locale: str) -> str:
        """Return a sentence in a language; Vietnamese where the translation is missing."""
        return sentence if locale == "vi" else self.english.get(sentence) or sentence

    def find(self, section: str, key: str, locale: str, facts: Mapping[str, Fact] | None = None) -> str:
        """Return the sentence for a code with its gaps filled; the code itself if nobody wrote one."""
        sentence = self.words[section].get(key)
        if sentence is None:
            return key
        given = facts or {}
        # In one pass: a fact that holds braces is still a fact.
        return _GAP.sub(lambda gap: str(given.get(gap[1], gap[0])), self.say(sentence, locale))

    def has(self, section: str, key: str) -> bool:
        """Whether somebody wrote a sentence for this code."""
        return key in self.words[section]


@functools.cache
def load_catalogue(web: Path) -> Catalogue:
    """Read all words and translations below the ``web`` folder."""
    words: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for path in sorted((web / "words").glob("*.toml")):
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        for section in SECTIONS:
            words[section].update(_flat(found.get(section, {})))
    english: dict[str, str] = {}
    for path in sorted((web / "locale" / "en").rglob("*.po")):
        with path.open("rb") as file:
            english.update({str(m.id): str(m.string) for m in read_po(file) if m.id and m.string})
    return Catalogue(words, english)


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = str(value)
    return flat


def date_vi(on: date | datetime | None) -> str:
    """``05/02/2026``; a moment is taken at the office."""
    return "" if on is None else day_of(on).strftime("%d/%m/%Y")


def time_vi(at: datetime | None) -> str:
    """``08:30`` at the office."""
    return "" if at is None else local(at).strftime("%H:%M")


def datetime_vi(at: datetime | None) -> str:
    """``08:30 05/02/2026`` at the office."""
    return "" if at is None else local(at).strftime("%H:%M %d/%m/%Y")


def clock_vi(at: datetime | None) -> str:
    """``08:30:05`` at the office."""
    return "" if at is None else local(at).strftime("%H:%M:%S")


def iso(at: date | datetime | None) -> str:
    """The machine-readable form for ``<time datetime>``."""
    return "" if at is None else at.isoformat()


def day_of_week(on: date) -> str:
    """The key of the label of a weekday (``weekday.monday``)."""
    return "weekday." + _DAYS[on.weekday()]


def paper_date(on: date) -> tuple[str, str, str]:
    """Day, month, year as official papers write them: days under 10 and months 1 and 2 padded (F51)."""
    return f"{on.day:02d}", f"{on.month:02d}" if on.month < 3 else str(on.month), str(on.year)  # noqa: PLR2004 the rule's own number


def number_vi(value: float) -> str:
    """``1.234,5``."""
    whole, _, rest = f"{value:,.10g}".partition(".")
    return whole.replace(",", ".") + ("," + rest if rest else "")


def size_vi(count: int) -> str:
    """A file size in the largest fitting unit: ``1,4 MB``."""
    size, unit = float(count), 0
    while size >= 1024 and unit < 3:  # noqa: PLR2004 binary units up to GB
        size, unit = size / 1024, unit + 1
    return f"{number_vi(round(size, 1))} {('B', 'kB', 'MB', 'GB')[unit]}"


def duration_vi(milliseconds: int) -> str:
    """``12:05`` or ``1:02:05``."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def day_of(on: date | datetime) -> date:
    """The date of a day or of a moment at the office."""
    return local(on).date() if isinstance(on, datetime) else on
