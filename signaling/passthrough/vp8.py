"""The few bits of a VP8 RTP payload descriptor that forwarding needs (RFC 7741)."""

from typing import NamedTuple

_LONG_ID = 0x7FFF
_SHORT_ID = 0x7F


class Picture(NamedTuple):
    """Where the numbers of a picture stand in a payload; -1 means absent.

    `layer` is the temporal layer; a picture with `is_sync` leans on the lowest layer alone.
    """

    number: int
    number_at: int
    is_long: bool
    level_zero: int
    level_zero_at: int
    starts_key_frame: bool
    layer: int = -1
    is_sync: bool = False


NOTHING = Picture(-1, -1, False, -1, -1, False)


def look(payload: bytes) -> Picture:
    """Read the descriptor; a broken one yields NOTHING."""
    number = number_at = level_zero = level_zero_at = layer = -1
    is_long = is_sync = False
    at = 1
    try:
        first = payload[0]
        if first & 0x80:
            flags = payload[1]
            at = 2
            if flags & 0x80:
                number_at, number = at, payload[at]
                is_long = number > _SHORT_ID
                if is_long:
                    number = (number & _SHORT_ID) << 8 | payload[at + 1]
                at += 1 + is_long
            if flags & 0x40:
                level_zero, level_zero_at = payload[at], at
                at += 1
            if flags & 0x30:
                if flags & 0x20:
                    layer, is_sync = payload[at] >> 6, bool(payload[at] & 0x20)
                at += 1
        # Start of the first partition, and the frame header's inverse key frame bit.
        starts = first & 0x17 == 0x10 and not payload[at] & 0x01  # noqa: PLR2004
    except IndexError:
        return NOTHING
    # Called for every packet: saves the detour over the constructor.
    return tuple.__new__(Picture, (number, number_at, is_long, level_zero, level_zero_at, starts, layer, is_sync))


def starts_key_frame(payload: bytes) -> bool:
    """Whether a decoder may start with this packet."""
    return look(payload).starts_key_frame


def renumber(payload: bytes, picture: Picture, number_by: int, level_by: int) -> bytes:
    """Shift picture id and TL0PICIDX, each within its own width."""
    changed = bytearray(payload)
    if picture.number_at >= 0:
        if picture.is_long:
            number = (picture.number + number_by) & _LONG_ID
            changed[picture.number_at] = 0x80 | number >> 8
            changed[picture.number_at + 1] = number & 0xFF
        else:
            changed[picture.number_at] = (picture.number + number_by) & _SHORT_ID
    if picture.level_zero_at >= 0:
        changed[picture.level_zero_at] = (picture.level_zero + level_by) & 0xFF
    return bytes(changed)
