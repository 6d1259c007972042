"""Credentials of the relay: what coturn expects, and worth nothing after their time."""

from dataclasses import replace
from datetime import UTC, datetime

from signaling.relay import IceServer, Relay, ice_servers
from signaling.tickets import sign, verify
from tests.playbook import START, ticket

UNTIL = datetime.fromtimestamp(1060, UTC)


def test_credentials_end_with_the_ticket() -> None:
    stun, turn = ice_servers(Relay(("turn:t.example",), ("stun:t.example",), b"s"), "c-1", UNTIL)
    assert stun.facts == {"urls": ["stun:t.example"]}
    assert turn.username == "1060:c-1"
    assert turn.credential == "f9H7mfDcl86HzLkjIXXC3ToqASs="


def test_nothing_is_offered_without_a_relay_or_its_secret() -> None:
    assert ice_servers(Relay(), "c-1", UNTIL) == ()
    assert ice_servers(Relay(turn=("turn:t.example",)), "c-1", UNTIL) == ()


def test_they_travel_in_the_ticket() -> None:
    servers = (IceServer(("stun:t.example",)), IceServer(("turn:t.example", "turns:t.example"), "1:a", "b"))
    one = replace(ticket("lan"), ice_servers=servers)
    assert verify(sign(one, b"k"), b"k", START).ice_servers == servers
