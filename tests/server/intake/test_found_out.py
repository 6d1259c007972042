"""A registration whose case turned out to be a denunciation is told to nobody by any other door either."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import NotHere
from server.house import House
from server.intake import queries, queries_known
from server.papers import actions as papers
from server.papers import queries as paper_queries
from server.papers.actions import NewPaper
from server.papers.queries import PaperFilter
from server.search import queries_lines, rules
from server.tables import Case, Citizen, OfficialPaper, ReceptionRequest
from server.who import Who
from server.words import Kind, PaperForm, PaperState, Role
from tests.conftest import START
from tests.server.search.test_find import matter

NAME, PHONE = "Trần Bí Mật", "0912345678"


@pytest.mark.one_engine
async def test_who_turned_out_to_denounce_is_offered_by_no_other_door(house: House, who_of: Callable[..., Who]) -> None:
    tu, loan = who_of("tu", Role.RECEPTION_OFFICER), who_of("loan")

    def told(db: Session) -> None:
        case = matter(db, START, tu, NAME, "Thu tiền trái phép")
        request = db.scalars(select(ReceptionRequest).where(ReceptionRequest.case_id == case.id)).one()
        # Drafted while the registration had no case yet.
        request.case_id = None
        form = PaperForm.INVITATION
        code = papers.draft(db, tu, START, NewPaper(form, "k" * 32, request_code=request.code))
        request.case_id = case.id
        db.flush()
        other = matter(db, START, tu, NAME, "Thu tiền", Kind.FEEDBACK)
        mine = db.scalars(select(ReceptionRequest).where(ReceptionRequest.case_id == other.id)).one()
        other.citizen_id = mine.citizen_id = _somebody_else(db, mine)
        assert queries.likely_duplicates(db, loan, mine.id)
        assert queries_known.known_citizens(db, loan, PHONE)
        wanted = PaperFilter((PaperState.DRAFT,))
        assert paper_queries.papers(db, loan, wanted).total == 1
        db.get_one(Case, case.id).is_restricted = True
        db.flush()
        assert queries.likely_duplicates(db, loan, mine.id) == []
        assert len(queries.likely_duplicates(db, tu, mine.id)) == 1
        assert [one.id for one in queries_known.known_citizens(db, tu, PHONE)] == [mine.citizen_id]
        assert paper_queries.papers(db, loan, wanted).total == 0
        # Who receives finds it by its code, and even then no name stands beside it.
        asked = rules.asked(request.code)
        assert asked is not None
        db.commit()
        lines = queries_lines.search(db, tu, asked, None, 1).lines
        assert [(line.title, line.person) for line in lines if line.code == request.code] == [("", "")]
        assert request.code not in {line.code for line in queries_lines.matters_of(db, tu, request.citizen_id)[1]}
        deputy = who_of("phuc")
        db.scalars(select(OfficialPaper)).one().signer_id = deputy.officer_id
        for somebody in (loan, deputy):
            with pytest.raises(NotHere):
                paper_queries.row_for(db, somebody, code)

    await house.db.write(told)


def _somebody_else(db: Session, row: ReceptionRequest) -> int:
    """A namesake with the same telephone, who is another person."""
    known = db.get_one(Citizen, row.citizen_id)
    twin = Citizen(
        name=known.name, name_folded=known.name_folded, name_sort=known.name_sort, id_kind=known.id_kind,
        id_number="031190009998", phone=known.phone, email="", address="", created_at=START,
    )  # fmt: skip
    db.add(twin)
    db.flush()
    return twin.id
