"""The native side of one browser's line: its keys, its way, its streams and legs."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from signaling.passthrough.hot import Core, ffi, write_address
from signaling.passthrough.incoming import IncomingFormat
from signaling.passthrough.inside import Address, Session, session_address
from signaling.passthrough.native_incoming import NativeUplink
from signaling.passthrough.native_outgoing import NativeOutgoing
from signaling.passthrough.outgoing import Outgoing, OutgoingFormat
from signaling.tracks import Source

_COUNTED = ("unauthentic", "malformed", "policed", "unprotectable")


class NativeLine:
    """One line of a core. `name` is how the core speaks of it."""

    def __init__(self, core: Core, name: int) -> None:
        self.core = core
        self.name = name
        self.pointer: Any = ffi.gc(core.lib.hot_line_open(core.pointer, name), core.lib.hot_line_close)
        self._facts = ffi.new("hot_line_facts *")
        self._told: Counter[str] = Counter()
        self._uplink: NativeUplink | None = None
        self._legs: list[NativeOutgoing] = []

    def use_keys(self, sessions: tuple[Session, Session]) -> None:
        """Take over RTP with (receiving, sending) sessions that nobody else uses."""
        if self.pointer is not None:
            # Kept beside the core, which knows no more than their addresses and may outlive us.
            self.core.sessions[self.name] = sessions
            rx, tx = (ffi.cast("void *", session_address(each)) for each in sessions)
            self.core.lib.hot_line_keys(self.pointer, rx, tx)

    def route(self, address: Address) -> None:
        """Send to `address` from now on."""
        if self.pointer is not None:
            self.core.lib.hot_line_route(self.pointer, write_address(address))

    def look(self, counts: Counter[str]) -> float:
        """Add what was counted since last time; return when authentic media last came."""
        if self.pointer is None:
            return 0.0
        self.core.lib.hot_line_look(self.pointer, self._facts)
        for name in _COUNTED:
            found = int(getattr(self._facts, name))
            if found != self._told[name]:
                counts[name] += found - self._told[name]
                self._told[name] = found
        return float(self._facts.heard_at)

    def uplink(
        self,
        sources: tuple[Source, Source],
        formats: tuple[IncomingFormat, IncomingFormat],
        send: Callable[[bytes], bool],
        ours: int,
    ) -> NativeUplink:
        """Let the core receive for two sources."""
        self._uplink = NativeUplink((self.core, self.pointer), sources, formats, send, ours)
        return self._uplink

    def outgoing(self, form: OutgoingFormat, clock_rate: int, send: Callable[[bytes, bytes], bool]) -> Outgoing:
        """Let the core send one stream of a slot."""
        made = NativeOutgoing(self.core, self.pointer, form, clock_rate, send)
        self._legs.append(made)
        return made

    def close(self) -> None:
        """Give everything back to the core. Idempotent."""
        if self.pointer is None:
            return
        for leg in self._legs:
            leg.close()
        if self._uplink is not None:
            self._uplink.close()
        self._legs, self._uplink = [], None
        ffi.release(self.pointer)
        self.pointer = None
        self.core.sessions.pop(self.name, None)
