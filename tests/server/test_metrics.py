"""Figures on the private port: numbers of machines, never of people."""

from server.adapters.media_nodes import NodeStatus
from server.metrics import families

ROOMS = [
    {"room": "LT-AB12", "phase": "live"},
    {"room": "LT-CD34", "phase": "live"},
    {"room": "LT-EF56", "phase": "lobby"},
]
FACTS = {"rooms": ROOMS, "packets": {"received": 7, "sent": 5}, "members": 9, "lag_ms": 1.5, "free_bytes": 10}


def told() -> dict[tuple[str, ...], float]:
    nodes = [("m1", NodeStatus("m1", 9, ("LT-AB12",), FACTS)), ("m2", None)]
    found = [sample for family in families(nodes) for sample in family.samples]
    return {(each.name, *each.labels.values()): each.value for each in found}


def test_every_worker_is_told_and_a_silent_one_is_down() -> None:
    found = told()
    assert found["tiepdan_media_up", "m1"] == 1
    assert found["tiepdan_media_up", "m2"] == 0
    assert found["tiepdan_media_rooms", "m1", "live"] == 2
    assert found["tiepdan_media_rooms", "m1", "lobby"] == 1
    assert found["tiepdan_media_packets_total", "m1", "sent"] == 5
    assert found["tiepdan_media_lag_ms", "m1"] == 1.5
    assert [key for key in found if "m2" in key] == [("tiepdan_media_up", "m2")]


def test_no_room_is_named() -> None:
    assert not any("LT-" in word for key in told() for word in key)
