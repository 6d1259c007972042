"""Words of calling the city's reception board into a running reception."""

from enum import StrEnum


class CallState(StrEnum):
    """States of a call to the city's board, as they are kept."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    PUT_OFF = "put_off"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CallVerb(StrEnum):
    """What may be done to a call: three answers of the board, and the ward taking it back."""

    ACCEPT = "accept"
    PUT_OFF = "put_off"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class CallStand(StrEnum):
    """How a call stands at a moment, as people read it: some of it is time that passed."""

    ASKED = "asked"
    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    LATE = "late"
    CAME = "came"
    PUT_OFF = "put_off"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Urgency(StrEnum):
    """How soon the ward needs the board."""

    NOW = "now"
    SOON = "soon"
