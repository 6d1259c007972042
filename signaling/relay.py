"""The relay a browser may use when UDP does not reach us: short-lived credentials, nothing else.

The office makes them and puts them into the ticket; a media worker never learns the secret
it shares with the relay.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server for one browser; without a credential it is STUN."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""

    @property
    def facts(self) -> dict[str, object]:
        """What RTCPeerConnection takes in a browser (W3C webrtc, RTCIceServer)."""
        if not self.username:
            return {"urls": list(self.urls)}
        return {"urls": list(self.urls), "username": self.username, "credential": self.credential}


@dataclass(frozen=True, slots=True)
class Relay:
    """A TURN server that shares `secret` with us, and a STUN server; both may be absent."""

    turn: tuple[str, ...] = ()
    stun: tuple[str, ...] = ()
    secret: bytes = b""


def ice_servers(relay: Relay, member: str, until: datetime) -> tuple[IceServer, ...]:
    """Return the servers for one browser, with credentials that are worth nothing after `until`."""
    servers = [IceServer(relay.stun)] if relay.stun else []
    if relay.turn and relay.secret:
        username = f"{int(until.timestamp())}:{member}"
        # coturn's use-auth-secret speaks SHA-1 only.
        digest = hmac.new(relay.secret, username.encode(), hashlib.sha1).digest()
        servers.append(IceServer(relay.turn, username, base64.b64encode(digest).decode()))
    return tuple(servers)
