"""Background tasks with a name, an owner and a reported failure."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """Owns background tasks: keeps a reference to each, reports failures, cancels all on close."""

    def __init__(self, on_failure: Callable[[str, BaseException], None] | None = None) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._on_failure = on_failure

    def spawn(self, name: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled() or (failure := task.exception()) is None:
            return
        log.error("task %s failed", task.get_name(), exc_info=failure)
        if self._on_failure is not None:
            self._on_failure(task.get_name(), failure)

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def give_way() -> None:
    """In a thread: let an event loop beside it have the interpreter."""
    time.sleep(0)
