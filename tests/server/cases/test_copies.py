"""What is handed over of a denunciation for checking: F64, F65."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.cases import rules_copies
from server.cases.rules_copies import GAP, Denouncer
from server.demo import officer_named
from server.house import House
from server.petitions import actions as petitions
from server.petitions.actions import NewPetition
from server.tables import Attachment, AuditEntry, Case, Petition, PetitionPerson, ReceptionRequest
from server.words import Kind, Origin, PetitionPart, Role
from tests.conftest import OpenBrowser
from tests.people import LAN
from tests.server.minutes import receptions
from tests.server.minutes.receptions import NINE

ONE = Denouncer(LAN.name, LAN.id_number, LAN.phone, LAN.email, LAN.address)
WRITTEN = (
    "Tôi là NGUYỄN THỊ LAN, ở số 12, tổ 4, điện thoại 0912.345.678 hoặc +84 912 345 678. "
    "Cán bộ địa chính nhận 5 triệu đồng của bà Lan và của ông Lân."
)
GUARDIAN = "Vũ Thị Mai"
FIT = f"Tôi là {GAP}, ở {GAP}, điện thoại {GAP} hoặc {GAP}. Cán bộ địa chính nhận 5 triệu đồng của bà {GAP} và của ông Lân."


def test_f64_what_is_known_of_the_denouncer_is_taken_out() -> None:
    assert rules_copies.masked(WRITTEN, [ONE]) == FIT
    assert rules_copies.without_denouncer(FIT, [ONE]) == FIT
    assert rules_copies.without_denouncer("nguyen  thi\nlan / 031190 001234", [ONE]) == f"{GAP} / {GAP}"


@given(words=st.text("aà Đ1,\n", max_size=8), name=st.sampled_from([LAN.name, LAN.phone]))
@settings(max_examples=15, deadline=None)
def test_f64_a_name_is_found_wherever_it_stands(words: str, name: str) -> None:
    kept = rules_copies.without_denouncer(f"{words} {name} {words}", [ONE])
    assert name not in kept
    assert rules_copies.without_denouncer(kept, [ONE]) == kept


def lay(db: Session) -> str:
    """A denunciation by Lan with a photographed page of her handwriting; returns the code of its case."""
    held = receptions.book(db)
    tu = officer_named(db, "tu")
    denounced = NewPetition(
        Kind.DENUNCIATION, "Đơn tố cáo", NINE.date(), "a petition of Lan", request_code=held.request_code,
        contents=(WRITTEN,),
    )  # fmt: skip
    petitions.lodge(db, tu, NINE, denounced)
    guardian = PetitionPerson(
        petition_id=db.scalars(select(Petition.id)).one(), part=PetitionPart.LEGAL_REPRESENTATIVE, name=GUARDIAN, added_at=NINE,
    )  # fmt: skip
    db.add(guardian)
    db.execute(update(Petition).values(case_id=held.case_id))
    db.execute(update(ReceptionRequest).values(kind=Kind.DENUNCIATION))
    db.execute(update(Case).values(kind=Kind.DENUNCIATION, is_restricted=True))
    db.add(
        Attachment(
            code="GT-HAND-01", request_id=held.request_id, case_id=held.case_id, name="don-viet-tay.jpg",
            content_type="image/jpeg", bytes=3, sha256="0" * 64, stored_as="x.jpg", origin=Origin.SCANNED, uploaded_at=NINE,
        )
    )  # fmt: skip
    return db.scalars(select(Case.code).where(Case.id == held.case_id)).one()


def looks(db: Session, verb: str = "viewed_copy") -> list[tuple[str, Role]]:
    rows = db.execute(select(AuditEntry.who_name, AuditEntry.role).where(AuditEntry.verb == verb))
    return [(name, role) for name, role in rows]


async def test_f64_f65_a_department_officer_reads_a_transcript_and_nothing_else(
    house: House, open_browser: OpenBrowser
) -> None:
    code = house.db.write_now(lay)
    case = f"/vu-viec/{code}"
    tu, dung = await open_browser("tu", Role.RECEPTION_OFFICER), await open_browser("dung")
    assert f"{case}/ban-chep" in await tu.get(case)
    page = await tu.get(f"{case}/ban-chep")
    assert FIT in page
    assert len(house.db.read_now(looks, "viewed_case")) == 2
    key, reader = re.findall(r'<option value="(\d+)"[^>]*>[^<]*Dũng|name="key" value="(\w+)"', page)
    form = {"copy_words": WRITTEN, "officer_id": reader[0], "is_read": "1", "key": key[1]}
    fit = {**form, "copy_words": FIT}
    for bare in (form, {**form, "copy_words": f"{FIT} {GUARDIAN}"}):
        assert "còn họ tên" in await tu.post(f"{case}/ban-chep", bare, status=422)
    assert "đọc lại toàn bộ" in await tu.post(f"{case}/ban-chep", {**fit, "is_read": ""}, status=422)
    for _ in range(2):
        await tu.post(f"{case}/ban-chep", fit)
    mine = re.findall(r"/noi-dung-xac-minh/BC-[\w-]+", await dung.get("/noi-dung-xac-minh"))
    assert len(set(mine)) == 1
    read = await dung.get(mine[0])
    assert FIT in read
    secrets = (LAN.name, LAN.phone, LAN.address, LAN.id_number, "viet-tay", "GT-HAND-01", code, "<img", ".jpg")
    assert not [one for one in secrets if one in read]
    [(name, role)] = house.db.read_now(looks)
    assert name.endswith("Dũng")
    assert role is Role.CASE_OFFICER
    request = house.db.read_now(lambda db: db.scalars(select(ReceptionRequest.code)).one())
    await dung.get(case, status=404)
    for path in (f"{case}/ban-chep", f"/dang-ky-moi/{request}/tep/GT-HAND-01"):
        await dung.get(path, status=403)
    assert "Đã mở xem" in await tu.get(f"{case}/ban-chep")
    assert "Xem bản chép lại để xác minh" in await tu.get(case)
    for stranger in ("quan", "loan", "yen", "phuc"):
        await (await open_browser(stranger)).get(
            f"{case}/ban-chep", status=404 if stranger in {"quan", "phuc"} else 403
        )
    for _ in range(2):
        await tu.post(f"{case}/ban-chep/{mine[0].rpartition('/')[2]}/thu-hoi")
    await dung.get(mine[0], status=404)
