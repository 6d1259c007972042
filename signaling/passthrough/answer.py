"""The one answer: which lines of an offer are taken, under which numbers, and as text.

Lines in order: microphone, picture, then for each slot sound and picture. Each slot is one
stream to the browser (`msid`), so that it keeps that slot's sound and picture together,
whoever sits in it.
"""

import secrets
from dataclasses import dataclass
from ipaddress import ip_address

from signaling.errors import BrokenProtocol
from signaling.passthrough.incoming import IncomingFormat
from signaling.passthrough.offer import Offer, Section
from signaling.passthrough.outgoing import OutgoingFormat
from signaling.passthrough.rtp import LEVEL_URI, MID_URI, SEND_TIME_URI
from signaling.tracks import Kind

MOST_SLOTS = 7
_UPWARD = frozenset({"sendonly", "sendrecv", "inactive"})
_DOWNWARD = frozenset({"recvonly", "sendrecv"})
_FEEDBACK = ("nack", "nack pli", "goog-remb")
_EXTENSIONS: dict[str, tuple[str, ...]] = {
    "audio": (MID_URI, LEVEL_URI),
    "video": (MID_URI, SEND_TIME_URI),
}


@dataclass(frozen=True)
class Agreed:
    """The numbers both ends now use."""

    sections: tuple[Section, ...]
    audio: IncomingFormat
    video: IncomingFormat
    slots: tuple[tuple[OutgoingFormat, OutgoingFormat], ...]

    def line(self, index: int) -> IncomingFormat | OutgoingFormat:
        """Return what was agreed for the m-line at `index`."""
        slots = [line for slot in self.slots for line in slot]
        upward: list[IncomingFormat | OutgoingFormat] = [self.audio, self.video]
        return [*upward, *slots][index]


@dataclass(frozen=True)
class Here:
    """Our end of the line."""

    ufrag: str
    password: str
    fingerprint: str
    addresses: tuple[str, ...]
    port: int


def agree(offer: Offer) -> Agreed:
    """Take the lines of an offer. Raises BrokenProtocol: wrong_lines, no_opus, no_vp8."""
    sections = tuple(offer.sections)
    slots, odd = divmod(len(sections) - 2, 2)
    if odd or not 0 <= slots <= MOST_SLOTS:
        raise BrokenProtocol("sdp_wrong_lines")
    for index, section in enumerate(sections):
        kind = "video" if index % 2 else "audio"
        allowed = _UPWARD if index < 2 else _DOWNWARD  # noqa: PLR2004
        if section.kind != kind or section.direction not in allowed:
            raise BrokenProtocol("sdp_wrong_lines")
    used: set[int] = set()
    pairs = zip(sections[2::2], sections[3::2], strict=True)
    return Agreed(
        sections,
        _incoming(sections[0], "audio"),
        _incoming(sections[1], "video"),
        tuple((_outgoing(a, "audio", used), _outgoing(v, "video", used)) for a, v in pairs),
    )


def _payload_type(section: Section, kind: Kind) -> int:
    name = "opus/48000/2" if kind == "audio" else "vp8/90000"
    found = section.find_codec(name)
    if found < 0:
        raise BrokenProtocol("sdp_no_opus" if kind == "audio" else "sdp_no_vp8")
    return found


def _incoming(section: Section, kind: Kind) -> IncomingFormat:
    payload_type = _payload_type(section, kind)
    return IncomingFormat(
        payload_type,
        section.find_rtx(payload_type) if kind == "video" else -1,
        section.extensions.get(LEVEL_URI, -1),
        section.ssrc,
        section.extensions.get(SEND_TIME_URI, -1) if kind == "video" else -1,
    )


def _outgoing(section: Section, kind: Kind, used: set[int]) -> OutgoingFormat:
    payload_type = _payload_type(section, kind)
    rtx = section.find_rtx(payload_type) if kind == "video" else -1
    return OutgoingFormat(
        kind=kind,
        mid=section.mid,
        ssrc=_ssrc(used),
        payload_type=payload_type,
        rtx_ssrc=_ssrc(used) if rtx >= 0 else -1,
        rtx_payload_type=rtx,
        mid_id=section.extensions.get(MID_URI, -1),
        time_id=section.extensions.get(SEND_TIME_URI, -1),
        level_id=section.extensions.get(LEVEL_URI, -1),
    )


