"""Who is competent, and what is proposed: accept, guide, give back, transfer, urge, verify or file.

Law on Complaints 2011, Law on Denunciations 2018 (Articles 22 to 25), Circular 05/2021; domain.md
2.1, 2.2, 2.10, 2.12. A proposal is never a decision: the head decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.office.rules import Calendar, add_working_days
from server.words import Direction, Gap, Instance, Kind, Target

TRANSFER_DENUNCIATION = 5
"""Working days from receipt to pass on a denunciation outside competence (domain.md D12)."""

_FOR_ALL = (Gap.NOT_VIETNAMESE, Gap.UNDATED, Gap.NO_NAME, Gap.UNSIGNED)
ASKED: Mapping[Kind, tuple[Gap, ...]] = {
    Kind.COMPLAINT: (*_FOR_ALL, Gap.NO_BODY, Gap.NO_CONTENT, Gap.NO_DEMAND),
    Kind.DENUNCIATION: (*_FOR_ALL, Gap.NO_BODY, Gap.NO_CONTENT, Gap.NO_CONTACT),
    Kind.RECOMMENDATION: (*_FOR_ALL, Gap.NO_CONTENT),
    Kind.FEEDBACK: (*_FOR_ALL, Gap.NO_CONTENT),
}
"""What is asked of a petition of each kind (Circular 05/2021); the rest of the list does not count against it."""
_ANONYMOUS = frozenset({Gap.NO_BODY, Gap.NO_CONTENT, Gap.NO_EVIDENCE})
"""An anonymous one qualifies when it names the offender, says what was done and can be checked."""


def gaps_that_count(kind: Kind, gaps: frozenset[Gap], *, is_anonymous: bool) -> frozenset[Gap]:
    """Return the gaps that make a petition ineligible; empty when it can be handled."""
    return gaps & (_ANONYMOUS if is_nameless(kind, gaps, is_anonymous=is_anonymous) else frozenset(ASKED[kind]))


def is_nameless(kind: Kind, gaps: frozenset[Gap], *, is_anonymous: bool) -> bool:
    """Whether nobody stands behind it: entered as anonymous, or a denunciation found to carry no name.

    Both are information under Article 25 of the Law on Denunciations: checked when they can be, never accepted.
    """
    return is_anonymous or (kind is Kind.DENUNCIATION and Gap.NO_NAME in gaps)


@dataclass(frozen=True, slots=True)
class Matter:
    """What competence is judged by. The second instance is a complaint against a first decision."""

    kind: Kind
    target: Target
    instance: Instance = Instance.FIRST
    is_anonymous: bool = False
    is_pending_elsewhere: bool = False
    is_repeat: bool = False
    gaps: frozenset[Gap] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the house proposes: ``why`` is a key of the labels ``competence.…``; ``by`` a last day, if the law has one."""

    direction: Direction
    why: str
    by: date | None = None
    promises_notice: bool = True


_OWN = frozenset({Target.WARD, Target.WARD_STAFF, Target.RECEPTION_STAFF})


def propose(matter: Matter, received_on: date, calendar: Calendar) -> Proposal:
    """Return the proposed direction of a petition."""
    if is_nameless(matter.kind, matter.gaps, is_anonymous=matter.is_anonymous):
        return _anonymous(matter)
    if gaps_that_count(matter.kind, matter.gaps, is_anonymous=False):
        is_nobody = Gap.NO_NAME in matter.gaps
        return Proposal(Direction.FILE if is_nobody else Direction.GIVE_BACK, "nobody" if is_nobody else "gaps")
    if matter.is_repeat:
        return Proposal(Direction.FILE, "repeat")
    if matter.kind is Kind.COMPLAINT:
        return _complaint(matter)
    if matter.kind is Kind.DENUNCIATION:
        return _denunciation(matter, received_on, calendar)
    return _recommendation(matter)


def _anonymous(matter: Matter) -> Proposal:
    if matter.kind is Kind.COMPLAINT:
        # Nobody's own rights can be judged.
        return Proposal(Direction.FILE, "nobody", promises_notice=False)
    if gaps_that_count(matter.kind, matter.gaps, is_anonymous=True):
        return Proposal(Direction.FILE, "anonymous_without_evidence", promises_notice=False)
    if matter.target in _OWN:
        return Proposal(Direction.VERIFY, "anonymous_with_evidence", promises_notice=False)
    return Proposal(Direction.TRANSFER, "anonymous_elsewhere", promises_notice=False)


def _complaint(matter: Matter) -> Proposal:
    # A complaint is never passed on by the office: it goes back to the citizen with guidance (2.12).
    if matter.instance is Instance.SECOND:
        return Proposal(Direction.GUIDE, "second_complaint")
    if matter.target in _OWN or matter.target is Target.WARD_CHAIR:
        return Proposal(Direction.ACCEPT, "complaint_own")
    if matter.is_pending_elsewhere:
        return Proposal(Direction.URGE, "pending_elsewhere")
    return Proposal(Direction.GUIDE, "complaint_elsewhere")


def _denunciation(matter: Matter, received_on: date, calendar: Calendar) -> Proposal:
    if matter.target in {Target.WARD, Target.WARD_STAFF}:
        return Proposal(Direction.ACCEPT, "denunciation_own")
    by = add_working_days(received_on, TRANSFER_DENUNCIATION, calendar)
    if matter.target is Target.WARD_CHAIR:
        return Proposal(Direction.TRANSFER, "denunciation_chair", by)
    if matter.target is Target.RECEPTION_STAFF:
        return Proposal(Direction.TRANSFER, "denunciation_desk", by)
    return Proposal(Direction.TRANSFER, "denunciation_elsewhere", by)


def _recommendation(matter: Matter) -> Proposal:
    if matter.target in _OWN or matter.target is Target.WARD_CHAIR:
        return Proposal(Direction.ACCEPT, "recommendation_own")
    if matter.is_pending_elsewhere:
        return Proposal(Direction.URGE, "pending_elsewhere")
    return Proposal(Direction.TRANSFER, "recommendation_elsewhere")
