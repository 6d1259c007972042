"""What a receiver report says of one stream (RFC 3550, appendix A)."""

from signaling.passthrough.rtcp import Block
from signaling.passthrough.rtp import ahead


class Reception:
    """Counts one incoming stream."""

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._base = -1
        self._highest = -2
        self._cycles = 0
        self.packets = 0
        self.octets = 0
        self.jitter = 0.0
        self._transit: float | None = None
        self._expected_before = 0
        self._packets_before = 0
        self._last_report = 0
        self._reported_at = 0.0

    def received(self, sequence: int, timestamp: int, size: int, now: float) -> None:
        """Count a packet that came by itself, not as a repetition."""
        if sequence == self._highest + 1:
            self._highest = sequence
        elif self._base < 0:
            self._base = self._highest = sequence
        elif ahead(sequence, self._highest) > 0:
            if sequence < self._highest:
                self._cycles += 1 << 16
            self._highest = sequence
        self.packets += 1
        self.octets += size
        transit = now * self._clock_rate - timestamp
        if self._transit is not None:
            # The clock wraps every half day; one odd step must not become the jitter.
            step_taken = abs(transit - self._transit)
            if step_taken < self._clock_rate:
                self.jitter += (step_taken - self.jitter) / 16
        self._transit = transit

    def reported(self, ntp: int, now: float) -> None:
        """Note the sender report that the next block must answer."""
        self._last_report = ntp >> 16 & 0xFFFFFFFF
        self._reported_at = now

    def adopt(self, base: int, highest: int, cycles: int) -> None:
        """Take over what somebody else counted; the public counters are set beside."""
        self._base, self._highest, self._cycles = base, highest, cycles

    @property
    def expected(self) -> int:
        """How many packets the sender must have sent."""
        return 0 if self._base < 0 else self._cycles + self._highest - self._base + 1

    @property
    def lost(self) -> int:
        """Expected minus received; negative when packets came twice."""
        return self.expected - self.packets

    def block(self, ssrc: int, now: float) -> Block:
        """Return the block since the previous one."""
        expected, packets = self.expected, self.packets
        new_expected = expected - self._expected_before
        new_lost = new_expected - (packets - self._packets_before)
        self._expected_before, self._packets_before = expected, packets
        fraction = 0
        if new_expected > 0 and new_lost > 0:
            fraction = min(255, (new_lost << 8) // new_expected)
        delay = int((now - self._reported_at) * 65536) & 0xFFFFFFFF if self._last_report else 0
        highest = (self._cycles + self._highest) & 0xFFFFFFFF
        return Block(ssrc, fraction, self.lost, highest, int(self.jitter), self._last_report, delay)
