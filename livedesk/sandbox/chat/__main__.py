"""`python -m livedesk.sandbox.chat`: a chat with its viewers, alone."""

from __future__ import annotations

import asyncio
import sys

from livedesk.core.clock import SystemClock
from livedesk.sandbox.chat.run import serve

if __name__ == "__main__":
    sys.exit(asyncio.run(serve(SystemClock())))
