"""`python -m livedesk.monitors.probe`: the job comes as one line on standard input."""

from livedesk.monitors.probe.process import main

if __name__ == "__main__":
    main()
