"""Words of the report tables: how complaints end, periods.

Their labels stand in ``web/words/reports.toml``.
"""

from enum import StrEnum


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
