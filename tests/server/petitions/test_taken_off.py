"""Nothing of a registration with a secret element stays: in its petition, in drafts of papers, in the search (F68)."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.house import House
from server.intake import actions as intake
from server.intake import actions_secret
from server.intake.actions_register import NewPaper, NewPerson, NewRequest, register
from server.papers import actions as papers
from server.papers.actions import NewPaper as NewDraft
from server.petitions import actions
from server.petitions.actions import NewPetition
from server.tables import Attachment, OfficialPaper, Petition, PetitionContent, SearchWord
from server.who import Who
from server.words import Kind, PaperForm, PaperState, PetitionState, Role
from tests.conftest import START
from tests.people import LAN

FILE = NewPaper("bando-quocphong.pdf", "application/pdf", 9, "0" * 64, "ab.pdf")


@pytest.mark.one_engine
async def test_f68_nothing_stays_of_what_was_taken_off(house: House, who_of: Callable[..., Who]) -> None:
    tu, person = who_of("tu", Role.RECEPTION_OFFICER), NewPerson(LAN.name, LAN.phone)

    def told(db: Session) -> str:
        subject = "Về việc mật"
        new = NewRequest(tu.unit_id, Kind.FEEDBACK, subject, person, "r" * 32, content="Lời mật.", papers=(FILE,))
        code = register(db, START, new).code
        intake.accept(db, tu, START, code)
        papers.draft(db, tu, START, NewDraft(PaperForm.INVITATION, "k" * 32, request_code=code))
        actions.lodge(db, tu, START, NewPetition(Kind.FEEDBACK, subject, START.date(), "p" * 32, request_code=code))
        return code

    def words(db: Session) -> list[str]:
        found = list(db.scalars(select(SearchWord.word).where(SearchWord.word.in_(("quocphong", "mat")))))
        found += db.scalars(select(PetitionContent.words))
        return found + [
            str(given) for row in db.scalars(select(OfficialPaper)) for given in row.words.values() if given
        ]

    code = await house.db.write(told)
    assert any("Lời mật" in one for one in house.db.read_now(words))
    assert "quocphong" in house.db.read_now(words)
    gone = await house.db.write(actions_secret.take_off, tu, START, code, "Hồ sơ 03/2026", None)
    assert gone == [FILE.stored_as]
    assert house.db.read_now(words) == []
    assert house.db.read_now(lambda db: db.scalar(select(Petition.title))) == "Hồ sơ 03/2026"
    assert house.db.read_now(lambda db: db.scalar(select(Petition.state))) is PetitionState.ON_PAPER
    assert house.db.read_now(lambda db: db.scalar(select(OfficialPaper.state))) is PaperState.DISCARDED
    assert house.db.read_now(lambda db: db.scalar(select(Attachment.id))) is None
