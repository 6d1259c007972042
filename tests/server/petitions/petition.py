"""A petition on its way, and what it asks to be entered into the national database."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.demo import officer_named
from server.intake.actions_register import NewPerson
from server.intake.rules_sorting import Sorting
from server.national import actions as national
from server.petitions import actions
from server.petitions.actions import Classified, NewPetition
from server.tables import NationalEntry
from server.words import Kind, NationalEvent, PetitionField, Standing, Target

TITLE = "Khiếu nại quyết định thu hồi đất"
CONTENTS = ("Xem lại quyết định thu hồi đất số 12", "Trả lại hồ sơ đã nộp")


def lay(db: Session, at: datetime) -> tuple[str, str]:
    """Enter and classify a petition of seven people; return its code and that of its national entry."""
    tu = officer_named(db, "tu")
    new = NewPetition(
        kind=Kind.COMPLAINT,
        title=TITLE,
        received_on=date(2026, 7, 1),
        key="a petition",
        person=NewPerson("Trần Thị Hòa", "0912000111", address="Số 5, tổ 2"),
        contents=CONTENTS,
        group_size=7,
    )
    code = actions.lodge(db, tu, at, new)
    actions.check(db, tu, at, code, frozenset(), None)
    actions.classify(
        db, tu, at, code, Classified(Kind.COMPLAINT, Target.WARD, Sorting(PetitionField.LAND, Standing.NEW)), None
    )
    national.gather(db, tu, at, tu.unit_id)
    wanted = select(NationalEntry.code).where(
        NationalEntry.about_code == code, NationalEntry.event == NationalEvent.PETITION_RECEIVED
    )
    return code, db.scalars(wanted).one()
