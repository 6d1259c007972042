"""What a second of media says: who is alive, who speaks, how good each link is."""

from collections.abc import Mapping
from time import monotonic

from signaling.events import SecondPassed
from signaling.peer import Peer
from signaling.quality import Quality
from signaling.room_state import RoomState
from signaling.tracks import RoomRecorder

SPEAKING = 50
"""Louder than -50 dBov counts as speaking; a quiet room with a cheap microphone is near -60."""


class Pulse:
    """Compares each second with the one before."""

    def __init__(self) -> None:
        self._felt_at = monotonic()
        self._qualities: dict[tuple[str, int], Quality] = {}

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
        self._qualities = {key: self._qualities.get(key) or Quality() for key in peers}
        links = {
            code: self._qualities[code, peer.connection].feel(peer.second(), self._felt_at)
            for code, peer in in_use.items()
        }
        return SecondPassed(
            heard=heard,
            speaking=speaker if level < SPEAKING else None,
            durable_seconds=round(max(seconds.values(), default=0.0), 1),
            links=links,
            pictures={code: peer.picture for code, peer in in_use.items()},
        )
