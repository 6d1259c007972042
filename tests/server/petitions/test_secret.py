"""What is found to be a denunciation, or to hold a secret, is closed or emptied wherever its words stand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cases.queries import case_for
from server.cases.queries_lists import CaseFilter, cases
from server.errors import NotHere, Refused
from server.house import House
from server.intake.actions_register import NewPerson
from server.intake.queries import request_for
from server.intake.rules_sorting import Sorting
from server.petitions import actions, actions_parts
from server.petitions.actions import Classified, NewPetition, Proposed
from server.petitions.actions_parts import Part
from server.petitions.queries import petition_for
from server.reception.actions import reception_of
from server.scheduling.queries import day_for
from server.tables import Appointment, AuditEntry, Case, OutboxLetter, Petition, PetitionContent, ReceptionRequest
from server.who import Who
from server.words import AppointmentState, Direction, Gap, Kind, PetitionField, RequestState, Role, Standing, Target
from tests.people import LAN
from tests.server.reception.booked import book_lan

FOUND = Classified(Kind.DENUNCIATION, Target.WARD_STAFF, Sorting(PetitionField.DUTY, Standing.NEW))
LAID = NewPetition(Kind.RECOMMENDATION, "Về ngõ 12", date(2026, 7, 1), "k" * 32, contents=("Ngõ 12 ngập",))


def _coming(db: Session) -> Appointment:
    return db.scalars(select(Appointment).where(Appointment.state == AppointmentState.BOOKED)).one()


@pytest.mark.one_engine
async def test_a_denunciation_found_on_a_petition_closes_its_registration_and_case(
    house: House, who_of: Callable[..., Who]
) -> None:
    at, tu, loan = house.clock.now(), who_of("tu", Role.RECEPTION_OFFICER), who_of("loan")

    def found(db: Session) -> None:
        booked = book_lan(db, at, b"")
        db.scalars(select(Case)).one().number = "2026/9999"
        new = NewPetition(LAID.kind, LAID.title, LAID.received_on, LAID.key, request_code=booked.request_code)
        code = actions.lodge(db, tu, at, new)
        assert request_for(db, loan, booked.request_code).case_id == case_for(db, loan, booked.case_code).id
        for _ in range(2):
            actions.check(db, loan, at, code, frozenset({Gap.UNSIGNED}), None)
        actions.check(db, loan, at, code, frozenset(), None)
        actions.classify(db, loan, at, code, FOUND, None)
        for ask, name in ((petition_for, code), (request_for, booked.request_code), (case_for, booked.case_code)):
            ask(db, tu, name)
            with pytest.raises(NotHere):
                ask(db, loan, name)
        for name in (booked.appointment_code, _coming(db).code):
            with pytest.raises(Refused, match="not_online_room"):
                reception_of(db, at, name)
        # Nobody has to think of it: the hour stays, in person, and the citizen is written to.
        assert _coming(db).is_in_person
        assert len(list(db.scalars(select(OutboxLetter.id).where(OutboxLetter.template == "moved")))) == 2
        # Accepted, it gets a case of its own kind, which runs the terms of the law on denunciations.
        actions.propose(db, tu, at, code, Proposed(Direction.ACCEPT, words="Thuộc thẩm quyền"), None)
        actions.decide(db, who_of("hanh"), at, code, "", None)
        case = db.get_one(Case, db.scalars(select(Petition.case_id)).one())
        assert (case.kind, case.is_restricted) == (Kind.DENUNCIATION, True)
        assert case.code != booked.case_code
        verbs = list(db.scalars(select(AuditEntry.verb).where(AuditEntry.verb == "petition_fail_check")))
        assert len(verbs) == 2

    await house.db.write(found)


@pytest.mark.one_engine
async def test_f27_the_case_and_its_appointment_leave_the_ward_with_the_petition(
    house: House, who_of: Callable[..., Who]
) -> None:
    at, tu, hanh, bao = house.clock.now(), who_of("tu", Role.RECEPTION_OFFICER), who_of("hanh"), who_of("bao")

    def routed(db: Session) -> None:
        booked = book_lan(db, at, b"")
        db.scalars(select(Case)).one().number = "2026/9999"
        new = NewPetition(LAID.kind, LAID.title, LAID.received_on, LAID.key, request_code=booked.request_code)
        code = actions.lodge(db, tu, at, new)
        actions.check(db, tu, at, code, frozenset(), None)
        chair = replace(FOUND, target=Target.WARD_CHAIR)
        assert actions.classify(db, tu, at, code, chair, None)
        for ask, name in ((petition_for, code), (request_for, booked.request_code), (case_for, booked.case_code)):
            for who in (tu, hanh, who_of("loan")):
                with pytest.raises(NotHere):
                    ask(db, who, name)
        assert case_for(db, bao, petition_for(db, bao, code).case_id or 0).is_restricted
        for who in (tu, hanh):
            assert not cases(db, who, CaseFilter()).lines
            assert LAN.name not in repr(day_for(db, who, "KT-TEST-01"))
        assert [one.code for one in cases(db, bao, CaseFilter()).lines] == [booked.case_code]
        assert db.scalars(select(Appointment.state)).one() is AppointmentState.CANCELLED
        assert db.scalars(select(ReceptionRequest.state)).one() is RequestState.REFERRED
        assert db.scalars(select(AuditEntry.unit_id).where(AuditEntry.verb == "cancelled")).one() == tu.unit_id
        assert {"called_off", "referred"} <= set(db.scalars(select(OutboxLetter.template)))

    await house.db.write(routed)


@pytest.mark.one_engine
async def test_f68_of_a_part_with_a_secret_nothing_stays_in_the_whole(house: House, who_of: Callable[..., Who]) -> None:
    at, tu = house.clock.now(), who_of("tu", Role.RECEPTION_OFFICER)

    def emptied(db: Session) -> None:
        person = NewPerson(LAN.name, LAN.phone, id_number=LAN.id_number)
        laid = NewPetition(LAID.kind, LAID.title, LAID.received_on, LAID.key, person, contents=LAID.contents)
        code = actions.lodge(db, tu, at, laid)
        actions.check(db, tu, at, code, frozenset(), None)
        parts = (Part(Kind.COMPLAINT, "Đất tổ 4"), Part(Kind.FEEDBACK, "Việc mật"))
        _, secret = actions_parts.split(db, tu, at, code, parts, None)
        actions_parts.take_off(db, tu, at, secret, "Hồ sơ 03/2026", None)
        rows = {row.code: row for row in db.scalars(select(Petition))}
        assert (rows[secret].name_folded, rows[secret].id_number) == ("", "")
        assert {rows[secret].title, rows[code].title} == {"Hồ sơ 03/2026"}
        assert list(db.scalars(select(PetitionContent.words))) == ["Đất tổ 4"]

    await house.db.write(emptied)
