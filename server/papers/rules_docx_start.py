"""The two sets of facts around an own template: names in place of facts, and invented facts to look at it with."""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.papers import rules
from server.papers.rules_docx import COLUMNS, DAY, GENERAL, NAMES, PERSON, names_person
from server.papers.rules_forms import FORMS, Signs
from server.words import PaperForm

EACH: Mapping[str, str] = {
    "cc": "can_cu",
    "nn": "noi_nhan",
    "tl": "tai_lieu",
    "cd": "cac_don",
    "ng": "nguoi_duoc_giao",
    "pc": "phan_cong",
}
"""Short name of a row in the starting document → its list."""
_SHORT = {listed: short for short, listed in EACH.items()}
SIGNATURE = ("{{ quyen_ky }}", "{{ nguoi_ky }}")


def named(form: PaperForm) -> dict[str, Any]:
    """Return the facts of a paper with the name of a field in place of each."""
    facts: dict[str, Any] = {key: field(name) for name, key in GENERAL.items()}
    if not FORMS[form].type_code:
        facts["number"] = ""
    row = f"{{{{ {_SHORT['can_cu']}.dong }}}}"
    return {
        **facts,
        "form": form.value,
        "date": [field(name) for name in DAY],
        "is_draft": False,
        "is_secret": not names_person(form),
        "w": {"recipients": "", **{one.name: _typed(one.name) for one in FORMS[form].fields}},
        "person": {key: field(name) for name, key in PERSON.items()},
        "signer": {"as": "chair", "name": field("nguoi_ky"), "title": field("chuc_danh_ky")},
        "basis": [row] if FORMS[form].basis else [],
        "basis_line": field("can_cu_lien"),
        "basis_versions": [],
        "system": "",
        "lookup": field("noi_tra_cuu"),
    }


def field(name: str) -> str:
    """Return how a field is written in a template."""
    return f"{{{{ {name} }}}}"


def _typed(name: str) -> str:
    listed = NAMES[name]
    if name == "recipients":
        return f"{{{{ {_SHORT[listed]}.dong }}}}"
    if name not in COLUMNS:
        return field(listed)
    return " | ".join(f"{{{{ {_SHORT[listed]}.{column} }}}}" for column in COLUMNS[name][1:])


def each_of(form: PaperForm) -> dict[str, str]:
    """Return the short names that a starting document of a form loops with."""
    own = {NAMES[one.name] for one in FORMS[form].fields} | {"can_cu"}
    return {short: listed for short, listed in EACH.items() if listed in own}


@functools.cache
def load(web: Path) -> Mapping[str, Any]:
    """Read the invented facts below the ``web`` folder."""
    return tomllib.loads((web / "templates" / "print" / "invented.toml").read_text(encoding="utf-8"))


def invented(form: PaperForm, facts: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the facts of an issued paper of a form about nobody."""
    day, words = facts["day"], facts["words"]
    signs = "chair" if FORMS[form].signs is Signs.HEAD else "receiver"
    return {
        **{key: facts[key] for key in ("parent", "agency", "locality", "case_number", "code", "lookup")},
        "number": rules.number_text(form, 5),
        "kind": kind,
        "date": day,
        "is_draft": False,
        "is_secret": not names_person(form),
        "w": {one.name: words[one.name] for one in FORMS[form].fields},
        "person": facts["person"],
        "signer": {"as": signs, **facts["signer"]},
        "basis": facts["basis"] if FORMS[form].basis else [],
    }
