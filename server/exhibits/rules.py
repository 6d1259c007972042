"""Which papers may be laid before everybody, who sees them, and when papers may be handed in.

A denunciation is never shown in a room: its words and handwriting name the one who wrote it
(domain.md 2.9). No room is held for one; these rules keep papers of one out all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from server.errors import BadForm, FieldError, Refused
from server.words import HandInState, Kind, PaperForm, ReceptionState
from signaling.roles import RoomRole

RUNNING = frozenset({ReceptionState.LIVE, ReceptionState.PAUSED})
"""Papers are shown and handed in while the reception is held, so that each of them is in its minutes."""
SHOWABLE = frozenset({"application/pdf", "image/jpeg", "image/png"})
MOST_HAND_INS = 8
"""In one reception; each holds as many files as a registration may."""
KEY_LENGTH = 32
LONGEST_GROUND = 500

_COMES_IN = frozenset({"admitted", "connected"})
_GOES_OUT = frozenset({"waiting", "refused", "removed", "sent_to_wait", "left"})
STEPS = _COMES_IN | _GOES_OUT
"""Notes of the room that change whether somebody is inside. Who is lost keeps the place."""
_OF_DENUNCIATIONS = frozenset(form for form in PaperForm if form.value.startswith("denunciation")) | {
    PaperForm.PROTECTION_REQUEST
}


def is_inside(kinds: Iterable[str]) -> bool:
    """Whether somebody is in the room now, by the notes about them in order."""
    inside = False
    for kind in kinds:
        inside = kind in _COMES_IN if kind in STEPS else inside
    return inside


@dataclass(frozen=True, slots=True)
class Watcher:
    """What decides whether somebody sees what is shown."""

    role: RoomRole
    is_inside: bool
    is_open_to: bool = False
    """Whether an officer may open the case anyway."""


def may_see(watcher: Watcher) -> bool:
    """Whether this person sees the page that is shown; observers only what they could open themselves."""
    if not watcher.is_inside or watcher.role is RoomRole.RECORDER:
        return False
    return watcher.role is not RoomRole.OBSERVER or watcher.is_open_to


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of a paper's source: the kind of its registration, or the form the office wrote."""

    content_type: str
    kind: Kind | None = None
    is_without_content: bool = False
    form: PaperForm | None = None


def why_not(origin: Origin) -> str:
    """Return the code of why a paper cannot be shown, or ""."""
    if origin.kind is Kind.DENUNCIATION or origin.is_without_content or origin.form in _OF_DENUNCIATIONS:
        return "page_secret"
    return "" if origin.content_type in SHOWABLE else "page_kind"


def check_running(state: ReceptionState) -> None:
    """Refuse what belongs into a running reception. Raises Refused."""
    if state not in RUNNING:
        raise Refused("papers_not_running")


def decided(state: HandInState, reception: ReceptionState, verdict: HandInState) -> bool:
    """Whether a verdict on a hand-in changes anything; the same one twice does not. Raises Refused."""
    if state is verdict:
        return False
    if state is not HandInState.ARRIVED:
        raise Refused("hand_in_decided")
    if verdict is HandInState.ACCEPTED and reception is ReceptionState.STOPPED:
        # What stopped the reception must not get into the case by this door.
        raise Refused("hand_in_stopped")
    return True


def ground(text: str) -> str:
    """Return the ground of a return as it is kept. Raises BadForm."""
    if not text:
        raise BadForm({"ground": FieldError("required")})
    if len(text) > LONGEST_GROUND:
        raise BadForm({"ground": FieldError("too_long", {"most": LONGEST_GROUND})})
    return text


def is_key(text: object) -> bool:
    """Whether this is a key as the page makes them: 32 hexadecimal digits."""
    return isinstance(text, str) and len(text) == KEY_LENGTH and all(c in "0123456789abcdef" for c in text)
