"""Tasks that belong to somebody: none is forgotten, none dies unseen."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class TaskSet:
    """Holds the tasks of one owner until they end. Close it when the owner goes."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run `work` beside the owner; should it fail, that is logged and nothing else stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self, wait_for: float = 0.0) -> None:
        """Give what still runs `wait_for` seconds, then cancel it and see it end."""
        if self._tasks and wait_for:
            await asyncio.wait(self._tasks, timeout=wait_for)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a task of %s failed", self._owner, exc_info=task.exception())
