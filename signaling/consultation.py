"""A private consultation as facts: who was asked, who is inside, under which rule of recording. Pure.

Somebody of the desk calls people present aside, one by one. Whoever agrees moves there, with the one who
called; between inside and outside nothing is heard or seen in either direction. Under the rule
`unrecorded` two people inside meet only once it is proven that nothing of either is being written.
Under the rule `sealed` they meet only once it is proven that nothing of anybody in the room is being
written into an ordinary file any more: whoever sits beside one of those inside has a microphone too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from signaling.messages import ConsultRule

ANSWER_FOR = timedelta(seconds=120)
"""Who has not answered an invitation by then has refused it."""


class ConsultationState(StrEnum):
    """Where a consultation stands. `none` before it was called and after its end."""

    NONE = "none"
    CALLING = "calling"
    HELD = "held"


class InvitationState(StrEnum):
    """Where one invited person stands."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    INSIDE = "inside"
    REFUSED = "refused"
    LEFT = "left"


_NONE, _CALLING, _HELD = ConsultationState
_INVITED, _ACCEPTED, _INSIDE, _REFUSED, _LEFT = InvitationState

CONSULTATION_FLOW: Mapping[ConsultationState, Mapping[str, ConsultationState]] = {
    _NONE: {"call": _CALLING},
    _CALLING: {"invite": _CALLING, "move": _HELD, "end": _NONE},
    _HELD: {"invite": _HELD, "move": _HELD, "end": _NONE},
}

INVITATION_FLOW: Mapping[InvitationState, Mapping[str, InvitationState]] = {
    _INVITED: {
        "invite": _INVITED,
        "accept": _ACCEPTED,
        "refuse": _REFUSED,
        "expire": _REFUSED,
        "withdraw": _REFUSED,
    },
    # Waits for whoever was invited along, the interpreter.
    _ACCEPTED: {
        "invite": _ACCEPTED,
        "accept": _ACCEPTED,
        "refuse": _REFUSED,
        "withdraw": _REFUSED,
        "move": _INSIDE,
    },
    _INSIDE: {"invite": _INSIDE, "accept": _INSIDE, "leave": _LEFT},
    _REFUSED: {"invite": _INVITED, "refuse": _REFUSED},
    _LEFT: {"invite": _INVITED, "leave": _LEFT},
}


@dataclass(slots=True)
class Invitation:
    """One person asked. Those of one `group` (a citizen and the interpreter) move together or not at all."""

    until: datetime
    group: str = ""
    state: InvitationState = _INVITED

    @property
    def is_open(self) -> bool:
        """Whether it may still lead inside."""
        return self.state in (_INVITED, _ACCEPTED)


@dataclass(slots=True)
class Consultation:
    """A consultation that was called and is not over. `asked` numbers the proof that a tap is stopped.

    `has_failed`: what had to be kept under seal could not be.
    """

    host: str
    rule: ConsultRule
    ground: str
    state: ConsultationState = _CALLING
    since: datetime | None = None
    inside: list[str] = field(default_factory=list)
    were_inside: list[str] = field(default_factory=list)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    untapped: set[str] = field(default_factory=set)
    has_failed: bool = False

    @property
    def is_held(self) -> bool:
        """Whether people are apart from the others."""
        return self.state == _HELD

    def may_meet(self, one: str, other: str) -> bool:
        """Whether these two may hear and see each other."""
        if (one in self.inside) != (other in self.inside):
            return False
        if one not in self.inside or self.rule == "recorded":
            return True
        return self.is_apart if self.rule == "sealed" else {one, other} <= self.untapped

    @property
    def is_under_seal(self) -> bool:
        """Whether whatever is written now belongs under seal."""
        return self.rule == "sealed" and self.is_held

    @property
    def is_apart(self) -> bool:
        """Whether all whose tap had to stop are known to be written into no ordinary file."""
        return set(self.inside) <= self.untapped and set(self.asked) <= self.untapped

    def is_unrecorded(self, member: str) -> bool:
        """Whether nothing of this person may be written now."""
        return self.rule == "unrecorded" and member in self.inside

    def group_of(self, code: str) -> list[str]:
        """Those invited together with this person, this one among them."""
        own = self.invitations[code]
        return [
            each
            for each, asked in self.invitations.items()
            # Those of one call share its moment; what became of an earlier call no longer counts.
            if each == code or (own.group and (asked.group, asked.until) == (own.group, own.until))
        ]

    def enter(self, code: str) -> None:
        """Count somebody as inside from now on."""
        self.inside.append(code)
        if code not in self.were_inside:
            self.were_inside.append(code)

    def next_expiry(self) -> datetime | None:
        """When the next unanswered invitation counts as refused."""
        return min((each.until for each in self.invitations.values() if each.state == _INVITED), default=None)
