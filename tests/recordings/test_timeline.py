import pytest

from recordings.depacketise import Frame, Unwrap
from recordings.timeline import Timeline
from signaling.tracks import CLOCK_RATES, Kind

ZERO = 1000.0


class Sender:
    """Feeds a timeline with one frame every 20 ms of a kind."""

    def __init__(self, line: Timeline, kind: Kind) -> None:
        self.line, self.kind = line, kind
        self.stamps: list[tuple[float, int]] = []

    def send(
        self,
        begin: float,
        end: float,
        *,
        late: float = 0.0,
        rtp_shift: float = 0.0,
        rate: float = 1.0,
    ) -> None:
        for step in range(round((end - begin) * 50)):
            at = begin + step * 0.02
            stamp = round((at + rtp_shift) * rate * CLOCK_RATES[self.kind])
            meant = b"%d" % (at * 1000 + 0.5)
            frame = Frame(self.kind, stamp, ZERO + at + late, meant, is_key=True)
            for at_ms, placed in [*self.line.expire(frame.arrived), *self.line.push(frame)]:
                self.stamps.append((float(placed.data), at_ms))

    @property
    def errors(self) -> list[float]:
        return [found - meant for meant, found in self.stamps]


def report(line: Timeline, kind: Kind, at: float, captured: float) -> None:
    unwrap = Unwrap()
    unwrap(round(at * CLOCK_RATES[kind]))
    line.report(kind, unwrap, (round(at * CLOCK_RATES[kind]) % 2**32, captured))


def test_time_runs_on_rtp_time_not_on_arrival() -> None:
    sender = Sender(Timeline(ZERO), "audio")
    sender.send(0, 1)
    sender.send(1, 2, late=0.25)
    sender.send(2, 3)
    assert max(map(abs, sender.errors)) <= 1


def test_a_pause_in_which_rtp_time_stood_still_is_a_gap_not_a_shift() -> None:
    sender = Sender(Timeline(ZERO), "audio")
    sender.send(0, 2)
    sender.send(7, 9, rtp_shift=-5)
    assert len(sender.stamps) == 200
    assert max(map(abs, sender.errors)) <= 1


def test_a_pause_in_which_rtp_time_ran_on_is_the_same_gap() -> None:
    sender = Sender(Timeline(ZERO), "audio")
    sender.send(0, 2)
    sender.send(7, 9)
    assert max(map(abs, sender.errors)) <= 1


def test_a_stalled_network_that_catches_up_moves_nothing() -> None:
    line = Timeline(ZERO)
    sender = Sender(line, "audio")
    sender.send(0, 2)
    for step in range(50):
        at = 2 + step * 0.02
        meant = b"%d" % (at * 1000 + 0.5)
        frame = Frame("audio", round(at * 48000), ZERO + 3 + step * 0.001, meant, is_key=True)
        sender.stamps += [(float(f.data), ms) for ms, f in line.push(frame)]
    sender.send(3.06, 4)
    assert max(map(abs, sender.errors)) <= 1


def test_frames_held_back_at_the_end_are_given() -> None:
    line = Timeline(ZERO)
    sender = Sender(line, "audio")
    sender.send(0, 1)
    sender.send(5, 5.1, rtp_shift=-4)
    assert len(sender.stamps) == 50
    assert line.oldest == pytest.approx(ZERO + 5, abs=0.01)
    assert [at_ms for at_ms, _ in line.drain()] == [5000, 5020, 5040, 5060, 5080]
    assert line.oldest is None


def test_a_first_packet_that_came_late_is_forgotten() -> None:
    sender = Sender(Timeline(ZERO), "audio")
    sender.send(0, 0.02, late=2)
    sender.send(0.02, 5)
    assert max(map(abs, sender.errors[-50:])) <= 1


@pytest.mark.parametrize("rate", [1.0002, 0.9998])
def test_drifting_clocks_stay_within_eighty_milliseconds(rate: float) -> None:
    sender = Sender(Timeline(ZERO), "video")
    sender.send(0, 900, rate=rate)
    assert max(map(abs, sender.errors)) < 80


def test_reports_bring_sound_and_picture_together() -> None:
    line = Timeline(ZERO)
    audio, video = Sender(line, "audio"), Sender(line, "video")
    for second in range(6):
        audio.send(second, second + 1)
        video.send(second, second + 1, late=0.2)
        if second == 2:
            report(line, "audio", second, 5000.0 + second)
            report(line, "video", second, 5000.0 + second)
    assert max(map(abs, audio.errors)) <= 1
    assert all(error == pytest.approx(200, abs=1) for error in video.errors[:100])
    assert max(map(abs, video.errors[-100:])) <= 1


def test_reports_that_are_nonsense_move_nothing() -> None:
    line = Timeline(ZERO)
    audio, video = Sender(line, "audio"), Sender(line, "video")
    audio.send(0, 1)
    video.send(0, 1)
    report(line, "audio", 1, 5000.0)
    report(line, "video", 1, 9000.0)
    video.send(1, 2)
    assert max(map(abs, video.errors)) <= 1


def test_time_never_goes_back() -> None:
    line = Timeline(ZERO)
    sender = Sender(line, "video")
    sender.send(0, 1)
    sender.send(1, 2, rtp_shift=3)
    sender.send(2, 3)
    stamps = [at_ms for _, at_ms in sender.stamps]
    assert stamps == sorted(set(stamps))
