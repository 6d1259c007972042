"""RTCP, read and written: just what a forwarder says and hears (RFC 3550, 4585, REMB)."""

from collections.abc import Iterable, Sequence
from itertools import islice
from struct import Struct, error
from typing import NamedTuple

SENDER_REPORT, RECEIVER_REPORT, DESCRIPTION, GOODBYE = 200, 201, 202, 203
TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 205, 206
_NACK, _PLI, _FIR, _APPLICATION = 1, 1, 4, 15

_HEAD = Struct("!BBH")
_PAIR = Struct("!LL")
_LONG = Struct("!L")
_LOST = Struct("!HH")
_BLOCK = Struct("!LLLLLL")
_SENDER = Struct("!LQLLL")

NTP_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP counts from, to 1970."""

MOST_MISSED = 512
"""Numbers read from one NACK: nobody remembers more packets, and a liar could name thousands."""

_MAX_BLOCKS = 31
_MAX_MANTISSA = 0x3FFFF


class Block(NamedTuple):
    """What a receiver says of one stream."""

    ssrc: int
    fraction_lost: int
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


class SenderReport(NamedTuple):
    """The sender's clock against its media clock."""

    ssrc: int
    ntp: int
    rtp_timestamp: int
    packets: int
    octets: int
    blocks: tuple[Block, ...] = ()


class ReceiverReport(NamedTuple):
    """Reports without a clock."""

    ssrc: int
    blocks: tuple[Block, ...]


class Nack(NamedTuple):
    """Packets of `media` that are missed."""

    media: int
    lost: tuple[int, ...]


class KeyFrameRequest(NamedTuple):
    """PLI or FIR for `media`."""

    media: int


class Remb(NamedTuple):
    """How many bits per second the receiver believes its way can take."""

    bits_per_second: int


class Goodbye(NamedTuple):
    """Streams that ended."""

    ssrcs: tuple[int, ...]


Message = SenderReport | ReceiverReport | Nack | KeyFrameRequest | Remb | Goodbye


def parse(packet: bytes) -> tuple[list[Message], int]:
    """Take a compound packet apart: (messages understood, parts that were broken).

    Unknown parts are skipped; a broken part costs only itself unless its length lies.
    """
    messages: list[Message] = []
    broken = 0
    at = 0
    while at < len(packet):
        if at + _HEAD.size > len(packet):
            return messages, broken + 1
        first, kind, words = _HEAD.unpack_from(packet, at)
        body = packet[at + 4 : at + 4 + 4 * words]
        at += 4 + 4 * words
        if first >> 6 != 2 or len(body) != 4 * words:  # noqa: PLR2004
            return messages, broken + 1
        if first & 0x20:
            body = body[: -body[-1]] if body and 0 < body[-1] <= len(body) else b""
        try:
            messages.extend(_part(kind, first & 0x1F, body))
        except (error, IndexError):
            broken += 1
    return messages, broken


def _part(kind: int, count: int, body: bytes) -> Iterable[Message]:
    match kind:
        case 200:
            ssrc, ntp, rtp, packets, octets = _SENDER.unpack_from(body)
            blocks = _blocks(body, _SENDER.size, count)
            return [SenderReport(ssrc, ntp, rtp, packets, octets, blocks)]
        case 201:
            return [ReceiverReport(_LONG.unpack_from(body)[0], _blocks(body, 4, count))]
        case 203:
            return [Goodbye(tuple(_LONG.unpack_from(body, 4 * i)[0] for i in range(count)))]
        case 205 if count == _NACK:
            return [Nack(_PAIR.unpack_from(body)[1], tuple(islice(_missed(body), MOST_MISSED)))]
        case 206:
            return _payload_feedback(count, body)
        case _:
            return []


def _payload_feedback(form: int, body: bytes) -> Iterable[Message]:
    media = _PAIR.unpack_from(body)[1]
    if form == _PLI:
        return [KeyFrameRequest(media)]
    if form == _FIR:
        entries = range(8, len(body) - 7, 8)
        return [KeyFrameRequest(_LONG.unpack_from(body, at)[0]) for at in entries]
    if form == _APPLICATION and body[8:12] == b"REMB":
        mantissa = (body[13] & 0x03) << 16 | body[14] << 8 | body[15]
        return [Remb(mantissa << (body[13] >> 2))]
    return []


