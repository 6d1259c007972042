"""Closed lists of petitions and of the national database; ``server.words`` shows them with the others."""

from enum import StrEnum


class PetitionState(StrEnum):
    """States of a petition (domain.md 2.3); the resolution is the case's, the meeting the reception's."""

    RECEIVED = "received"
    INELIGIBLE = "ineligible"
    ELIGIBLE = "eligible"
    CLASSIFIED = "classified"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    GUIDED = "guided"
    GIVEN_BACK = "given_back"
    TRANSFERRED = "transferred"
    URGED = "urged"
    VERIFYING = "verifying"
    FILED = "filed"
    SPLIT = "split"
    WITHDRAWN = "withdrawn"
    ON_PAPER = "on_paper"


class PetitionVerb(StrEnum):
    """What may be done to a petition."""

    PASS_CHECK = "pass_check"  # noqa: S105 a step, no secret
    FAIL_CHECK = "fail_check"
    CLASSIFY = "classify"
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    GUIDE = "guide"
    GIVE_BACK = "give_back"
    TRANSFER = "transfer"
    URGE = "urge"
    VERIFY = "verify"
    FILE = "file"
    SPLIT = "split"
    WITHDRAW = "withdraw"
    TAKE_OFF = "take_off"


class Direction(StrEnum):
    """Where a petition goes (hướng xử lý); each is also a verb of the flow."""

    ACCEPT = "accept"
    GUIDE = "guide"
    GIVE_BACK = "give_back"
    TRANSFER = "transfer"
    URGE = "urge"
    VERIFY = "verify"
    FILE = "file"


class Target(StrEnum):
    """Whose decision or act a petition is about; competence follows from it, never from where the writer lives."""

    WARD = "ward"
    WARD_STAFF = "ward_staff"
    RECEPTION_STAFF = "reception_staff"
    WARD_CHAIR = "ward_chair"
    OTHER_WARD = "other_ward"
    CITY = "city"
    DEPARTMENT = "department"
    OTHER_BODY = "other_body"


class PetitionField(StrEnum):
    """What a petition is about, as the report tables sort it (domain.md, Appendix A)."""

    POLICY = "policy"
    LAND = "land"
    DUTY = "duty"
    OTHER_ADMIN = "other_admin"
    CORRUPTION = "corruption"
    JUDICIAL = "judicial"
    PARTY = "party"
    OTHER = "other"


class Standing(StrEnum):
    """How far the matter of a petition had been resolved when it came (domain.md, Appendix A)."""

    NEW = "new"
    RESOLVED_FIRST = "resolved_first"
    RESOLVED_SECOND = "resolved_second"
    JUDGED = "judged"
    OVERDUE = "overdue"
    CONCLUDED = "concluded"


class Instance(StrEnum):
    """The two rounds of resolving a complaint."""

    FIRST = "first"
    SECOND = "second"


class Gap(StrEnum):
    """What a petition lacks to be handled (Circular 05/2021)."""

    NOT_VIETNAMESE = "not_vietnamese"
    UNDATED = "undated"
    UNSIGNED = "unsigned"
    NO_NAME = "no_name"
    NO_BODY = "no_body"
    NO_CONTENT = "no_content"
    NO_DEMAND = "no_demand"
    NO_CONTACT = "no_contact"
    NO_EVIDENCE = "no_evidence"


class PetitionPart(StrEnum):
    """As what a person stands in a petition."""

    PETITIONER = "petitioner"
    REPRESENTATIVE = "representative"
    AGENT = "agent"
    LEGAL_REPRESENTATIVE = "legal_representative"


class NationalAccount(StrEnum):
    """The four accounts of the national database (domain.md 5.3)."""

    RECEPTION = "reception"
    PETITION = "petition"
    RESOLUTION = "resolution"
    HEAD = "head"


class NationalEvent(StrEnum):
    """What must be typed into the national database as soon as it happens."""

    RECEPTION_HELD = "reception_held"
    PETITION_RECEIVED = "petition_received"
    PETITION_DIRECTED = "petition_directed"
    CASE_ACCEPTED = "case_accepted"
    CASE_CONCLUDED = "case_concluded"


class NationalState(StrEnum):
    """How far an entry into the national database is."""

    TO_ENTER = "to_enter"
    ENTERED = "entered"
    RETURNED = "returned"
    CORRECTED = "corrected"


class NationalVerb(StrEnum):
    """What may be done to an entry."""

    ENTER = "enter"
    GIVE_BACK = "give_back"
    CORRECT = "correct"
