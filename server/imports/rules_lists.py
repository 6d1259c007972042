"""Check one row of a list of units or of accounts against what is there and the rows above it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from server import text
from server.imports.rules import Cells, RowFault, common_faults, first_of_each, folded, word_meant
from server.words import ImportKind, Role, UnitKind

UNIT_WORDS: Mapping[str, str] = {
    "phuong": UnitKind.WARD,
    "xa": UnitKind.WARD,
    "dac khu": UnitKind.WARD,
    "phuong xa": UnitKind.WARD,
    "uy ban nhan dan phuong": UnitKind.WARD,
    "uy ban nhan dan xa": UnitKind.WARD,
    "so": UnitKind.DEPARTMENT,
    "so nganh": UnitKind.DEPARTMENT,
    "phong": UnitKind.DEPARTMENT,
    "phong chuyen mon": UnitKind.DEPARTMENT,
    "thanh tra": UnitKind.DEPARTMENT,
    "trung tam": UnitKind.DEPARTMENT,
    "ban tiep cong dan": UnitKind.CITY_BOARD,
    "thanh pho": UnitKind.CITY,
    "tinh": UnitKind.CITY,
}
"""What a list calls a unit. A commune and a special zone receive as a ward does (domain.md F14)."""
ROLE_WORDS: Mapping[str, str] = {
    "cong chuc tiep cong dan": Role.RECEPTION_OFFICER,
    "tiep cong dan": Role.RECEPTION_OFFICER,
    "cong chuc xu ly don": Role.PETITION_OFFICER,
    "xu ly don": Role.PETITION_OFFICER,
    "chu tich": Role.WARD_CHAIR,
    "chu tich uy ban nhan dan phuong": Role.WARD_CHAIR,
    "chu tich ubnd": Role.WARD_CHAIR,
    "pho chu tich": Role.WARD_VICE_CHAIR,
    "pho chu tich uy ban nhan dan phuong": Role.WARD_VICE_CHAIR,
    "pho chu tich ubnd": Role.WARD_VICE_CHAIR,
    "chanh van phong": Role.OFFICE_HEAD,
    "can bo phong chuyen mon": Role.CASE_OFFICER,
    "phong chuyen mon": Role.CASE_OFFICER,
    "ban tiep cong dan thanh pho": Role.CITY_BOARD_MEMBER,
    "cong an phuong": Role.WARD_POLICE,
    "cong an": Role.WARD_POLICE,
    "can bo ky thuat": Role.TECHNICIAN,
    "ky thuat": Role.TECHNICIAN,
    "thanh tra": Role.INSPECTOR,
    "van thu luu tru": Role.RECORDS_OFFICER,
    "van thu": Role.RECORDS_OFFICER,
    "quan tri he thong": Role.SYS_ADMIN,
    "quan tri": Role.SYS_ADMIN,
}
USERNAME = re.compile(r"[a-z0-9][a-z0-9.\-]{1,58}")


@dataclass(slots=True)
class UnitsKnown:
    """Units there are, and those of the rows above: codes by the words that name them."""

    codes: set[str]
    by_word: dict[str, str]
    top: str
    by_name: dict[str, str] = field(default_factory=dict)

    def find(self, words: str) -> str | None:
        """Return the code of the unit that words name: a code, or a whole name; without accents if only one is meant."""
        return (
            self.by_word.get(words.lower())
            or self.by_name.get(words.lower())
            or self.by_word.get(folded(words))
            or None
        )

    def add(self, code: str, name: str) -> None:
        """Remember a unit."""
        self.codes.add(code)
        self.by_word[code] = code
        self.by_name[name.lower()] = code
        # Two names that only their accents tell apart are nobody's without them.
        word = folded(name)
        self.by_word[word] = code if self.by_word.get(word, code) == code else ""


def unit_code(cells: Cells) -> str:
    """Return the code of a unit: as given, else made of its name."""
    return (cells["unit_code"].lower() or re.sub(r"[^a-z0-9]+", "-", text.fold(cells["unit_name"])).strip("-"))[:40]


def unit_faults(cells: Cells, known: UnitsKnown) -> list[RowFault]:
    """Return what is wrong with a unit; a good one is known to the rows below it."""
    faults = common_faults(ImportKind.UNITS, cells)
    code = unit_code(cells)
    kind = word_meant(cells["unit_kind"], UNIT_WORDS)
    if kind is None:
        faults.append(RowFault("unit_kind", "unit_kind", {"value": cells["unit_kind"]}))
    elif kind == UnitKind.CITY:
        faults.append(RowFault("unit_kind", "unit_one_city"))
    if not re.fullmatch(r"[a-z0-9][a-z0-9\-]*", code):
        faults.append(RowFault("unit_code", "unit_code"))
    elif code in known.codes or folded(cells["unit_name"]) in known.by_word:
        faults.append(RowFault("unit_name", "unit_known", {"value": cells["unit_name"]}))
    parent = cells["unit_parent"]
    if parent and known.find(parent) is None:
        faults.append(RowFault("unit_parent", "unit_parent", {"value": parent}))
    if not faults:
        known.add(code, cells["unit_name"])
    return first_of_each(faults)


@dataclass(slots=True)
class AccountsKnown:
    """Who and what there is: names taken (open and closed), units one manages, rows above."""

    taken: frozenset[str]
    closed: frozenset[str]
    units: UnitsKnown
    names: dict[str, str] = field(default_factory=dict)
    held: set[tuple[str, str, str]] = field(default_factory=set)


def account_faults(cells: Cells, known: AccountsKnown) -> list[RowFault]:
    """Return what is wrong with an account. The same login in a further row is a further role of that person."""
    faults = common_faults(ImportKind.ACCOUNTS, cells)
    username, name = cells["username"].lower(), text.fold(cells["person_name"])
    unit, role = known.units.find(cells["person_unit"]), word_meant(cells["role"], ROLE_WORDS)
    faults += _username_faults(username, name, known)
    if unit is None:
        faults.append(RowFault("person_unit", "account_unit", {"value": cells["person_unit"]}))
    if role is None:
        faults.append(RowFault("role", "account_role", {"value": cells["role"]}))
    if cells["phone"] and phone_of(cells["phone"]) is None:
        faults.append(RowFault("phone", "phone"))
    if not faults and unit is not None and role is not None:
        if (username, unit, role) in known.held:
            return [RowFault("role", "account_twice")]
        known.names[username] = name
        known.held.add((username, unit, role))
    return first_of_each(faults)


def _username_faults(username: str, name: str, known: AccountsKnown) -> list[RowFault]:
    if not USERNAME.fullmatch(username):
        return [RowFault("username", "username")]
    if username in known.closed:
        return [RowFault("username", "username_closed", {"value": username})]
    if username in known.taken:
        return [RowFault("username", "username_taken", {"value": username})]
    if known.names.get(username, name) != name:
        return [RowFault("username", "username_other_person", {"value": username})]
    return []


def phone_of(written: str) -> str | None:
    """Return a telephone number; a table that took it for a sum has dropped its first nought."""
    return text.phone_number(written) or (text.phone_number("0" + written) if written.isdigit() else None)
