"""`python -m livedesk.sandbox.shop`: a live room to pin products into, alone."""

from __future__ import annotations

import asyncio
import sys

from livedesk.core.clock import SystemClock
from livedesk.sandbox.shop.run import serve

if __name__ == "__main__":
    sys.exit(asyncio.run(serve(SystemClock())))
