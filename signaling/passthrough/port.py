"""The one UDP socket of a media worker."""


class MediaPort:
    """One UDP socket shared by every peer of this worker."""

    address: tuple[str, int]
    announced: tuple[str, ...]

    @classmethod
    async def open(
        cls, host: str = "127.0.0.1", port: int = 0, announced: tuple[str, ...] = ()
    ) -> "MediaPort":
        """Bind; port 0 takes any free one. Raises OSError when it is taken."""
        raise NotImplementedError

    def close(self) -> None:
        """Release the socket; peers must be closed before."""
        raise NotImplementedError
