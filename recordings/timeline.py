"""When each frame happened, in milliseconds since the recorder began, for both tracks of one
person.

Theory. A track's RTP time is steady; the arrival of its packets is not, but it is on our clock. So
a track is anchored once to the arrival of its first packet and runs on RTP time from there. Four
things move the anchor:

* A browser that stops a track (`replaceTrack(null)`) may stop the track's RTP time too. After a
  pause in arrival the first frames are held back for `HOLD_MS`; if all of them come later than
  their RTP time says, that much time has really passed and the anchor moves. If they come in a
  burst that catches up, the network was stalled and it stays.
* RTP time that runs ahead of the clock by `AHEAD_MS` is wrong; the anchor moves back at once.
* Clocks drift. The least lateness of each ten seconds shows it; the anchor follows slowly, `SLEW`
  at most.
* RTCP sender reports say which RTP times of sound and picture belong together. The picture is
  moved to fit the sound, for a picture can jump and nobody hears it.
"""

from recordings.depacketise import Frame, Unwrap
from signaling.tracks import CLOCK_RATES, Kind

PAUSE_MS = 400
LATE_MS = 300
HOLD_MS = 300
AHEAD_MS = 1000
SLEW = 0.02
DRIFT_WINDOW_MS = 10_000
DRIFT_MS = 40
ALIGN_MS = 10
NONSENSE_MS = 3000

Placed = tuple[int, Frame]


class Track:
    """The time line of one track."""

    def __init__(self, kind: Kind) -> None:
        """Begin without an anchor."""
        self.kind = kind
        self.is_led = False
        self.report: tuple[int, float] | None = None
        self._per_ms = CLOCK_RATES[kind] / 1000
        self._anchor: tuple[int, float] | None = None
        self._held: list[tuple[Frame, float]] = []
        self._last_arrived: float | None = None
        self._last_ms = -1
        self._window_began: float | None = None
        self._least_late = 0.0
        self._owed = 0.0

    @property
    def has_anchor(self) -> bool:
        """Whether `at` can be asked."""
        return self._anchor is not None

    def at(self, timestamp: int) -> float:
        """When `timestamp` happened, by the anchor of this moment."""
        if self._anchor is None:
            raise LookupError(self.kind)
        return self._anchor[1] + (timestamp - self._anchor[0]) / self._per_ms

    def move(self, by_ms: float) -> None:
        """Let everything from now on happen `by_ms` later."""
        if self._anchor is not None:
            self._anchor = (self._anchor[0], self._anchor[1] + by_ms)

    def push(self, frame: Frame, arrived_ms: float) -> list[Placed]:
        """Take a frame; give the frames whose time is now known, this one or those held before
        it.
        """
        if self._anchor is None:
            self._anchor = (frame.timestamp, arrived_ms)
        pause = arrived_ms - (self._last_arrived if self._last_arrived is not None else arrived_ms)
        self._last_arrived = arrived_ms
        at_ms = self.at(frame.timestamp)
        late = arrived_ms - at_ms
        if self._held:
            self._held.append((frame, late))
            if late < LATE_MS or arrived_ms - self._arrival_of_held() >= HOLD_MS:
                return self.release()
            return []
        if pause > PAUSE_MS and late > LATE_MS:
            self._held.append((frame, late))
            return []
        if late < -AHEAD_MS:
            self._restart(late)
            at_ms += late
        if not self.is_led:
            self._follow_drift(arrived_ms, late)
        return [self._place(frame, at_ms)]

    def expire(self, now_ms: float) -> list[Placed]:
        """Give up waiting for more frames to judge the held ones by."""
        if self._held and now_ms - self._arrival_of_held() >= HOLD_MS:
            return self.release()
        return []

    @property
    def held_since(self) -> tuple[float, ...]:
        """When the first of the held frames came (monotonic seconds), if there is one."""
        return tuple(frame.arrived for frame, _ in self._held[:1])

    def release(self) -> list[Placed]:
        """Decide about the held frames and give them."""
        if not self._held:
            return []
        late = min(late for _, late in self._held)
        if late >= LATE_MS:
            self._restart(late)
        placed = [self._place(frame, self.at(frame.timestamp)) for frame, _ in self._held]
        self._held.clear()
        return placed

    def _arrival_of_held(self) -> float:
        frame, late = self._held[0]
        return self.at(frame.timestamp) + late

    def _restart(self, late: float) -> None:
        self.move(late)
        self.report = None
        self._window_began = None
        self._owed = 0.0

    def _follow_drift(self, arrived_ms: float, late: float) -> None:
        if self._window_began is None:
            self._window_began, self._least_late = arrived_ms, late
        elif arrived_ms - self._window_began >= DRIFT_WINDOW_MS:
            self._owed = self._least_late if abs(self._least_late) > DRIFT_MS else 0.0
            self._window_began = None
        elif late < self._least_late:
            self._least_late = late

    def _place(self, frame: Frame, at_ms: float) -> Placed:
        if self._owed:
            most = SLEW * max(0.0, at_ms - self._last_ms)
            step = max(-most, min(most, self._owed))
            self._owed -= step
            self.move(step)
            at_ms += step
        self._last_ms = max(round(at_ms), self._last_ms + 1)
        return self._last_ms, frame


class Timeline:
    """Both tracks of one person on one line."""

    def __init__(self, zero: float) -> None:
        """`zero` is the monotonic time, in seconds, that becomes 0 ms."""
        self._zero = zero
        self.tracks: dict[Kind, Track] = {"audio": Track("audio"), "video": Track("video")}

    def milliseconds(self, monotonic: float) -> float:
        """A monotonic time on this line."""
        return (monotonic - self._zero) * 1000

    def push(self, frame: Frame) -> list[Placed]:
        """Take a frame, give those whose time is known."""
        track = self.tracks[frame.kind]
        had_anchor = track.has_anchor
        placed = track.push(frame, (frame.arrived - self._zero) * 1000)
        if not had_anchor and self._align():
            # Nothing of this track is written yet, so even its first frame can stand where it
            # belongs.
            at_ms = max(0, round(track.at(frame.timestamp)))
            return [(at_ms, frame)] if frame.kind == "video" else placed
        return placed

    def report(self, kind: Kind, unwrap: Unwrap, report: tuple[int, float]) -> None:
        """Learn from RTCP that an RTP timestamp was captured at a unix time."""
        timestamp = unwrap.near(report[0])
        if timestamp is not None:
            self.tracks[kind].report = (timestamp, report[1])
            self._align()

    def expire(self, now: float) -> list[Placed]:
        """Frames that were held long enough at `now` (monotonic seconds)."""
        now_ms = self.milliseconds(now)
        return [placed for track in self.tracks.values() for placed in track.expire(now_ms)]

    @property
    def oldest(self) -> float | None:
        """When the frame that is held longest came (monotonic seconds); None when none is held."""
        return min((each for track in self.tracks.values() for each in track.held_since), default=None)

    def drain(self) -> list[Placed]:
        """Everything still held."""
        return [placed for track in self.tracks.values() for placed in track.release()]

    def _align(self) -> bool:
        audio, video = self.tracks["audio"], self.tracks["video"]
        if audio.report is None or video.report is None or not (audio.has_anchor and video.has_anchor):
            return False
        video.is_led = True
        heard = audio.at(audio.report[0]) - audio.report[1] * 1000
        seen = video.at(video.report[0]) - video.report[1] * 1000
        if not ALIGN_MS < abs(seen - heard) < NONSENSE_MS:
            return False
        video.move(heard - seen)
        return True
