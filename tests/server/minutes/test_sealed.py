"""What is sealed stays so, also against a hand in the database. On both engines."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.tables import Minutes, MinutesAnswer, MinutesText, Revision
from server.words import ConfirmationMethod
from tests.server.minutes.conftest import Meet, Meeting
from tests.server.minutes.test_paper import confirm, object_to, seal

STATEMENTS = (
    "update minutes set number = '02/BB-UBND'",
    "update minutes set sealed_at = null",
    "update minutes set sealed_head = '{}'",
    "update minutes set witness = 'ai đó'",
    "delete from minutes",
    "update minutes_texts set words = 'khác'",
    "delete from minutes_texts",
    (
        "insert into minutes_texts (minutes_id, field, words, version, changed_at, changed_by) "
        "select minutes_id, 'other', 'thêm', 1, changed_at, changed_by from minutes_texts limit 1"
    ),
    "update minutes_answers set answer = 'agree'",
    "delete from minutes_answers",
    (
        "insert into minutes_answers (minutes_id, field, paragraph, words_sha256, answer, objection, member, at) "
        "select minutes_id, field, 7, words_sha256, answer, '', member, at from minutes_answers limit 1"
    ),
    "update revisions set words = 'khác'",
    "delete from revisions",
)
FILED = (
    "update minutes set state = 'draft'",
    "update minutes set document_id = null",
    "update documents set sha256 = 'x'",
    "delete from documents",
)


def closed(meet: Meet) -> Meeting:
    meeting = meet()
    meeting.show()
    object_to(meeting, "Nước thải chảy từ tháng 2")
    confirm(meeting, ConfirmationMethod.SPOKEN)
    meeting.end()
    seal(meeting)
    for table in (Minutes, MinutesText, MinutesAnswer, Revision):
        assert meeting.rows(table), table
    return meeting


def run(meeting: Meeting, statement: str) -> int:
    """Run one statement as somebody with the database in hand would; return how many rows it reached."""

    def by_hand(db: Session) -> int:
        return int(db.execute(text(statement)).rowcount)  # type: ignore[attr-defined]

    return meeting.house.db.write_now(by_hand)


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_closed_minutes_cannot_change(meet: Meet, statement: str) -> None:
    meeting = closed(meet)
    with pytest.raises(IntegrityError, match="sealed"):
        run(meeting, statement)


async def test_the_filed_paper_cannot_change(meet: Meet) -> None:
    meeting = closed(meet)
    await meeting.work()
    for statement in FILED:
        with pytest.raises(IntegrityError, match="sealed"):
            run(meeting, statement)


async def test_open_minutes_can(meet: Meet) -> None:
    meeting = meet()
    meeting.show()
    assert run(meeting, "update minutes set witness = 'ai đó'") == 1
    assert run(meeting, "update minutes_texts set version = version + 1") > 0
