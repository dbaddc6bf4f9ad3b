"""`python -m livedesk.sandbox.encoder`: the sandbox's encoder as a process."""

from __future__ import annotations

import signal
import sys

from livedesk.core.clock import SystemClock
from livedesk.sandbox.encoder.process import main

if __name__ == "__main__":
    # A terminal's Ctrl-C goes to the whole group; our parent ends us by closing standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main(SystemClock()))
