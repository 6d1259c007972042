"""Fixed words of terms of law; `server.words` gives them on."""

from enum import StrEnum


class TermUnit(StrEnum):
    """What a term of law is counted in."""

    WORKING_DAYS = "working_days"
    DAYS = "days"


class StartEvent(StrEnum):
    """What a term of law is counted from."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECIDED = "decided"
    KNOWN = "known"
    FIRST_ENDED = "first_ended"
    POSTED = "posted"
    FOUND = "found"
    DIRECTED = "directed"
    HELD = "held"


class Complexity(StrEnum):
    """How hard a matter is, as far as its terms depend on it."""

    NORMAL = "normal"
    COMPLEX = "complex"
    SPECIAL = "special"


class TermChange(StrEnum):
    """What can happen to a running term."""

    RECOMPUTED = "recomputed"
    EXTENDED = "extended"
    VARIED = "varied"
    PAUSED = "paused"
    RESUMED = "resumed"
    REOPENED = "reopened"
