"""What meets the network first: it understands, or it refuses, and nothing else."""

from typing import Any

import pytest
from aiortc import rtp as theirs
from hypothesis import given
from hypothesis import strategies as st

from signaling.passthrough import rtcp, rtp, vp8


def packet(**changes: object) -> bytes:
    made = theirs.RtpPacket(payload_type=96, marker=1, sequence_number=65535, timestamp=7, ssrc=99, payload=b"abc")
    extensions = theirs.HeaderExtensionsMap()
    for name, value in changes.items():
        setattr(made, name, value)
    return made.serialize(extensions)


def test_reads_what_aiortc_writes() -> None:
    arrived = rtp.parse(packet())
    assert arrived[:5] == (96, True, 65535, 7, 99)
    assert arrived.payload == b"abc"


def test_skips_sources_extension_and_padding() -> None:
    head = rtp.HEADER.pack(0xB1, 96, 1, 2, 3) + b"\0\0\0\7"
    block = b"\xbe\xde\x00\x01" + b"\x10\x41\x00\x00"
    arrived = rtp.parse(head + block + b"pay" + b"\0\0\3")
    assert arrived.payload == b"pay"
    assert rtp.find_extension(arrived.profile, arrived.extensions, 1) == b"\x41"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x80\x60\0\1",
        b"\x40" + bytes(11),
        b"\x8f" + bytes(11),
        b"\x90" + bytes(11),
        b"\x90" + bytes(11) + b"\xbe\xde\xff\xff",
        b"\xa0" + bytes(11),
        b"\xa0" + bytes(10) + b"\xff",
    ],
)
def test_refuses_packets_that_lie_about_their_length(broken: bytes) -> None:
    with pytest.raises(rtp.Malformed):
        rtp.parse(broken)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_or_malformed(blob: bytes) -> None:
    try:
        arrived = rtp.parse(blob)
    except rtp.Malformed:
        return
    for wanted in (1, 5, 14):
        rtp.find_extension(arrived.profile, arrived.extensions, wanted)


@given(st.sampled_from([0xBEDE, 0x1000, 0x100F, 0]), st.binary(max_size=80), st.integers(1, 14))
def test_no_extension_block_can_break_the_search(profile: int, block: bytes, wanted: int) -> None:
    found = rtp.find_extension(profile, block, wanted)
    assert found is None or found in block


def test_finds_extensions_of_both_forms() -> None:
    assert rtp.find_extension(0xBEDE, b"\x00\x21\xaa\xbb\x30\x05", 3) == b"\x05"
    assert rtp.find_extension(0xBEDE, b"\xf0\x30\x05", 3) is None
    assert rtp.find_extension(0x1000, b"\x02\x02\xaa\xbb\x03\x01\x05", 3) == b"\x05"
    assert rtp.find_extension(0xBEDE, b"\x35\x01", 3) is None


def test_counts_over_the_wrap() -> None:
    assert rtp.ahead(1, 65535) == 2
    assert rtp.ahead(65535, 1) == -2
    assert rtp.ahead(0x8000, 0) == -0x8000


