"""How is a process ended that may be busy, frozen or already gone?"""

from __future__ import annotations

import asyncio
import os
import signal
import time

from livedesk.core.process import is_alive

_LOOK_S = 0.02
_KILLED_WITHIN_S = 2.0


async def gone_within(pid: int, mark: str | None, within_s: float) -> bool:
    """Wait for a process to end by itself. Processes of other parents can only be looked at."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        if not is_alive(pid, mark):
            return True
        await asyncio.sleep(_LOOK_S)
    return not is_alive(pid, mark)


async def end_process(pid: int, mark: str | None, term_s: float = 4.0) -> bool:
    """SIGTERM, then SIGKILL after `term_s`. Returns whether the process is gone."""
    for number, within_s in ((signal.SIGTERM, term_s), (signal.SIGKILL, _KILLED_WITHIN_S)):
        if not is_alive(pid, mark):
            return True
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if await gone_within(pid, mark, within_s):
            return True
    return False
