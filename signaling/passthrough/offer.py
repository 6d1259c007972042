"""A browser's offer, read with suspicion.

The offer is text from outside. It is read in one pass, in time linear in its length; what is
not needed is skipped, and what is needed and absent is refused by a code.
"""

from dataclasses import dataclass, field

from signaling.errors import BrokenProtocol

LONGEST = 200_000
_MOST_LINES = 6_000
_STRONG = frozenset({"sha-256", "sha-384", "sha-512"})
_UFRAG, _PASSWORD = range(4, 257), range(22, 257)
_ONE_BYTE_IDS = range(1, 15)
_PAYLOAD_TYPES = range(128)
_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})


@dataclass
class Section:
    """One m-line with what stands below it."""

    kind: str
    formats: tuple[int, ...]
    mid: str = ""
    direction: str = "sendrecv"
    is_muxed: bool = False
    codecs: dict[int, str] = field(default_factory=dict)
    parameters: dict[int, str] = field(default_factory=dict)
    feedback: dict[int, set[str]] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    ssrc: int = -1

    def find_codec(self, name: str) -> int:
        """Return the first payload type of codec `name`, -1 when it is not offered."""
        return next((pt for pt in self.formats if self.codecs.get(pt) == name), -1)

    def find_rtx(self, payload_type: int) -> int:
        """Return the payload type that repeats `payload_type`, -1 when there is none."""
        wanted = f"apt={payload_type}"
        for each in self.formats:
            is_rtx = self.codecs.get(each) == "rtx/90000"
            if is_rtx and wanted in self.parameters.get(each, "").split(";"):
                return each
        return -1

    def accepts(self, payload_type: int, feedback: str) -> bool:
        """Whether `feedback` was offered for `payload_type`."""
        return any(feedback in self.feedback.get(k, ()) for k in (payload_type, -1))


@dataclass
class Offer:
    """What matters of an offer."""

    sections: list[Section] = field(default_factory=list)
    ufrag: str = ""
    password: str = ""
    setup: str = ""
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)


def read(sdp: str) -> Offer:
    """Read an offer. Raises BrokenProtocol with a code that begins with ``sdp_``."""
    if len(sdp) > LONGEST:
        raise BrokenProtocol("sdp_too_long")
    lines = sdp.splitlines()
    if len(lines) > _MOST_LINES:
        raise BrokenProtocol("sdp_too_long")
    offer = Offer()
    try:
        for line in lines:
            _read_line(offer, line)
    except (ValueError, IndexError) as broken:
        raise BrokenProtocol("sdp_malformed") from broken
    _check(offer)
    return offer


def _read_line(offer: Offer, line: str) -> None:
    if line.startswith("m="):
        kind, _, _, *formats = line[2:].split()
        numbers = tuple(int(each) for each in formats if each.isascii() and each.isdigit())
        if any(each not in _PAYLOAD_TYPES for each in numbers):
            raise ValueError(line)
        offer.sections.append(Section(kind, numbers))
    elif line.startswith("a="):
        name, _, value = line[2:].partition(":")
        if name in {"ice-ufrag", "ice-pwd", "setup", "fingerprint", "candidate"}:
            _read_transport(offer, name, value)
        elif offer.sections:
            _read_media(offer.sections[-1], name, value)


def _read_transport(offer: Offer, name: str, value: str) -> None:
    # Bundled: every section repeats the first one's transport.
    match name:
        case "ice-ufrag":
            offer.ufrag = offer.ufrag or value.strip()
        case "ice-pwd":
            offer.password = offer.password or value.strip()
        case "setup":
            offer.setup = offer.setup or value.strip()
        case "fingerprint":
            algorithm, digest = value.split()
            entry = (algorithm.lower(), digest)
            if algorithm.lower() in _STRONG and entry not in offer.fingerprints[:4]:
                offer.fingerprints.append(entry)
        case _:
            if len(offer.sections) <= 1:
                offer.candidates.append(value)


def _read_media(section: Section, name: str, value: str) -> None:
    match name:
        case "mid":
            section.mid = value.strip()
        case "rtcp-mux":
            section.is_muxed = True
        case "rtpmap":
            number, codec = value.split(" ", 1)
            section.codecs[int(number)] = codec.strip().lower()
        case "fmtp":
            number, parameters = value.split(" ", 1)
            section.parameters[int(number)] = parameters.replace(" ", "")
        case "rtcp-fb":
            number, feedback = value.split(" ", 1)
            key = -1 if number == "*" else int(number)
            section.feedback.setdefault(key, set()).add(feedback.strip())
        case "ssrc" if section.ssrc < 0:
            section.ssrc = int(value.split(maxsplit=1)[0]) & 0xFFFFFFFF
        case "extmap":
            number, uri, *_ = value.split()
            identifier = int(number.partition("/")[0])
            if identifier in _ONE_BYTE_IDS:
                section.extensions[uri] = identifier
        case _:
            section.direction = name if name in _DIRECTIONS else section.direction


def _check(offer: Offer) -> None:
    if not offer.fingerprints:
        raise BrokenProtocol("sdp_no_fingerprint")
    if len(offer.fingerprints) > 4:  # noqa: PLR2004 - one certificate, three digests
        raise BrokenProtocol("sdp_malformed")
    if not _is_word(offer.ufrag, _UFRAG) or not _is_word(offer.password, _PASSWORD):
        raise BrokenProtocol("sdp_malformed")
    # The server is always the DTLS server, so the browser must be able to be the client.
    if offer.setup not in {"actpass", "active"}:
        raise BrokenProtocol("sdp_malformed")
    mids = [section.mid for section in offer.sections]
    if len(set(mids)) != len(mids) or not all(_is_token(mid) for mid in mids):
        raise BrokenProtocol("sdp_malformed")
    if not all(section.is_muxed for section in offer.sections):
        raise BrokenProtocol("sdp_wrong_lines")


def _is_word(text: str, length: range) -> bool:
    return len(text) in length and text.isascii() and all(c.isalnum() or c in "+/" for c in text)


def _is_token(text: str) -> bool:
    return 0 < len(text) <= 16 and text.isascii() and all(c.isalnum() or c in "-_." for c in text)  # noqa: PLR2004
