"""The one place in a reception's room that an officer has, made when it is first asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import text
from server.errors import NotHere
from server.reception import rules
from server.tables import ReceptionMember
from server.who import Who
from signaling.roles import RoomRole


@dataclass(frozen=True, slots=True)
class Sitter:
    """An officer as the others in the room read of them; ``invited_by`` is the officer who called them in."""

    officer_id: int
    name: str
    title: str
    unit_name: str
    role: RoomRole
    invited_by: int | None = None

    @classmethod
    def of(cls, who: Who, role: RoomRole) -> Self:
        """Whoever asks, in a role. Raises NotHere for whoever is no officer."""
        if who.officer_id is None:
            raise NotHere
        return cls(who.officer_id, who.name, who.title, who.unit_name, role)


def seat(db: Session, at: datetime, reception_id: int, sitter: Sitter) -> tuple[ReceptionMember, bool]:
    """Return an officer's place, and whether it was made now. One that was there is left as it is."""
    found = db.scalar(
        select(ReceptionMember).where(
            ReceptionMember.reception_id == reception_id, ReceptionMember.officer_id == sitter.officer_id
        )
    )
    if found is not None:
        return found, False
    made = ReceptionMember(
        reception_id=reception_id,
        member=text.new_code("o", 8),
        room_role=sitter.role,
        site=rules.site_of(sitter.role),
        name=sitter.name,
        title=sitter.title,
        unit_name=sitter.unit_name,
        people=[],
        officer_id=sitter.officer_id,
        invited_by=sitter.invited_by,
        created_at=at,
    )
    db.add(made)
    db.flush()
    return made, True