def test_a_nack_that_names_thousands_is_read_in_part() -> None:
    every = bytes(8) + b"\0\1\xff\xff" * 300
    (nack,), broken = rtcp.parse(b"\x81\xcd" + (len(every) // 4).to_bytes(2, "big") + every)
    assert isinstance(nack, rtcp.Nack)
    assert (len(nack.lost), broken) == (rtcp.MOST_MISSED, 0)


def test_send_time_is_seconds_in_24_bits() -> None:
    assert rtp.send_time(1.5) == 3 << 17
    assert rtp.send_time(64.0) == 0


def test_tells_rtcp_from_rtp() -> None:
    assert rtp.is_rtcp(b"\x80\xc8")
    assert not rtp.is_rtcp(b"\x80\xe0")
    assert not rtp.is_rtcp(b"\x80")


KEY_FRAME = b"\x90\xe0\x81\x02\x03\x04\x10\x00"
DELTA = b"\x90\xe0\x81\x02\x03\x04\x11\x00"


def test_a_key_frame_starts_with_its_first_partition() -> None:
    assert vp8.starts_key_frame(KEY_FRAME)
    assert vp8.starts_key_frame(b"\x10\x10")
    assert not vp8.starts_key_frame(DELTA)
    assert not vp8.starts_key_frame(b"\x80" + KEY_FRAME[1:])
    assert not vp8.starts_key_frame(b"\x11\x10")
    assert not vp8.starts_key_frame(b"")


def test_picture_numbers_shift_within_their_width() -> None:
    picture = vp8.look(KEY_FRAME)
    assert (picture.number, picture.level_zero) == (0x102, 3)
    moved = vp8.look(vp8.renumber(KEY_FRAME, picture, 0x7FFF - 0x102 + 2, 254))
    assert (moved.number, moved.level_zero) == (1, 1)
    short = b"\x90\x80\x7f\x10"
    assert vp8.renumber(short, vp8.look(short), 1, 0) == b"\x90\x80\x00\x10"


@given(st.binary(max_size=12))
def test_any_payload_can_be_looked_at(payload: bytes) -> None:
    picture = vp8.look(payload)
    if picture.number >= 0:
        assert len(vp8.renumber(payload, picture, 5, 5)) == len(payload)


def test_writes_what_aiortc_reads() -> None:
    block = rtcp.Block(1, 25, -3, 70000, 5, 6, 7)
    compound = (
        rtcp.sender_report(rtcp.SenderReport(9, rtcp.to_ntp(1e9), 3, 4, 5))
        + rtcp.receiver_report(8, [block])
        + rtcp.description(9, "slot0")
        + rtcp.description(10, "slot11")
        + rtcp.nack(1, 2, [65535, 3, 40])
        + rtcp.picture_loss(1, 2)
        + rtcp.remb(1, 2_500_000, [2])
        + rtcp.goodbye([4, 5])
    )
    parsed: list[Any] = list(theirs.RtcpPacket.parse(compound))
    sender, receiver, name, other, lost, loss, remb, bye = parsed
    assert (sender.ssrc, sender.sender_info.rtp_timestamp) == (9, 3)
    assert (receiver.reports[0].packets_lost, receiver.reports[0].fraction_lost) == (-3, 25)
    assert [each.chunks[0].items for each in (name, other)] == [[(1, b"slot0")], [(1, b"slot11")]]
    assert [each & 0xFFFF for each in lost.lost] == [65535, 3, 40]
    assert (loss.fmt, loss.media_ssrc) == (1, 2)
    assert theirs.unpack_remb_fci(remb.fci)[0] == pytest.approx(2_500_000, rel=1e-4)
    assert bye.sources == [4, 5]
    messages, broken = rtcp.parse(compound)
    assert not broken
    assert [type(each).__name__ for each in messages] == [
        "SenderReport",
        "ReceiverReport",
        "Nack",
        "KeyFrameRequest",
        "Remb",
        "Goodbye",
    ]
    assert messages[1] == rtcp.ReceiverReport(8, (block,))


def test_reads_a_full_intra_request() -> None:
    body = rtcp._pack(206, 4, bytes(8) + b"\0\0\0\x07\x01\0\0\0")
    assert rtcp.parse(body) == ([rtcp.KeyFrameRequest(7)], 0)


def test_a_broken_part_costs_only_itself() -> None:
    short = rtcp._pack(200, 0, bytes(4))
    messages, broken = rtcp.parse(short + rtcp.picture_loss(1, 2))
    assert messages == [rtcp.KeyFrameRequest(2)]
    assert broken == 1


@given(st.binary(max_size=150))
def test_any_bytes_survive_as_rtcp(blob: bytes) -> None:
    rtcp.parse(blob)
    rtcp.parse(b"\x8f\xcd\x00\x03" + blob)


def test_ntp_there_and_back() -> None:
    assert rtcp.from_ntp(rtcp.to_ntp(1_795_000_000.25)) == pytest.approx(1_795_000_000.25, abs=1e-6)
