"""The two ways a stranger at the door is turned away, both his own fault.

``code`` is stable and made for programs; the sentence a person reads is chosen elsewhere.
"""


class BrokenProtocol(Exception):
    """The other side said something this protocol does not allow."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadTicket(Exception):
    """The ticket does not open this room: malformed, forged, early or expired."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
