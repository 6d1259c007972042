"""The packet path: one UDP port, the filter at its door, forwarding and repair.

This package is the only place that knows the inside of aiortc, aioice and pylibsrtp.
"""

from signaling.passthrough.port import MediaPort

__all__ = ["MediaPort"]