def _ssrc(used: set[int]) -> int:
    while (ssrc := secrets.randbelow(0xFFFFFFFE) + 1) in used:
        pass
    used.add(ssrc)
    return ssrc


def cname(slot: int) -> str:
    """The name under which a slot's two clocks belong together."""
    return f"slot{slot}"


def write(agreed: Agreed, here: Here) -> str:
    """Write the answer."""
    mids = " ".join(section.mid for section in agreed.sections)
    host = here.addresses[0]
    version = ip_address(host).version
    lines = [
        "v=0",
        f"o=- {secrets.randbits(62)} 2 IN IP{version} {host}",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {mids}",
        "a=msid-semantic: WMS *",
    ]
    for index, section in enumerate(agreed.sections):
        lines += _section(agreed, here, index, section)
    return "\r\n".join(lines) + "\r\n"


def _section(agreed: Agreed, here: Here, index: int, section: Section) -> list[str]:
    line = agreed.line(index)
    payload_types = [line.payload_type]
    if line.rtx_payload_type >= 0:
        payload_types.append(line.rtx_payload_type)
    host = here.addresses[0]
    lines = [
        f"m={section.kind} {here.port} UDP/TLS/RTP/SAVPF {' '.join(map(str, payload_types))}",
        f"c=IN IP{ip_address(host).version} {host}",
        f"a=rtcp:{here.port} IN IP{ip_address(host).version} {host}",
        *_transport(here),
        f"a=mid:{section.mid}",
        f"a={_direction(section.direction, is_slot=index >= 2)}",  # noqa: PLR2004
        "a=rtcp-mux",
    ]
    lines += [
        f"a=extmap:{section.extensions[uri]} {uri}" for uri in _EXTENSIONS[section.kind] if uri in section.extensions
    ]
    lines += _codecs(section, line)
    if isinstance(line, OutgoingFormat):
        lines += _stream(line, (index - 2) // 2)
    return lines


def _transport(here: Here) -> list[str]:
    lines = [
        f"a=ice-ufrag:{here.ufrag}",
        f"a=ice-pwd:{here.password}",
        f"a=fingerprint:sha-256 {here.fingerprint}",
        "a=setup:passive",
    ]
    # On every line: browsers read the first one's, aiortc as a client the last one's.
    for place, address in enumerate(here.addresses):
        priority = 126 << 24 | (65535 - place) << 8 | 255
        lines.append(f"a=candidate:{place + 1} 1 udp {priority} {address} {here.port} typ host")
    return [*lines, "a=end-of-candidates"]


def _direction(offered: str, *, is_slot: bool) -> str:
    if is_slot:
        return "sendonly"
    return "inactive" if offered == "inactive" else "recvonly"


def _codecs(section: Section, line: IncomingFormat | OutgoingFormat) -> list[str]:
    number, rtx = line.payload_type, line.rtx_payload_type
    if section.kind == "audio":
        # Repair by the codec itself; no DTX: its gaps would have to be guessed in recordings.
        return [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} minptime=10;useinbandfec=1"]
    lines = [f"a=rtpmap:{number} VP8/90000"]
    lines += [f"a=rtcp-fb:{number} {each}" for each in _FEEDBACK if section.accepts(number, each)]
    if rtx >= 0:
        lines += [f"a=rtpmap:{rtx} rtx/90000", f"a=fmtp:{rtx} apt={number}"]
    return lines


def _stream(line: OutgoingFormat, slot: int) -> list[str]:
    ssrcs = [line.ssrc] + ([line.rtx_ssrc] if line.rtx_ssrc > 0 else [])
    lines = [f"a=msid:slot{slot} slot{slot}-{line.kind}"]
    if len(ssrcs) > 1:
        lines.append(f"a=ssrc-group:FID {ssrcs[0]} {ssrcs[1]}")
    return lines + [f"a=ssrc:{each} cname:{cname(slot)}" for each in ssrcs]
