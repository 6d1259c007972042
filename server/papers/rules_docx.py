"""What an office's own template may name in each form, what it must name, and what stands there.

The names are what officers type in Word, so they are Vietnamese without accents. What each means is said by a
label: ``paper_field.<field>`` for what is typed into the form, ``paper_slot.<name>`` for the rest.

Why the own template stands beside the built-in print and not in its place: ``server/decisions/0013``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.papers.rules_forms import FORMS, FieldKind, Signs
from server.words import FOR_CITIZENS, Kind, PaperForm

Say = Callable[[str], str]
MOST_VERSIONS = 50
"""Versions of one form that an office keeps; more are refused."""
DECISION = "QĐ"
"""Decisions are signed by the chair in person, without TM."""
DOTS = "....."

GENERAL = {
    "co_quan_chu_quan": "parent",
    "co_quan": "agency",
    "dia_danh": "locality",
    "so_van_ban": "number",
    "vu_viec": "case_number",
    "loai_viec": "kind",
    "ma_van_ban": "code",
}
DAY = ("ngay", "thang", "nam")
PERSON = {
    "xung_ho": "call",
    "ho_ten": "name",
    "so_giay_to": "id_number",
    "cap_giay_to": "id_issued",
    "dia_chi": "address",
    "dien_thoai": "phone",
}
_SIGNATURE = ("quyen_ky", "chuc_danh_ky", "nguoi_ky")
_REST = ("du_thao", "noi_tra_cuu", "can_cu_lien")
_LINES = ("dong",)
NAMES: Mapping[str, str] = {
    "ground": "can_cu_tu_choi",
    "content": "noi_dung",
    "reasons": "ly_do",
    "prior_decision": "van_ban_da_giai_quyet",
    "recipients": "noi_nhan",
    "place": "dia_diem",
    "documents": "tai_lieu",
    "copies": "so_ban",
    "meet_at": "thoi_gian_hen",
    "bring": "giay_to_mang_theo",
    "petition_on": "ngay_don",
    "competent_body": "co_quan_tham_quyen",
    "parts": "cac_don",
    "addressee": "kinh_gui",
    "incoming": "so_van_ban_den",
    "enclosed": "gui_kem",
    "due_on": "thoi_han",
    "answer_by": "bao_cao_truoc",
    "proposal": "de_xuat",
    "days": "thoi_han_giai_quyet",
    "guidance": "cong_dan_can_lam",
    "team": "nguoi_duoc_giao",
    "tasks": "nhiem_vu",
    "began": "bat_dau",
    "ended": "ket_thuc",
    "demand": "yeu_cau",
    "decision": "quyet_dinh_thu_ly",
    "measures": "noi_dung_bao_ve",
    "met": "ngay_tiep",
    "attendees": "thanh_phan",
    "conclusion": "ket_luan",
    "owed": "phan_cong",
    "handling": "ket_qua_xu_ly",
}
"""Field of a form → its name in a template."""
COLUMNS = {
    "documents": ("stt", "ten", "loai", "so_trang"),
    "parts": ("stt", "noi_dung", "co_quan"),
    "team": ("stt", "ho_ten", "chuc_vu", "vai_tro"),
    "owed": ("stt", "noi_dung", "nguoi_thuc_hien", "thoi_han"),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One name that a template may use: the key of the label that says what it means; the columns of a list."""

    name: str
    label: str
    columns: tuple[str, ...] = ()
    is_needed: bool = False
    """Without it the template is refused: it would not be an official paper any more."""
    is_expected: bool = False
    """Without it the template is taken and the page says what it leaves out."""


def slots(form: PaperForm) -> tuple[Slot, ...]:
    """Return what a template of a form may name, in the order of a paper from top to bottom."""
    must = needed(form)
    general = [*GENERAL, *DAY, *_REST, *(PERSON if names_person(form) else ()), *_SIGNATURE]
    found = [Slot(name, f"paper_slot.{name}", (), name in must) for name in general]
    found.append(Slot("can_cu", "paper_slot.can_cu", _LINES))
    for field in FORMS[form].fields:
        columns = _LINES if field.name == "recipients" else COLUMNS.get(field.name, ())
        found.append(Slot(NAMES[field.name], f"paper_field.{field.name}", columns, is_expected=field.is_needed))
    return tuple(found)


def needed(form: PaperForm) -> tuple[str, ...]:
    """Return the names without which there is no official paper: number, day, who signs and by what power (4.6)."""
    one = FORMS[form]
    if not one.type_code:
        # A form that the citizen signs, printed for them: nobody of the office is under it.
        return ("ho_ten",)
    return ("so_van_ban", *DAY, *(("quyen_ky",) if one.signs is Signs.HEAD else ()), "nguoi_ky")


def names_person(form: PaperForm) -> bool:
    """Whether a form may name the citizen: of a denunciation only what goes to the denouncer does (2.9)."""
    return form in FOR_CITIZENS or FORMS[form].kinds != frozenset({Kind.DENUNCIATION})


def left_out(form: PaperForm, used: tuple[str, ...]) -> tuple[Slot, ...]:
    """Return what a form is made for and a template does not print."""
    return tuple(slot for slot in slots(form) if slot.is_expected and slot.name not in used)


def values(form: PaperForm, facts: Mapping[str, Any], say: Say) -> dict[str, Any]:
    """Return what stands at each name: text, or rows of text for a list. ``facts``: of ``rules_print``, or as sealed."""
    day, month, year = facts["date"] or (DOTS, DOTS, DOTS)
    signer, typed = facts["signer"], facts["w"]
    found: dict[str, Any] = {name: facts[key] for name, key in GENERAL.items()}
    found |= {"ngay": day, "thang": month, "nam": year}
    found |= {
        "du_thao": say("paper_slot_value.draft") if facts["is_draft"] else "",
        "noi_tra_cuu": facts.get("lookup", ""),
        "can_cu_lien": "; ".join(facts["basis"]),
        "can_cu": [{"dong": line} for line in facts["basis"]],
        "quyen_ky": say(f"paper_signs.{_power(form, signer['as'])}"),
        "chuc_danh_ky": signer["title"],
        "nguoi_ky": signer["name"],
    }
    if names_person(form):
        found |= _person(form, facts, say)
    for field in FORMS[form].fields:
        given = str(typed.get(field.name, ""))
        if field.kind is FieldKind.GROUND:
            given = say(f"decline_ground.{given}") if given else ""
        found[NAMES[field.name]] = _rows(field.name, given) if _is_list(field.name) else given
    return found


def _power(form: PaperForm, signs_as: str) -> str:
    return f"{signs_as}_own" if FORMS[form].type_code == DECISION and signs_as != "receiver" else signs_as


def _person(form: PaperForm, facts: Mapping[str, Any], say: Say) -> dict[str, str]:
    if facts["is_secret"] and form not in FOR_CITIZENS:
        return dict.fromkeys(PERSON, "") | {"ho_ten": say("paper.denouncer")}
    return {name: facts["person"][key] for name, key in PERSON.items()}


def _is_list(field: str) -> bool:
    return field in COLUMNS or field == "recipients"


def _rows(field: str, given: str) -> list[dict[str, str]]:
    lines = [line for line in given.split("\n") if line.strip()]
    if field not in COLUMNS:
        return [{"dong": line} for line in lines]
    first, *columns = COLUMNS[field]
    rows = []
    for number, line in enumerate(lines, 1):
        parts = [part.strip() for part in line.split("|", len(columns) - 1)]
        rows.append({first: str(number), **dict(zip(columns, [*parts, *[""] * len(columns)], strict=False))})
    return rows
