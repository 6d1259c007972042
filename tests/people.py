"""People of the tests by name. Their office is that of ``server/founding.toml``.

Staff of phường Thạch Khôi: hanh (chair), phuc (deputy), loan (office head), tu (reception and
petition officer), yen (petition officer), dung (department), cuong (police), khoa (technician),
thu (records). City: bao (reception board), linh (inspector), quantri (administrator).
Other wards: quan and nga (Dương Kinh), son and mai (Bạch Đằng).
"""

from dataclasses import dataclass
from datetime import date

from server.words import Sex


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen as she fills in the form."""

    name: str
    id_number: str
    born_on: date
    sex: Sex
    phone: str
    email: str
    address: str


LAN = Person(
    "Nguyễn Thị Lan",
    "031190001234",
    date(1990, 5, 12),
    Sex.FEMALE,
    "0912345678",
    "lan@example.invalid",
    "Số 12, tổ 4, phường Thạch Khôi",
)
MINH = Person(
    "Trần Văn Minh",
    "030072004567",
    date(1972, 11, 3),
    Sex.MALE,
    "0987654321",
    "minh@example.invalid",
    "Số 7, tổ 9, phường Thạch Khôi",
)
OANH = Person(
    "Phạm Kiều Oanh", "031301009876", date(2001, 1, 20), Sex.FEMALE, "0333222111", "", "Số 45, tổ 2, phường Dương Kinh"
)

WARD = "thach-khoi"
OTHER_WARD = "duong-kinh"
