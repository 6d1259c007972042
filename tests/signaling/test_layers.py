"""A weak receiver loses frames, then the picture, never the sound; and gets them back with care."""

import pytest

from signaling.passthrough.downlink import Downlink
from signaling.passthrough.layers import FULL, HOLD_LAST, KEPT, LEAST, Ladder, Rung, asked_of_sender
from signaling.passthrough.outgoing import OutgoingFormat
from signaling.tracks import RtpPacket, Source


class Receiver:
    """A ladder and its clock."""

    def __init__(self) -> None:
        self.ladder = Ladder()
        self.now = 100.0

    def seconds(self, count: int, share: float | None, deaf: float = 0.0) -> list[Rung]:
        """Return the rung after each second."""
        rungs = []
        for _ in range(count):
            self.now += 1
            rungs.append(self.ladder.review(share, deaf, self.now))
        return rungs

    def falls_to(self, rung: Rung) -> None:
        while self.ladder.rung > rung:
            self.seconds(1, LEAST[self.ladder.rung] - 1)


@pytest.mark.parametrize("share", [None, 5_000_000, KEPT, LEAST[3]])
def test_who_can_take_it_gets_everything(share: float | None) -> None:
    assert set(Receiver().seconds(60, share)) == {FULL}


@pytest.mark.parametrize(
    ("share", "rung"), [(LEAST[3] - 1, 2), (LEAST[2], 2), (LEAST[2] - 1, 1), (LEAST[1], 1), (LEAST[1] - 1, 0), (0, 0)]
)
def test_a_weak_line_comes_to_rest_where_it_carries(share: float, rung: Rung) -> None:
    rungs = Receiver().seconds(16, share)
    assert rungs[-1] == rung
    assert rungs == sorted(rungs, reverse=True)


def test_one_bad_second_takes_nothing_away() -> None:
    receiver = Receiver()
    for _ in range(5):
        assert receiver.seconds(1, LEAST[3] - 1) == [FULL]
        assert receiver.seconds(2, None) == [FULL, FULL]


def test_back_up_one_layer_at_a_time() -> None:
    receiver = Receiver()
    receiver.falls_to(0)
    rungs = receiver.seconds(40, None)
    assert rungs[:4] == [0, 0, 0, 0]
    assert [rungs.index(each) for each in (1, 2, 3)] == sorted(rungs.index(each) for each in (1, 2, 3))
    gaps = [rungs.index(2) - rungs.index(1), rungs.index(3) - rungs.index(2)]
    assert min(gaps) >= 5
    assert rungs[-1] == FULL


def test_a_step_up_needs_the_bits_for_it() -> None:
    receiver = Receiver()
    receiver.falls_to(2)
    assert set(receiver.seconds(30, LEAST[3] - 1)) == {2}
    assert receiver.seconds(3, LEAST[3])[0] == FULL


def test_a_failed_try_is_repeated_later_each_time() -> None:
    receiver = Receiver()
    receiver.falls_to(2)
    waits = []
    for _ in range(8):
        began = receiver.now
        while receiver.ladder.rung < FULL:
            receiver.seconds(1, None)
        waits.append(receiver.now - began)
        receiver.falls_to(2)
    assert waits[0] <= 6
    assert waits == sorted(waits)
    assert waits[-1] == HOLD_LAST


def test_a_try_that_held_makes_the_next_one_soon_again() -> None:
    receiver = Receiver()
    receiver.falls_to(2)
    for _ in range(3):
        while receiver.ladder.rung < FULL:
            receiver.seconds(1, None)
        receiver.falls_to(2)
    while receiver.ladder.rung < FULL:
        receiver.seconds(1, None)
    receiver.seconds(20, None)
    receiver.falls_to(2)
    assert receiver.seconds(7, None)[-1] == FULL


def test_a_line_that_breaks_down_is_answered_at_once() -> None:
    receiver = Receiver()
    assert receiver.seconds(1, LEAST[1]) == [1]
    assert receiver.seconds(1, LEAST[1]) == [1]


def test_pictures_give_way_to_the_sound() -> None:
    receiver = Receiver()
    assert set(receiver.seconds(4, None, deaf=0.3)) == {FULL}
    assert receiver.seconds(1, None, deaf=0.3) == [2]
    # Fewer frames helped, but not enough.
    assert receiver.seconds(5, None, deaf=0.18)[-1] == 1
    assert set(receiver.seconds(4, None, deaf=0.1)) == {1}


def test_pictures_that_are_not_to_blame_stay() -> None:
    receiver = Receiver()
    rungs = receiver.seconds(60, None, deaf=0.3)
    assert min(rungs) == 2
    assert rungs[-30:] == [FULL] * 30
    # Once the sound was good again, pictures may be to blame again.
    receiver.seconds(5, None, deaf=0.0)
    assert 2 in receiver.seconds(10, None, deaf=0.3)


@pytest.mark.parametrize(
    ("rung", "share", "asked"),
    [
        (3, None, None),
        (0, 50_000, None),
        (3, 700_000, 700_000),
        (3, 230_000, 230_000),
        (2, 140_000, KEPT),
        (1, 400_000, 1_000_000),
    ],
)
def test_a_sender_is_not_pressed_for_one_weak_receiver(rung: Rung, share: int | None, asked: int | None) -> None:
    assert asked_of_sender(rung, share) == asked


def rung_after(octets: int, seconds: int) -> Rung:
    """Where a receiver stands that complains of a queue every second while each picture costs so much a second."""
    forms = (OutgoingFormat("audio", "a", 1, 111), OutgoingFormat("video", "v", 2, 96))
    downlink = Downlink([forms], lambda *_: True)
    source = Source("lan", "video")
    downlink.seat(0, None, source)
    descriptor = b"\x10\x00" + bytes(octets // 10 - 2)
    for second in range(1, seconds + 1):
        for packet in range(10):
            number = 10 * second + packet
            source.deliver(RtpPacket(descriptor, number, number * 9000, True, second + packet / 10))
        downlink.round_trip = 0.5 if second > 2 else 0.05
        downlink.budget.estimated(90_000 if second % 2 else 70_000)
        downlink.review(2_500_000, float(second))
    return downlink.ladder.rung


def test_a_picture_that_needs_little_is_not_taken_away_for_a_line_that_carries_little() -> None:
    assert rung_after(octets=9_500, seconds=12) == FULL
    assert rung_after(octets=60_000, seconds=12) < FULL
