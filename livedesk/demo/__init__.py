"""`livedesk demo`: the whole of livedesk on one machine, with a scripted show to look at."""

from livedesk.demo.command import run_demo

__all__ = ["run_demo"]
