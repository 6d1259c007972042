"""Gaps, repetition, joining streams, and how much may be sent."""

import random

import pytest

from signaling.passthrough.bandwidth import CAP, FLOOR, LEAST_BELIEVED, LOSS_KEEPS, Downlink, Uphill, allowance
from signaling.passthrough.gaps import GIVE_UP_AFTER, Gaps
from signaling.passthrough.reception import Reception
from signaling.passthrough.ring import MASK, Ring, Shift
from signaling.passthrough.splice import Splice
from signaling.tracks import RtpPacket


def test_a_gap_is_asked_for_at_once_then_every_sixty_milliseconds() -> None:
    gaps = Gaps()
    gaps.received(65534, 0.0)
    gaps.received(1, 0.0)
    assert gaps.due(0.0) == ([65535, 0], False)
    assert gaps.due(0.05) == ([], False)
    gaps.received(0, 0.055)
    assert gaps.due(0.061) == ([65535], False)


def test_a_gap_is_given_up_and_told_once() -> None:
    gaps = Gaps()
    gaps.received(10, 0.0)
    gaps.received(12, 0.0)
    assert gaps.due(GIVE_UP_AFTER + 0.01) == ([], True)
    assert gaps.due(GIVE_UP_AFTER + 0.02) == ([], False)
    assert gaps.lost_for_good == 1


def test_a_hole_too_wide_is_not_asked_for() -> None:
    gaps = Gaps()
    gaps.received(10, 0.0)
    assert not gaps.received(5000, 0.0)
    assert gaps.due(0.0) == ([], False)


def test_many_small_holes_stay_bounded() -> None:
    gaps = Gaps()
    gaps.received(0, 0.0)
    for each in range(2, 3000, 2):
        gaps.received(each, 0.0)
        assert len(gaps.due(0.0)[0]) <= 256


def test_only_a_filled_hole_is_news() -> None:
    gaps = Gaps()
    gaps.received(10, 0.0)
    gaps.received(12, 0.0)
    assert gaps.fills(11, 0.01)
    assert not gaps.fills(11, 0.02)
    assert not gaps.fills(9, 0.02)
    assert gaps.fills(13, 0.02)


def test_the_ring_repeats_what_it_holds_but_not_in_a_burst() -> None:
    ring = Ring(Shift(sequence_by=65_000))
    for each in range(600):
        ring.kept[(each + 65_000) & MASK] = RtpPacket(b"x", each, 0, False, 0.0)
    assert ring.take((10 + 65_000) & 0xFFFF, 1.0) is None
    newest = (599 + 65_000) & 0xFFFF
    assert ring.take(newest, 1.0) is not None
    assert ring.take(newest, 1.01) is None
    assert ring.take(newest, 1.03) is not None
    assert ring.take((700 + 65_000) & 0xFFFF, 1.0) is None
    ring.rebase(Shift(sequence_by=1))
    assert ring.take(newest, 1.1) is not None
    own = Shift(sequence_by=3)
    ring.kept[602 & MASK] = RtpPacket(b"y", 599, 0, False, 0.0), own
    assert ring.take(602, 1.0) == (RtpPacket(b"y", 599, 0, False, 0.0), own)


def test_numbers_go_on_when_streams_are_joined() -> None:
    splice = Splice(90_000)
    splice.begin(1000, 5_000_000, 10.0)
    first, stamp = splice.shift(1000, 5_000_000, 10.0)
    splice.shift(1001, 5_003_000, 10.033)
    splice.begin(65535, 77, 12.033)
    assert splice.belongs(65535)
    assert not splice.belongs(65534)
    second, later = splice.shift(65535, 77, 12.033)
    assert (second - first) & 0xFFFF == 2
    assert (later - stamp) & 0xFFFFFFFF == pytest.approx(3000 + 180_000, abs=2)


def test_a_straggler_does_not_turn_the_clock_back() -> None:
    splice = Splice(48_000, keep_numbers=True)
    splice.begin(5, 100, 0.0)
    assert splice.shift(7, 300, 0.1) == (7, 300)
    assert splice.shift(6, 200, 0.2) == (6, 200)
    splice.begin(50, 9, 0.1 + 1.0)
    assert splice.shift(50, 9, 1.1) == (8, 300 + 48_000)


def test_a_report_counts_loss_since_the_last_one() -> None:
    reception = Reception(90_000)
    for each in (65534, 65535, 1, 2):
        reception.received(each, 0, 100, 0.0)
    block = reception.block(7, 0.0)
    assert (block.lost, block.highest, block.fraction_lost) == (1, 65536 + 2, 51)
    assert reception.block(7, 0.0).fraction_lost == 0


def test_a_report_answers_the_senders_clock() -> None:
    reception = Reception(48_000)
    reception.received(1, 0, 10, 0.0)
    assert reception.block(7, 1.0).delay == 0
    reception.reported(0x0102030405060708, 1.0)
    block = reception.block(7, 1.5)
    assert (block.last_report, block.delay) == (0x03040506, 32768)


def test_jitter_follows_uneven_arrival() -> None:
    reception = Reception(48_000)
    for each in range(50):
        reception.received(each, each * 960, 10, each * 0.02 + (0.01 if each % 2 else 0.0))
    assert reception.block(1, 1.0).jitter == pytest.approx(480, rel=0.1)


def test_a_cautious_estimate_does_not_hold_the_sender_back() -> None:
    budget = Downlink()
    for second, estimate in enumerate([300_000, 330_000, 360_000]):
        budget.estimated(estimate)
        budget.review(second * 250_000, 0, float(second), CAP)
    assert budget.share(1) is None


