"""Words of the report tables: how petitions are sorted, how complaints end, periods.

Their labels stand in ``web/words/reports.toml``.
"""

from enum import StrEnum


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


class Competence(StrEnum):
    """Whether the office itself resolves a petition."""

    OWN = "own"
    OUTSIDE = "outside"


class OutsideWay(StrEnum):
    """What is done with a petition outside competence (domain.md 2.12)."""

    GUIDE = "guide"
    TRANSFER = "transfer"
    URGE = "urge"


class ResultWay(StrEnum):
    """How a complaint ended."""

    DECISION = "decision"
    WITHDRAWN = "withdrawn"


class Finding(StrEnum):
    """What the decision on a complaint says: the first three at first instance, the others at second."""

    RIGHT = "right"
    WRONG = "wrong"
    PARTLY = "partly"
    UPHELD = "upheld"
    CHANGED = "changed"


class PeriodKind(StrEnum):
    """Periods of reports (domain.md 6.1)."""

    MONTH = "month"
    QUARTER = "quarter"
    SIX_MONTHS = "six_months"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    FREE = "free"
