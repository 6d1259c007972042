from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.depacketise import (
    Frame,
    Hole,
    OpusFrames,
    Reorder,
    Unwrap,
    Vp8Frames,
    vp8_payload,
)
from signaling.tracks import RtpPacket
from tests.recordings.packets import (
    Sent,
    arriving,
    lose,
    opus,
    send_audio,
    send_video,
    shuffle,
    vp8,
)


def cut(sent: list[Sent]) -> tuple[list[Frame], Vp8Frames, Reorder]:
    order, frames, found = Reorder(), Vp8Frames(), list[Frame | None]()
    for _, packet in arriving(sent, 0.0):
        found += [frames.push(item) for item in order.push(packet)]
    found += [frames.push(item) for item in order.drain()]
    return [frame for frame in found if frame is not None], frames, order


def test_every_frame_comes_out_as_it_went_in() -> None:
    frames = vp8(3)
    found, _, _ = cut(send_video(frames))
    assert [frame.data for frame in found] == list(frames)
    assert [frame.is_key for frame in found].count(True) == 3


def test_packets_out_of_order_within_the_window_cost_nothing() -> None:
    frames = vp8(3)
    first, *rest = send_video(frames)
    found, _, order = cut([first, *shuffle(rest, 0.3)])
    assert [frame.data for frame in found] == list(frames)
    assert order.lost == 0


def test_sequence_and_timestamp_wrap() -> None:
    frames = vp8(3)
    found, _, _ = cut(send_video(frames, sequence=65500, timestamp=2**32 - 90000))
    assert [frame.data for frame in found] == list(frames)
    steps = {b.timestamp - a.timestamp for a, b in pairwise(found)}
    assert steps == {3000}


def test_after_a_hole_pictures_begin_again_with_a_key_frame() -> None:
    frames = vp8(4)
    sent = send_video(frames)
    hole = next(at for at, one in enumerate(sent) if one.at > 1.5)
    found, _, order = cut(sent[:hole] + sent[hole + 1 :])
    assert order.lost == 1
    kept = {frame.data for frame in found}
    missing = [number for number, frame in enumerate(frames) if frame not in kept]
    assert missing == list(range(missing[0], 60))
    at = next(number for number, frame in enumerate(found) if frame.timestamp >= 9000 + 60 * 3000)
    assert found[at].is_key


def test_only_whole_frames_under_heavy_loss() -> None:
    frames = set(vp8(4))
    found, state, order = cut(lose(shuffle(send_video(vp8(4)), 0.2), 0.02))
    assert found
    assert {frame.data for frame in found} <= frames
    assert order.lost > 5
    assert state.dropped > 0


def test_a_hole_is_given_up_after_the_window_even_if_nothing_more_comes() -> None:
    order = Reorder()
    sent = [packet for _, packet in arriving(send_audio(opus(0.1)), 10.0)]
    assert list(order.push(sent[0])) == [sent[0]]
    assert order.oldest is None
    assert list(order.push(sent[2])) == []
    assert order.oldest == sent[2].arrived
    assert list(order.expire(10.4)) == []
    assert list(order.expire(10.45)) == [Hole(1), sent[2]]
    assert order.oldest is None
    assert list(order.push(sent[1])) == [], "too late"


def test_probes_without_payload_fill_their_sequence_number() -> None:
    frames = vp8(1)
    sent = send_video(frames)
    probe = Sent(1.1, "video", RtpPacket(b"", (100 + len(sent)) % 65536, 9000, False, 0.0))
    found, state, order = cut([*sent, probe])
    assert len(found) == len(frames)
    assert order.lost == 0
    assert not state.needs_key_frame


def test_a_hole_in_sound_is_only_that() -> None:
    frames, order, found = OpusFrames(), Reorder(), list[bytes]()
    sent = send_audio(opus(1))
    for _, packet in arriving(sent[:10] + sent[12:], 0.0):
        found += [frame.data for item in order.push(packet) if (frame := frames.push(item))]
    assert found == list(opus(1)[:10] + opus(1)[12:])


def test_a_sequence_that_jumps_begins_anew() -> None:
    frames = vp8(2)
    found, _, _ = cut(send_video(frames[:30]) + send_video(frames[30:], begin=2, sequence=40000))
    assert len(found) == 60


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", None),
        (b"\x10", None),
        (b"\x10a", (b"a", True)),
        (b"\x00a", (b"a", False)),
        (b"\x11a", (b"a", False)),
        (b"\x90\x80\x05a", (b"a", True)),
        (b"\x90\x80\x85\x05a", (b"a", True)),
        (b"\x90\xf0\x85\x05\x01\x02a", (b"a", True)),
        (b"\x90\x80", None),
        (b"\x90", None),
        (b"\x90\x40\x01", None),
    ],
)
def test_payload_descriptors(payload: bytes, expected: tuple[bytes, bool] | None) -> None:
    assert vp8_payload(payload) == expected


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.binary(max_size=40), max_size=30), st.booleans())
def test_nonsense_never_raises(payloads: list[bytes], marker: bool) -> None:
    order, frames = Reorder(), Vp8Frames()
    for number, payload in enumerate(payloads):
        for item in order.push(RtpPacket(payload, number * 7919 % 65536, number, marker, number)):
            frames.push(item)


def test_timestamps_unwrap_both_ways() -> None:
    unwrap = Unwrap()
    assert [unwrap(value) for value in (2**32 - 10, 5, 2**32 - 1, 20)] == [
        2**32 - 10,
        2**32 + 5,
        2**32 - 1,
        2**32 + 20,
    ]
