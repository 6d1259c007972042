"""Facts about a citizen's papers that the forms and tables hold by their shape."""

from server.intake.forms import WhoForm
from server.office.forms_fields import read_form
from server.tables import Reception

OLD = "Thôn Đông Lâu, xã Thạch Khôi, huyện Gia Lộc, tỉnh Hải Dương"


def test_f15_an_old_address_of_three_levels_is_kept_as_written() -> None:
    typed = {"name": "Nguyễn Thị Lan", "phone": "0912345678", "id_kind": "other", "id_number": "142000111"}
    assert read_form(WhoForm, {**typed, "address": OLD}).address == OLD


def test_f19_there_is_no_place_for_a_picture_of_a_card() -> None:
    kept = {column.name for column in Reception.__table__.columns if "identity" in column.name}
    assert kept == {"identity_check", "identity_checked_by"}
