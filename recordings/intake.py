"""What the event loop hands to a writing thread: two bounded queues, and a stated answer to
"full".
"""

from collections import deque
from typing import Final

from signaling.tracks import Kind, RtpPacket, Source

# Room for a disk that stands still: half a minute of sound, about ten seconds of picture.
MOST_AUDIO: Final = 1500
MOST_VIDEO: Final = 1500

Report = tuple[int, float]


class Intake:
    """A sink for the tracks of one member. Pushed to on the loop's thread, taken from on the
    writer's.

    Full of picture: picture is dropped until half has been written; the writer sees a hole and
    asks for a key frame. Full of sound: the oldest sound goes. Both are counted.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.dropped: dict[Kind, int] = {"audio": 0, "video": 0}
        self.reports: deque[tuple[Kind, Report]] = deque(maxlen=64)
        self._queues: dict[Kind, deque[RtpPacket]] = {"audio": deque(), "video": deque()}
        self._is_flooded = False

    def push(self, source: Source, packet: RtpPacket) -> None:
        """Take a packet, or count it as dropped."""
        queue = self._queues[source.kind]
        if source.kind == "audio":
            if len(queue) >= MOST_AUDIO:
                self._drop_oldest(queue)
        elif self._is_flooded or len(queue) >= MOST_VIDEO:
            self._is_flooded = len(queue) > MOST_VIDEO // 2
            if self._is_flooded:
                self.dropped["video"] += 1
                return
        queue.append(packet)

    def reported(self, source: Source, rtp_timestamp: int, ntp: float) -> None:
        """Keep a sender report for the writer."""
        self.reports.append((source.kind, (rtp_timestamp, ntp)))

    def ended(self, source: Source) -> None:
        """Nothing to do: whoever ends a source also unfollows its member."""

    def take(self, kind: Kind) -> list[RtpPacket]:
        """Everything that waits, in order of arrival."""
        queue = self._queues[kind]
        return [queue.popleft() for _ in range(len(queue))]

    def _drop_oldest(self, queue: deque[RtpPacket]) -> None:
        try:
            queue.popleft()
        except IndexError:
            return
        self.dropped["audio"] += 1
