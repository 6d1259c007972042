"""An appointment whose case was closed to most in another reception (F41, domain.md 2.9)."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import Refused
from server.house import House
from server.reception.actions import reception_of
from server.scheduling import actions, queries
from server.scheduling.actions import Moving
from server.tables import Appointment, Case
from server.who import Who
from tests.conftest import START
from tests.server.reception.booked import book_lan


@pytest.mark.one_engine
async def test_it_is_kept_in_person_and_counted_for_nobody_else(house: House, who_of: Callable[..., Who]) -> None:
    hanh, loan = who_of("hanh"), who_of("loan")

    def told(db: Session) -> None:
        code = book_lan(db, START, b"").appointment_code
        appointment = db.scalars(select(Appointment)).one()
        appointment.cancel_asked_at = START
        assert queries.waiting_counts(db, loan) == {"schedule": 1}
        db.scalars(select(Case)).one().is_restricted = True
        assert queries.waiting_counts(db, loan) == {"schedule": 0}
        assert queries.waiting_counts(db, hanh) == {"schedule": 1}
        with pytest.raises(Refused, match="not_online_room"):
            reception_of(db, START, code)
        with pytest.raises(Refused, match="not_online"):
            actions.move(db, hanh, START, b"", Moving(code, appointment.slot_id + 1, False, "Bận", "k" * 32))

    await house.db.write(told)
