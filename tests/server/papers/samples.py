"""A matter and words with which every form of paper can be printed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from server.house import WEB
from server.i18n import load_catalogue
from server.papers import rules_basis, rules_print
from server.papers.queries_matter import Matter, Person, Promise
from server.papers.rules_forms import FORMS, FieldKind
from server.papers.rules_print import Paper, Signature
from server.words import Kind, PaperForm, Sex
from tests.people import LAN

ON = date(2026, 2, 5)
AT = datetime(2026, 2, 2, 3, 0, tzinfo=UTC)

MATTER = Matter(
    unit_id=1,
    agency="Ủy ban nhân dân phường Thạch Khôi",
    parent="Ủy ban nhân dân thành phố Đông Hải",
    locality="Thạch Khôi",
    reception_place="Phòng tiếp công dân, tầng 1",
    kind=Kind.COMPLAINT,
    is_secret=False,
    case_number="2026/0147",
    title="Nước thải chảy vào ruộng tổ 4",
    content="Nước thải từ xưởng chảy vào ruộng.",
    prior_resolution="",
    received_at=AT,
    person=Person(LAN.name, Sex.FEMALE, LAN.id_number, date(2022, 3, 15), "Cục CSQLHC về TTXH", LAN.address, LAN.phone),
    met_at=AT,
    conclusion="Giao phòng Kinh tế kiểm tra trước ngày 20/7/2026.",
    presented="Nước thải chảy vào ruộng từ tháng 3, năm hộ bị mất mùa.",
    attendees=("Lê Hồng Phúc, Phó Chủ tịch UBND phường",),
    owed=(Promise("Kiểm tra xưởng, lập biên bản", "Phòng Kinh tế", date(2026, 7, 20)),),
    urged=None,
)

WORDS = {
    "addressee": "Phòng Kinh tế, Hạ tầng và Đô thị phường Thạch Khôi",
    "answer_by": "12/02/2026",
    "attendees": "Lê Hồng Phúc, Phó Chủ tịch UBND phường",
    "began": "08 giờ 30 ngày 05/02/2026",
    "bring": "Căn cước\nGiấy chứng nhận quyền sử dụng đất (bản sao chứng thực)",
    "competent_body": "Ủy ban nhân dân phường Dương Kinh",
    "conclusion": "Giao phòng Kinh tế kiểm tra trước ngày 20/7/2026.\nTrả lời công dân bằng văn bản.",
    "content": "Nước thải từ xưởng sơn gỗ chảy vào ruộng tổ 4 từ tháng 3; năm hộ bị mất mùa, đã phản ánh ba lần mà chưa được giải quyết.",
    "copies": "02",
    "days": "30 ngày",
    "decision": "ngày 05/02/2026, số 12/QĐ-UBND",
    "demand": "Đề nghị kiểm tra, xử lý và trả lời bằng văn bản.",
    "documents": "Đơn đề ngày 02/02/2026 | bản chính | 03\nẢnh chụp ruộng tổ 4 | bản chụp | 12\nGiấy chứng nhận quyền sử dụng đất | bản sao chứng thực | 04",
    "due_on": "02/02/2026",
    "enclosed": "Đơn đề ngày 02/02/2026 và 12 ảnh chụp",
    "ended": "09 giờ 15",
    "ground": "already_resolved",
    "guidance": "Bổ sung chữ ký hoặc điểm chỉ và gửi lại đơn.",
    "handling": "Ủy ban nhân dân phường đã giao kiểm tra; kết quả được thông báo trước ngày 27/02/2026.",
    "incoming": "354/UBND-VHXH",
    "measures": "Giữ bí mật nơi ở, chỗ làm việc.",
    "meet_at": "08 giờ 30, thứ Hai ngày 09/02/2026",
    "met": "02/02/2026",
    "owed": "Kiểm tra xưởng, lập biên bản | Phòng Kinh tế, Hạ tầng và Đô thị | 20/02/2026",
    "parts": "Khiếu nại quyết định thu hồi đất | Chủ tịch UBND phường\nPhản ánh tiếng ồn ban đêm | Công an phường",
    "petition_on": "02/02/2026",
    "place": "Phòng tiếp công dân, tầng 1, trụ sở UBND phường",
    "prior_decision": "Quyết định số 37/QĐ-UBND ngày 10/12/2025",
    "proposal": "Thụ lý giải quyết khiếu nại; giao Phòng Kinh tế xác minh.",
    "reasons": "Quyết định bị khiếu nại do Ủy ban nhân dân phường Dương Kinh ban hành.",
    "recipients": "Đảng ủy phường (để b/c)",
    "tasks": "Xác minh tại chỗ, làm việc với các hộ liên quan, báo cáo bằng văn bản.",
    "team": "Vũ Tiến Dũng | Chuyên viên Phòng Kinh tế | Tổ trưởng\nPhạm Hải Yến | Công chức xử lý đơn | Thành viên",
}


def kind_for(form: PaperForm) -> Kind:
    """A kind of matter in which a form is used."""
    return next(kind for kind in (Kind.COMPLAINT, Kind.FEEDBACK, Kind.DENUNCIATION) if kind in FORMS[form].kinds)


def printable(form: PaperForm, *, number: int | None = 5, is_deputy: bool = False) -> dict[str, Any]:
    """Everything a form prints, with every field filled."""
    words = {field.name: WORDS[field.name] for field in FORMS[form].fields}
    kind = kind_for(form)
    matter = replace(MATTER, kind=kind, is_secret=kind is Kind.DENUNCIATION)
    name, title = ("Lê Hồng Phúc", "Phó Chủ tịch") if is_deputy else ("Đỗ Thị Hạnh", "Chủ tịch UBND phường")
    on = ON if number is not None else None
    paper = Paper("VB-7K4M-29QX", form, words, number, on, Signature(name, title, is_deputy))
    say = load_catalogue(WEB)
    basis = rules_basis.in_force(rules_basis.load(WEB), FORMS[form].basis, ON)
    found = rules_print.facts(paper, matter, basis, lambda key: say.find("labels", key, "vi"))
    return {**found, "lookup": "https://tiepdan.example.invalid/tra-cuu"}


def typed(form: PaperForm) -> dict[str, str]:
    """What a person types into every field of a form."""
    return {field.name: WORDS[field.name] for field in FORMS[form].fields}


def words_printed(form: PaperForm) -> list[str]:
    """Every line that was typed and must stand in the paper, accents and all."""
    found: list[str] = []
    for field in FORMS[form].fields:
        if field.kind is FieldKind.GROUND:
            continue
        for line in WORDS[field.name].split("\n"):
            found += [part.strip() for part in line.split("|")] if field.kind is FieldKind.ITEMS else [line]
    return found
