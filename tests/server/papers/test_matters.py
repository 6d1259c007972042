"""A paper and its matter: drafted before there was a case, or about somebody whose name is a secret."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import BadForm
from server.house import House
from server.intake import actions as intake
from server.intake.actions_register import NewPerson, NewRequest, register
from server.papers import actions, actions_issue, queries, queries_matter
from server.papers.actions import NewPaper, Written
from server.papers.actions_issue import Issuing
from server.tables import Case, Deadline, OfficialPaper
from server.who import Who
from server.words import Kind, PaperForm
from tests.conftest import START
from tests.people import LAN
from tests.server.papers import samples

pytestmark = pytest.mark.one_engine


def _registered(db: Session, hanh: Who, kind: Kind = Kind.COMPLAINT) -> str:
    person = NewPerson(LAN.name, LAN.phone, id_number=LAN.id_number)
    told = f"Tôi là {LAN.name}, điện thoại {LAN.phone}, thấy thu tiền trái phép."
    return register(db, START, NewRequest(hanh.unit_id, kind, "Thu tiền", person, "r" * 32, content=told)).code


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


async def test_what_others_read_of_a_denunciation_does_not_tell_who_denounces(
    house: House, who_of: Callable[..., Who]
) -> None:
    hanh, form = who_of("hanh"), PaperForm.DENUNCIATION_ACCEPTANCE

    def told(db: Session) -> None:
        case = intake.accept(db, hanh, START, _registered(db, hanh, Kind.DENUNCIATION))
        code = actions.draft(db, hanh, START, NewPaper(form, "k" * 32, case_code=case))
        begun = db.scalars(select(OfficialPaper)).one().words["content"]
        assert "thu tiền trái phép" in begun
        assert LAN.name not in begun
        assert LAN.phone not in begun
        words = samples.typed(form) | {"content": f"Đơn của bà {LAN.name.upper()}"}
        actions.save(db, hanh, START, code, Written(words, hanh.officer_id))
        with pytest.raises(BadForm) as refused:
            actions_issue.issue(db, hanh, START, code, Issuing([], str))
        assert list(refused.value.fields) == ["content"]
        # The denouncer's own notice names whom it is for.
        notice = actions.draft(db, hanh, START, NewPaper(PaperForm.DENUNCIATION_NOTICE, "n" * 32, case_code=case))
        assert LAN.name in queries.paper_for(db, hanh, notice).words["content"]

    await house.db.write(told)
