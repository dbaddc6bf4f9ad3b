"""How is a service asked that may be slow, or lose an answer? Once more, beside the first call.

Dean and Barroso, "The Tail at Scale" (2013), call such requests hedged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from livedesk.moderation.service_answers import ServiceAwayError

T = TypeVar("T")

_AFTER_FAULT_S: Final = 0.05
_AT_ONCE: Final = 3


@dataclass(frozen=True, slots=True)
class Patience:
    """`again_s`: without an answer for so long the call is made once more. `limit_s`: then the
    service is away."""

    again_s: float
    limit_s: float


SHORT: Final = Patience(0.4, 1.5)
"""While a comment or a person waits. With 100 ms of delay 0.4 s mean a fault, and leave time for
two more."""
LONG: Final = Patience(1.5, 10.0)
"""For what carries much."""


async def hedged(call: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """The first answer to a call that may be made several times.

    It is made again after a while without one, and soon when it failed. Raises ServiceAwayError
    when there is none in time, and ServiceRefusedError as soon as that is the answer.
    """
    time = asyncio.get_running_loop().time
    deadline_s, next_s = time() + patience.limit_s, time()
    running: set[asyncio.Task[T]] = set()
    made: list[asyncio.Task[T]] = []
    failure = ServiceAwayError(f"The rule service gave no answer within {patience.limit_s:g} s.")
    try:
        while (now_s := time()) < deadline_s:
            if now_s >= next_s and len(running) < _AT_ONCE:
                made.append(asyncio.create_task(_awaited(call)))
                running.add(made[-1])
                next_s = now_s + patience.again_s
            wait_s = (min(next_s, deadline_s) if len(running) < _AT_ONCE else deadline_s) - now_s
            if not running:
                await asyncio.sleep(wait_s)
                continue
            done, running = await asyncio.wait(
                running, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                try:
                    return task.result()
                except ServiceAwayError as error:
                    failure = error
                    next_s = min(next_s, time() + _AFTER_FAULT_S)
        raise failure
    finally:
        for task in made:
            task.cancel()
        await asyncio.gather(*made, return_exceptions=True)


async def _awaited(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
