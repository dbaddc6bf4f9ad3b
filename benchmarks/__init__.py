"""Measurements of livedesk beside a peer or a physical limit, in one run.

`make bench` prints them.
"""
