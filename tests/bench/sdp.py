"""The few descriptions the generator writes and reads."""

from dataclasses import dataclass, field

from tests.bench.connection import Connection, There

OPUS, VP8, RTX = 111, 96, 97
MID_ID, TIME_ID, LEVEL_ID = 4, 2, 1
_MID = f"a=extmap:{MID_ID} urn:ietf:params:rtp-hdrext:sdes:mid"
_TIME = f"a=extmap:{TIME_ID} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
_LEVEL = f"a=extmap:{LEVEL_ID} urn:ietf:params:rtp-hdrext:ssrc-audio-level"


@dataclass
class Section:
    """One m-line, as much as the generator asks of it."""

    kind: str
    formats: list[str]
    lines: list[str] = field(default_factory=list)

    def value(self, name: str) -> str:
        found = (line.partition(":")[2] for line in self.lines if line.startswith(f"a={name}:"))
        return next(found, "")


def read(sdp: str) -> tuple[There, list[Section]]:
    """Return the far end of a bundle, and its m-lines."""
    session = Section("", [])
    sections: list[Section] = []
    for line in sdp.splitlines():
        if line.startswith("m="):
            kind, _, _, *formats = line[2:].split()
            sections.append(Section(kind, formats))
        else:
            (sections[-1] if sections else session).lines.append(line)
    first = sections[0]

    def value(name: str) -> str:
        return first.value(name) or session.value(name)

    candidates = dict.fromkeys(line[12:] for line in first.lines if line.startswith("a=candidate:"))
    digest, _, fingerprint = value("fingerprint").partition(" ")
    usable = tuple(each for each in candidates if each.split()[1:3] in (["1", "udp"], ["1", "UDP"]))
    return There(value("ice-ufrag"), value("ice-pwd"), (digest.lower(), fingerprint), usable), sections


def _head(mids: list[str]) -> list[str]:
    return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]


def _transport(connection: Connection, setup: str) -> list[str]:
    host, port = connection.address
    return [
        f"c=IN IP4 {host}",
        "a=rtcp-mux",
        f"a=ice-ufrag:{connection.ufrag}",
        f"a=ice-pwd:{connection.password}",
        f"a=fingerprint:sha-256 {connection.fingerprint}",
        f"a=setup:{setup}",
        f"a=candidate:1 1 udp 2130706431 {host} {port} typ host",
        "a=end-of-candidates",
    ]


def _codecs(kind: str) -> list[str]:
    if kind == "audio":
        return [f"a=rtpmap:{OPUS} opus/48000/2", f"a=fmtp:{OPUS} minptime=10;useinbandfec=1", _MID, _LEVEL]
    return [
        f"a=rtpmap:{VP8} VP8/90000",
        *(f"a=rtcp-fb:{VP8} {each}" for each in ("nack", "nack pli", "ccm fir", "goog-remb")),
        f"a=rtpmap:{RTX} rtx/90000",
        f"a=fmtp:{RTX} apt={VP8}",
        _MID,
        _TIME,
    ]


def offer(connection: Connection, ssrcs: tuple[int, int], slots: int) -> str:
    """Offer a microphone, a picture and `slots` pairs to receive, as the room page does."""
    mids = [str(each) for each in range(2 + 2 * slots)]
    lines = _head(mids)
    for index, mid in enumerate(mids):
        kind = "video" if index % 2 else "audio"
        formats = f"{VP8} {RTX}" if index % 2 else str(OPUS)
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {formats}", *_transport(connection, "active"), f"a=mid:{mid}"]
        lines += _codecs(kind)
        if index < 2:
            lines += ["a=sendonly", f"a=msid:me me-{kind}", f"a=ssrc:{ssrcs[index]} cname:bench"]
        else:
            lines.append("a=recvonly")
    return "\r\n".join(lines) + "\r\n"


def answer(connection: Connection, offered: list[Section]) -> str:
    """Take every m-line of an offer, to receive only."""
    lines = _head([section.value("mid") for section in offered])
    for section in offered:
        lines += [f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(section.formats)}"]
        lines += [*_transport(connection, "active"), f"a=mid:{section.value('mid')}", "a=recvonly"]
        kept = ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:")
        lines += [line for line in section.lines if line.startswith(kept)]
    return "\r\n".join(lines) + "\r\n"
