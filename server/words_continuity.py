"""Fixed words of incidents and drills; `server.words` gives them on."""

from enum import StrEnum


class IncidentKind(StrEnum):
    """What does not work."""

    SOUND = "sound"
    PICTURE = "picture"
    LINE = "line"
    RECORDING = "recording"
    RESTART = "restart"
    OTHER = "other"


class IncidentState(StrEnum):
    """Where the technicians are with it."""

    OPEN = "open"
    HANDLING = "handling"
    DONE = "done"


class IncidentVerb(StrEnum):
    """What a technician does with an incident."""

    TAKE = "take"
    CLOSE = "close"
    REOPEN = "reopen"


class DrillLight(StrEnum):
    """What the morning's drill of a ward's room found."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NOT_DONE = "not_done"