def _blocks(body: bytes, start: int, count: int) -> tuple[Block, ...]:
    blocks = []
    for index in range(count):
        ssrc, loss, highest, jitter, last, delay = _BLOCK.unpack_from(body, start + 24 * index)
        lost = loss & 0xFFFFFF
        if lost & 0x800000:
            lost -= 0x1000000
        blocks.append(Block(ssrc, loss >> 24, lost, highest, jitter, last, delay))
    return tuple(blocks)


def _missed(body: bytes) -> Iterable[int]:
    for at in range(8, len(body) - 3, 4):
        first, mask = _LOST.unpack_from(body, at)
        yield first
        for bit in range(16):
            if mask >> bit & 1:
                yield (first + bit + 1) & 0xFFFF


def _pack(kind: int, count: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body


def sender_report(report: SenderReport) -> bytes:
    """Write a sender report, without blocks: those go in a receiver report."""
    body = _SENDER.pack(report.ssrc, report.ntp, report.rtp_timestamp, report.packets, report.octets)
    return _pack(SENDER_REPORT, 0, body)


def receiver_report(ssrc: int, blocks: Sequence[Block]) -> bytes:
    """Write a receiver report with at most 31 blocks."""
    body = _LONG.pack(ssrc)
    for block in blocks[:_MAX_BLOCKS]:
        lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
        body += _BLOCK.pack(
            block.ssrc,
            block.fraction_lost << 24 | lost,
            block.highest,
            block.jitter,
            block.last_report,
            block.delay,
        )
    return _pack(RECEIVER_REPORT, len(blocks[:_MAX_BLOCKS]), body)


def description(ssrc: int, cname: str) -> bytes:
    """Write SDES with one CNAME. One packet per stream: aiortc misreads several in one."""
    text = cname.encode()
    chunk = _LONG.pack(ssrc) + bytes((1, len(text))) + text + b"\0"
    return _pack(DESCRIPTION, 1, chunk + bytes(-len(chunk) % 4))


def nack(ssrc: int, media: int, lost: Sequence[int]) -> bytes:
    """Ask for `lost` sequence numbers again; they must be in order."""
    body = _PAIR.pack(ssrc, media)
    at = 0
    while at < len(lost):
        first, mask = lost[at], 0
        at += 1
        while at < len(lost) and 1 <= (lost[at] - first) & 0xFFFF <= 16:  # noqa: PLR2004
            mask |= 1 << (((lost[at] - first) & 0xFFFF) - 1)
            at += 1
        body += _LOST.pack(first, mask)
    return _pack(TRANSPORT_FEEDBACK, _NACK, body)


def picture_loss(ssrc: int, media: int) -> bytes:
    """Ask for a key frame."""
    return _pack(PAYLOAD_FEEDBACK, _PLI, _PAIR.pack(ssrc, media))


def remb(ssrc: int, bits_per_second: int, media: Sequence[int]) -> bytes:
    """Tell a sender how much it may send."""
    exponent, mantissa = 0, bits_per_second
    while mantissa > _MAX_MANTISSA:
        mantissa >>= 1
        exponent += 1
    body = _PAIR.pack(ssrc, 0) + b"REMB"
    body += bytes((len(media), exponent << 2 | mantissa >> 16))
    body += (mantissa & 0xFFFF).to_bytes(2, "big")
    for each in media:
        body += _LONG.pack(each)
    return _pack(PAYLOAD_FEEDBACK, _APPLICATION, body)


def goodbye(ssrcs: Sequence[int]) -> bytes:
    """Write BYE."""
    return _pack(GOODBYE, len(ssrcs), b"".join(_LONG.pack(each) for each in ssrcs))


def to_ntp(seconds: float) -> int:
    """Unix seconds as 64-bit NTP."""
    return int((seconds + NTP_EPOCH) * 4294967296.0) & 0xFFFFFFFFFFFFFFFF


def round_trip(block: Block, ntp: float) -> float | None:
    """Seconds from our sender report to them and back, as this block tells at `ntp`; None when it does not."""
    if not block.last_report:
        return None
    units = (to_ntp(ntp) >> 16) - block.last_report - block.delay & 0xFFFFFFFF
    return units / 65536


def from_ntp(ntp: int) -> float:
    """64-bit NTP as unix seconds."""
    return ntp / 4294967296.0 - NTP_EPOCH
