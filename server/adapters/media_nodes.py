"""Media workers as the web process sees them."""

from typing import Self

from server.config import Settings


class MediaNodes:
    """The workers of this machine."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the workers that the settings name."""
        del settings
        return cls()

    async def is_answering(self) -> bool:
        """Whether at least one worker answers."""
        return False

    async def close(self) -> None:
        """Close every connection."""
