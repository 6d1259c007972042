"""What a second of media says: who is alive, who speaks, how good each link is."""

from collections.abc import Mapping
from time import monotonic

from signaling.answers import Link
from signaling.events import SecondPassed
from signaling.peer import Peer
from signaling.room_state import RoomState
from signaling.tracks import RoomRecorder

SPEAKING = 50
"""Louder than -50 dBov counts as speaking; a quiet room with a cheap microphone is near -60."""

POOR, BAD = 0.03, 0.10
"""Shares of packets lost, in either direction, from which a link is called poor or bad."""


class Pulse:
    """Compares each second with the one before."""

    def __init__(self) -> None:
        self._felt_at = monotonic()
        self._counted: dict[tuple[str, int], tuple[float, float]] = {}

    def feel(
        self,
        room: RoomState,
        peers: Mapping[tuple[str, int], Peer],
        recorder: RoomRecorder | None,
    ) -> SecondPassed:
        """What happened since the last call."""
        in_use = {
            each.code: peers[each.code, each.connection]
            for each in room.inside
            if (each.code, each.connection) in peers
        }
        heard = frozenset(code for code, peer in in_use.items() if peer.last_packet_at >= self._felt_at)
        self._felt_at = monotonic()
        loud = [(in_use[each.code].audio.level, each.code) for each in room.inside if each.mic and each.code in heard]
        level, speaker = min(loud, default=(SPEAKING, None))
        saved = room.recording.saved_seconds
        growing = recorder.durable() if recorder is not None else {}
        seconds = {code: saved.get(code, 0.0) + growing.get(code, 0.0) for code in {*saved, *growing}}
        links = {code: self._link(code, peer) for code, peer in in_use.items()}
        self._counted = {key: count for key, count in self._counted.items() if key in peers}
        return SecondPassed(
            heard=heard,
            speaking=speaker if level < SPEAKING else None,
            durable_seconds=round(max(seconds.values(), default=0.0), 1),
            links=links,
        )

    def _link(self, code: str, peer: Peer) -> Link:
        stats = peer.stats()
        came = float(stats.get("audio_in", 0)) + float(stats.get("video_in", 0))
        lost = float(stats.get("audio_in_lost", 0)) + float(stats.get("video_in_lost", 0))
        came_before, lost_before = self._counted.get((code, peer.connection), (0.0, 0.0))
        self._counted[code, peer.connection] = (came, lost)
        newly_lost = max(0.0, lost - lost_before)
        expected = max(1.0, came - came_before + newly_lost)
        share = max(newly_lost / expected, float(stats.get("out_fraction_lost", 0.0)))
        if share >= BAD:
            return "bad"
        return "poor" if share >= POOR else "good"
