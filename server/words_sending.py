"""Words of what goes out and what runs in the background."""

from enum import StrEnum


class Channel(StrEnum):
    """How a letter leaves the house."""

    MAIL = "mail"
    SMS = "sms"


class LetterState(StrEnum):
    """States of a letter in the outbox."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class JobState(StrEnum):
    """States of a job."""

    WAITING = "waiting"
    DONE = "done"
    PARKED = "parked"
