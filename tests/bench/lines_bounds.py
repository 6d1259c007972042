"""What each row of the matrix must keep, at both ends, on a machine that is slow but not starved."""

from dataclasses import dataclass

from tests.bench.lines import Seen


@dataclass(frozen=True)
class Bound:
    """`share` of the quiet frame rate at least; seconds and shares at most."""

    share: float = 0.0
    freeze: float = 60.0
    concealed: float = 1.0
    picture_after: float = 3.0


_GONE = Bound(picture_after=3.0)
BOUNDS: dict[str, tuple[Bound, Bound]] = {
    "quiet": (Bound(0.8, 0.6, 0.02), Bound(0.8, 0.6, 0.02)),
    "loss-5": (Bound(0.9, 1.0, 0.08), Bound(0.9, 1.0, 0.08)),
    "loss-10": (Bound(0.75, 1.5, 0.15), Bound(0.75, 1.5, 0.15)),
    "loss-30": (Bound(0.1, 6.0, 0.45), Bound(0.1, 6.0, 0.45)),
    "up-300": (Bound(0.8, 1.0, 0.05), Bound(0.3, 2.5, 0.15)),
    "down-200": (Bound(0.1, 5.0, 0.3), Bound(0.8, 1.0, 0.05)),
    "freeze-12": (_GONE, _GONE),
    "cut-6": (_GONE, _GONE),
    "cut-20": (_GONE, _GONE),
    "move": (Bound(0.5, 5.0, 0.5), Bound(0.5, 5.0, 0.5)),
    "relay-udp": (Bound(0.8, 1.0, 0.06), Bound(0.8, 1.0, 0.06)),
    "relay-tcp": (Bound(0.7, 1.5, 0.15), Bound(0.7, 1.5, 0.15)),
    "firefox": (Bound(0.8, 1.0, 0.05), Bound(0.8, 1.0, 0.05)),
    "firefox-5": (Bound(0.7, 1.5, 0.15), Bound(0.7, 1.5, 0.15)),
}
"""For what the weak one sees of the strong, and the strong one of the weak."""


def faults(seen: Seen) -> list[str]:
    """Return what is beyond its bound, each in a few words."""
    bound = BOUNDS[seen.row][seen.way == "up"]
    after = seen.picture_after
    found = {
        f"{seen.share:.0%} of the frames": seen.share < bound.share,
        f"frozen {seen.freeze} s": seen.freeze > bound.freeze,
        f"{seen.concealed:.1%} of the sound concealed": seen.concealed > bound.concealed,
        f"picture after {after} s": after is None or after > bound.picture_after,
    }
    return [f"{seen.row} {seen.way}: {words}" for words, is_beyond in found.items() if is_beyond]
