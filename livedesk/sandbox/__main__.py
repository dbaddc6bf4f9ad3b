"""`python -m livedesk.sandbox`: everything around livedesk that a newcomer does not have."""

from __future__ import annotations

import asyncio
import sys

from livedesk.core.clock import SystemClock
from livedesk.sandbox.run import serve

if __name__ == "__main__":
    sys.exit(asyncio.run(serve(SystemClock())))