def test_a_falling_estimate_below_what_is_sent_limits() -> None:
    budget = Downlink()
    budget.review(0, 0, 0.0, CAP)
    budget.estimated(1_000_000)
    budget.estimated(400_000)
    budget.review(250_000, 0, 1.0, CAP)
    assert budget.share(2) == 200_000
    assert budget.share(8) == 50_000
    for second in range(2, 60):
        budget.review(250_000, 0, float(second), CAP)
    assert budget.share(1) is None


def test_of_next_to_nothing_an_estimate_says_nothing() -> None:
    """A still picture of 28 kb/s: the browser guesses 13 kb/s after a moment without processor, and nothing is late."""
    budget = Downlink()
    budget.took(0.05)
    budget.review(0, 0, 0.0, CAP)
    budget.estimated(42_000)
    for second in range(1, 10):
        budget.estimated(42_000 if second % 2 else 13_500)
        budget.took(0.07)
        budget.review(3_500 * second, 0, float(second), CAP)
        assert budget.share(2) is None
    budget.estimated(13_500)
    budget.took(0.5)
    budget.review(3_500 * 10, 0, 10.0, CAP)
    assert budget.share(1) == LEAST_BELIEVED


def test_no_more_is_tried_while_a_queue_stands() -> None:
    budget = Downlink()
    budget.took(0.05)
    budget.review(0, 0, 0.0, CAP)
    budget.estimated(200_000)
    budget.estimated(120_000)
    octets = 0
    for second in range(1, 20):
        octets += 20_000
        budget.took(0.5)
        budget.review(octets, 0.02, float(second), CAP)
    assert 120_000 <= (budget.share(1) or 0) <= 140_000
    for second in range(20, 30):
        octets += 20_000
        budget.took(0.06)
        budget.review(octets, 0.0, float(second), CAP)
    assert (budget.share(1) or 0) > 200_000


def test_heavy_loss_limits_and_light_loss_does_not() -> None:
    budget = Downlink()
    budget.review(0, 0, 0.0, CAP)
    budget.review(125_000, 0.05, 1.0, CAP)
    assert budget.share(1) is None
    budget.review(250_000, 0.5, 2.0, CAP)
    limit = budget.share(1)
    assert limit is not None
    assert 800_000 < limit < 1_000_000
    budget.estimated(2_000_000)
    budget.review(375_000, 0.0, 3.0, CAP)
    budget.review(500_000, 0.0, 4.0, CAP)
    budget.review(625_000, 0.0, 5.0, CAP)
    assert (budget.share(1) or 0) > 1.2 * limit


@pytest.mark.parametrize("seed", range(20))
def test_one_packet_in_twenty_lost_by_chance_is_no_congestion(seed: int) -> None:
    """As chance has it: a minute of a hundred packets a second, each of which may be lost."""
    chance, budget, octets = random.Random(seed), Downlink(), 0
    for second in range(60):
        octets += 150_000
        lost = sum(chance.random() < 0.05 for _ in range(100))
        budget.review(octets, lost / 100, float(second), CAP)
        assert budget.share(1) is None


def test_loss_alone_takes_away_much_and_never_all() -> None:
    budget = Downlink()
    octets = 0
    for second in range(30):
        octets += min(budget.share(1) or 600_000, 600_000) // 8
        budget.review(octets, 0.4, float(second), CAP)
    assert LOSS_KEEPS * 0.9 <= (budget.share(1) or 0) <= LOSS_KEEPS * 1.3


class Sender:
    """Sound and picture of one browser behind a line of `rate` bits per second."""

    def __init__(self, rate: float) -> None:
        self.way, self.rate = Uphill(), rate
        self.now, self.octets, self.queue, self.clock = 1000.0, 0, 0.0, 63.0

    def seconds(self, count: float, wants: float) -> None:
        for at in range(int(count * 50)):
            sends = min(wants, self.way.limit or wants)
            carried = self.rate - 50_000 if self.queue else min(sends, self.rate - 50_000)
            self.queue = min(0.5, max(0.0, self.queue + 0.02 * (sends + 50_000 - self.rate) / self.rate))
            self.octets += int(carried * 0.02 / 8)
            self.now += 0.02
            self.way.saw(int((self.now + self.clock) * 262_144) & 0xFFFFFF, self.now + self.queue)
            if at % 10 == 9:
                self.way.review(self.octets, self.now)


def test_a_sender_on_a_wide_line_is_left_alone() -> None:
    sender = Sender(5_000_000)
    sender.seconds(60, 600_000)
    assert sender.way.limit is None


def test_a_sender_who_fills_the_queue_is_told_less_and_gets_it_back() -> None:
    sender = Sender(5_000_000)
    sender.seconds(5, 600_000)
    sender.rate = 300_000
    sender.seconds(4, 600_000)
    assert sender.way.limit is not None
    assert sender.way.limit < 300_000
    assert sender.queue < 0.15
    sender.seconds(20, 600_000)
    assert sender.queue < 0.3
    sender.rate = 5_000_000
    sender.seconds(25, 600_000)
    assert sender.way.limit is None or sender.way.limit > 600_000


def test_a_long_silence_is_no_queue() -> None:
    sender = Sender(5_000_000)
    sender.seconds(5, 600_000)
    for _ in range(500):
        sender.now += 0.2
        sender.way.review(sender.octets, sender.now)
    sender.seconds(5, 600_000)
    assert sender.way.limit is None


def test_the_weakest_useful_receiver_decides() -> None:
    assert allowance(CAP, [None, None]) == CAP
    assert allowance(CAP, [700_000, None, 900_000]) == 700_000
    assert allowance(CAP, [20_000]) == FLOOR
