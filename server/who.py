"""The frozen record of who is acting. Passed to every action, never read from a form."""

from dataclasses import dataclass
from datetime import datetime

from server.words import Role


@dataclass(frozen=True, slots=True)
class Who:
    """A person acting in one role for one unit.

    ``officer_id`` is set for staff; ``request_id`` for a citizen who proved code and
    telephone, and then opens that request only.
    """

    role: Role
    unit_id: int
    unit_name: str
    name: str
    officer_id: int | None = None
    request_id: int | None = None
    login_id: int | None = None
    title: str = ""
    language: str = "vi"
    seen_at: datetime | None = None
    must_change_password: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether this is an officer (of any role)."""
        return self.officer_id is not None

    def own_key(self, key: str) -> str:
        """Return the key of a form bound to this person and unit: nobody else's form can meet it."""
        return f"{self.unit_id}:{self.officer_id or 0}:{key}"


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What head and foot of a page say about an office."""

    id: int
    name: str
    phone: str
    address: str


def the_system(unit_id: int = 0) -> Who:
    """The office itself acting by a job."""
    return Who(role=Role.SYS_ADMIN, unit_id=unit_id, unit_name="", name="system")
