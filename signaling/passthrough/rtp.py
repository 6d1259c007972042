"""Reading and arithmetic of RTP, as pure functions over bytes.

Everything here meets the network first: a packet is either understood or `Malformed`,
and a broken header extension is simply not there.
"""

from struct import Struct
from typing import NamedTuple

HEADER = Struct("!BBHLL")
_unpack = HEADER.unpack_from
_unpack_word = Struct("!HH").unpack_from

SEND_TIME_UNIT = 262144.0
"""abs-send-time counts seconds in 6.18 fixed point."""

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

ONE_BYTE_PROFILE = 0xBEDE
_TWO_BYTE_PROFILE = 0x1000
_TWO_BYTE_MASK = 0xFFF0
_STOP_ID = 15
_VERSION = 2 << 6


class Malformed(ValueError):
    """What came is not what it says it is."""


class Arrived(NamedTuple):
    """A parsed RTP packet; `extensions` is the undecoded block of its `profile`."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    profile: int
    extensions: bytes
    payload: bytes


def is_rtcp(packet: bytes) -> bool:
    """Tell RTCP from RTP on a shared port (RFC 5761)."""
    return len(packet) >= 2 and 192 <= packet[1] <= 223  # noqa: PLR2004


Split = tuple[int, bool, int, int, int, int, bytes, bytes]
"""The fields of `Arrived`, in its order, as they are read for every packet."""


def parse(packet: bytes) -> Arrived:
    """Take an RTP packet apart. Raises Malformed; never reads outside the packet."""
    return Arrived(*split(packet))


def split(packet: bytes) -> Split:
    """Do as `parse`, at half its cost."""
    end = len(packet)
    if end < HEADER.size:
        raise Malformed("short header")
    first, second, sequence, timestamp, ssrc = _unpack(packet)
    if first & 0xC0 != _VERSION:
        raise Malformed("version")
    start = 12 + 4 * (first & 0x0F)
    profile, extensions = 0, b""
    if first & 0x10:
        if end < start + 4:
            raise Malformed("short extension header")
        profile, words = _unpack_word(packet, start)
        start += 4
        extensions = packet[start : start + 4 * words]
        start += 4 * words
    if first & 0x20:
        end -= packet[-1]
        if not packet[-1]:
            raise Malformed("empty padding")
    if start > end:
        raise Malformed("longer inside than outside")
    is_marked = second > 0x7F  # noqa: PLR2004 - the top bit
    return second & 0x7F, is_marked, sequence, timestamp, ssrc, profile, extensions, packet[start:end]


def find_extension(profile: int, block: bytes, wanted: int) -> bytes | None:
    """Return the value of extension `wanted`, or None: absent and broken look the same."""
    if profile == ONE_BYTE_PROFILE:
        return _find_short(block, wanted)
    if profile & _TWO_BYTE_MASK == _TWO_BYTE_PROFILE:
        return _find_long(block, wanted)
    return None


def _find_short(block: bytes, wanted: int) -> bytes | None:
    at, size = 0, len(block)
    while at < size:
        head = block[at]
        at += 1
        if head == 0:
            continue
        if head >> 4 == _STOP_ID:
            return None
        length = (head & 0x0F) + 1
        if head >> 4 == wanted:
            return block[at : at + length] if at + length <= size else None
        at += length
    return None


def _find_long(block: bytes, wanted: int) -> bytes | None:
    at, size = 0, len(block)
    while at < size:
        if block[at] == 0:
            at += 1
            continue
        if at + 2 > size:
            return None
        length = block[at + 1]
        if block[at] == wanted:
            return block[at + 2 : at + 2 + length] if at + 2 + length <= size else None
        at += 2 + length
    return None


def ahead(sequence: int, of: int) -> int:
    """How far `sequence` is ahead of `of`, from -32768 to 32767, over the wrap."""
    return ((sequence - of + 0x8000) & 0xFFFF) - 0x8000


def send_time(seconds: float) -> int:
    """abs-send-time: 24 bits of seconds, 6.18 fixed point, from any beginning."""
    return int(seconds * SEND_TIME_UNIT) & 0xFFFFFF
