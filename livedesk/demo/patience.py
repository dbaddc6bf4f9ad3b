"""How does the script wait for something that should soon be so?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

_LOOK_EVERY_S: Final = 0.05


async def until(condition: Callable[[], Awaitable[object]], limit_s: float) -> bool:
    """Whether it holds in time."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if await condition():
            return True
        await asyncio.sleep(_LOOK_EVERY_S)
    return False
