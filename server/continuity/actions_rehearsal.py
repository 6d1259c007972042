"""Count rehearsals: each costs a worker as much as a small reception."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.errors import TooMuch
from server.office import actions as office
from server.reception import actions_door

AN_HOUR = 300
"""By everybody together; strangers may rehearse, and receptions come first."""


def count(db: Session, at: datetime, who_tries: str) -> str:
    """Count one rehearsal and return the name of its room. Raises TooMuch."""
    if office.count_try(db, at, "rehearsals", actions_door.HOUR) > AN_HOUR:
        raise TooMuch("too_often")
    return actions_door.count_practice(db, at, f"rehearsal-{who_tries}")
