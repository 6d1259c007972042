"""Whether a comparison on this machine, now, would be fair."""

import time

from tests.bench import engine, janus, ours
from tests.bench.processes import load_of_others, two_cores

MOST_OTHERS = 0.25
"""Cores that others may be using; more than that is felt in every figure."""

LOOK_FOR = 1.0


class Unfair(Exception):
    """It would not; the text says why, and what to do."""


def require(servers: tuple[str, ...], wait: float = 0.0) -> tuple[int, int]:
    """Return a core for the server and one for the generator. Raises Unfair, after `wait` seconds of noise."""
    try:
        cores = two_cores()
    except ValueError:
        raise Unfair("this process may use one core only: the generator would be measured with the server") from None
    try:
        engine.build()
    except engine.NoCompiler as missing:
        raise Unfair(str(missing)) from missing
    if any(name.startswith("janus") for name in servers) and janus.find() is None:
        raise Unfair(f"Janus is not installed: {janus.INSTALL} (or leave it out: --server python)")
    if "native" in servers and "native" not in ours.hot_paths():
        raise Unfair("this version has no native hot path (leave it out: --server python,janus)")
    require_quiet(wait)
    return cores


def require_quiet(wait: float) -> float:
    """Return how much of `wait` seconds is left when the machine is quiet. Raises Unfair."""
    ends = time.monotonic() + wait
    while (others := load_of_others(LOOK_FOR)) > MOST_OTHERS:
        if time.monotonic() >= ends:
            raise Unfair(f"others keep {others:.2f} cores of this machine busy; at most {MOST_OTHERS} would be fair")
    return max(0.0, ends - time.monotonic())
