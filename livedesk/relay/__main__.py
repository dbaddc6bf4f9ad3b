"""`python -m livedesk.relay`: the relay process."""

import sys

from livedesk.relay.process import main

if __name__ == "__main__":
    sys.exit(main())
