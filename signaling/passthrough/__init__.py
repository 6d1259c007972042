"""The packet path: one UDP port, the filter at its door, forwarding and repair.

This package is the only place that knows the inside of aiortc, aioice and pylibsrtp.
"""

import asyncio
import logging

from signaling.passthrough.hot import HotPath, choose
from signaling.passthrough.native_port import NativePort
from signaling.passthrough.port import MediaPort

_log = logging.getLogger(__name__)


async def open_port(
    host: str = "127.0.0.1", port: int = 0, announced: tuple[str, ...] = (), hot_path: str = "python"
) -> MediaPort:
    """Open a port as `MediaPort.open` does, native if that is wanted and can be had.

    `auto` and `native` are the same, but for those who read the settings.
    """
    # The first time it is compiled, which takes seconds.
    choice = await asyncio.to_thread(choose, hot_path)
    kind = NativePort if choice.path == "native" else MediaPort
    opened = await kind.open(host, port, announced)
    _log.info("packets go through %s: %s", choice.path, choice.why)
    return opened


__all__ = ["HotPath", "MediaPort", "NativePort", "choose", "open_port"]
