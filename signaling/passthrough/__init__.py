"""The packet path: one UDP port, the filter at its door, forwarding and repair.

This package is the only place that knows the inside of aiortc, aioice and pylibsrtp.
"""

import logging

from signaling.passthrough.hot import HotPath, choose
from signaling.passthrough.native_port import NativePort
from signaling.passthrough.port import MediaPort

_log = logging.getLogger(__name__)


async def open_port(
    host: str = "127.0.0.1", port: int = 0, announced: tuple[str, ...] = (), hot_path: HotPath = "python"
) -> MediaPort:
    """Open a port as `MediaPort.open` does, native if that is wanted and can be had."""
    choice = choose(hot_path)
    if choice.path == "native":
        return await NativePort.open(host, port, announced)
    if hot_path != "python":
        _log.warning("packet path in Python: %s", choice.why)
    return await MediaPort.open(host, port, announced)


__all__ = ["HotPath", "MediaPort", "NativePort", "choose", "open_port"]
