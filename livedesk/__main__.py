"""`python -m livedesk`: the command line."""

import sys

from livedesk.cli import main

if __name__ == "__main__":
    sys.exit(main())
