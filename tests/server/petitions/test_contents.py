"""The contents of a petition: withdrawn, taken up again, withdrawn again."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import NotYours
from server.house import House
from server.office.forms_fields import read_form
from server.petitions import actions_parts as parts
from server.petitions.actions_parts import Reopening, Withdrawal
from server.reports.forms_entry import SendForm
from server.tables import PetitionContent
from server.who import Who
from server.words import Role
from tests.server.petitions.petition import lay


@pytest.mark.one_engine
async def test_f69_a_content_taken_up_again_is_withdrawn_again_and_no_word_is_lost(
    house: House, who_of: Callable[..., Who]
) -> None:
    at, tu = house.clock.now(), who_of("tu", Role.RECEPTION_OFFICER)

    def twice(db: Session) -> None:
        code, _ = lay(db, at)
        content = db.scalars(select(PetitionContent).where(PetitionContent.number == 1)).one()
        for number in (1, 2):
            # Pressed twice each time.
            for _ in range(2):
                parts.withdraw(db, tu, at, code, Withdrawal(f"Văn bản {number}", date(2026, 7, number), 1), None)
            assert (content.withdrawn_on, content.reopened_on) == (date(2026, 7, number), None)
            for _ in range(2):
                parts.reopen_content(db, tu, at, code, Reopening(1, is_forced=True, grounds=f"Bị ép {number}"), None)
            assert content.reopened_on is not None
        assert content.withdrawn_paper == "Văn bản 2; Văn bản 1 (01/07/2026)"
        assert content.reopened_grounds == "Bị ép 1\nBị ép 2"

    await house.db.write(twice)


def test_a_form_is_sent_with_its_key_or_not_taken_at_all(who_of: Callable[..., Who]) -> None:
    for sent in ({"remark": ""}, {"remark": "", "key": ""}):
        with pytest.raises(NotYours, match="stale_form"):
            read_form(SendForm, sent)
    assert len({who_of(name).own_key("k") for name in ("tu", "hanh")}) == 2
