"""The two ways a stranger at the door is turned away, both his own fault.

``code`` is stable and made for programs; the sentence a person reads is chosen elsewhere.
"""


class BrokenProtocol(Exception):  # noqa: N818 - it names what the other side did
    """The other side said something this protocol does not allow."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadTicket(Exception):  # noqa: N818 - it names what the other side showed
    """The ticket does not open this room: malformed, forged, early or expired."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
