"""A paper and its matter: drafted before there was a case, or about somebody whose name is a secret."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.house import House
from server.intake import actions as intake
from server.intake.actions_register import NewPerson, NewRequest, register
from server.papers import actions, actions_issue, queries_matter
from server.papers.actions import NewPaper, Written
from server.papers.actions_issue import Issuing
from server.tables import Case, Deadline, OfficialPaper
from server.who import Who
from server.words import Kind, PaperForm
from tests.conftest import START
from tests.people import LAN
from tests.server.papers import samples

pytestmark = pytest.mark.one_engine


def _registered(db: Session, hanh: Who) -> str:
    person = NewPerson(LAN.name, LAN.phone, id_number=LAN.id_number)
    return register(
        db, START, NewRequest(hanh.unit_id, Kind.COMPLAINT, "Quyết định thu hồi đất", person, "r" * 32)
    ).code


async def test_a_paper_drafted_before_there_was_a_case_answers_for_it(house: House, who_of: Callable[..., Who]) -> None:
    hanh = who_of("hanh")

    def told(db: Session) -> None:
        request = _registered(db, hanh)
        code = actions.draft(db, hanh, START, NewPaper(PaperForm.COMPLAINT_GUIDE, "k" * 32, request_code=request))
        intake.accept(db, hanh, START, request)
        paper, case = db.scalars(select(OfficialPaper)).one(), db.scalars(select(Case)).one()
        assert not queries_matter.matter_of(db, paper).is_secret
        case.is_restricted = True
        assert queries_matter.matter_of(db, paper).is_secret
        words = samples.typed(PaperForm.COMPLAINT_GUIDE)
        actions.save(db, hanh, START, code, Written(words, hanh.officer_id))
        actions_issue.issue(db, hanh, START, code, Issuing([], str))
        assert paper.case_id == case.id
        assert db.scalars(select(Deadline.met_on).where(Deadline.rule == "D1")).one() is not None

    await house.db.write(told)
