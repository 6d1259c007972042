"""The morning drill of a ward's room: who does it, and what it comes to. Pure."""

from collections.abc import Mapping

from server.words import DrillLight, Role

CITY = frozenset({Role.CITY_BOARD_MEMBER})
NEEDED = ("mic", "camera", "speaker", "socket", "media", "recording")
"""Without each of these nobody can be received in the room."""
BROKEN = frozenset(
    {
        "mic.silent",
        "camera.nothing",
        "camera.missing",
        "camera.blocked",
        "camera.busy",
        "speaker.not_heard",
        "media.sound_only",
    }
)
"""What a citizen at home may live with stops a whole room."""
WORST_FIRST = (DrillLight.RED, DrillLight.NOT_DONE, DrillLight.AMBER, DrillLight.GREEN)


def light_of(steps: Mapping[str, str]) -> DrillLight:
    """Return the light of a drill from its findings (step → ``state.code``), never from what the page thinks of them."""
    states = {name: found.partition(".")[0] for name, found in steps.items()}
    is_broken = any(f"{name}.{found.partition('.')[2]}" in BROKEN for name, found in steps.items())
    if is_broken or any(states.get(name) == "fail" for name in (*NEEDED, "browser", "permission", "line")):
        return DrillLight.RED
    is_whole = all(states.get(name) in {"ok", "warn"} for name in NEEDED)
    return DrillLight.GREEN if is_whole and "warn" not in states.values() else DrillLight.AMBER


def is_wanted(light: DrillLight | None, *, receives_online: bool) -> bool:
    """Whether Today reminds of the drill: somebody is to be received online, and the room was not found fit."""
    return receives_online and light in {None, DrillLight.RED}
