"""Why does the stream move? The causes of a switch, in words that go on after "because"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from livedesk.core.status import SwitchCause

CAUSE_WORDS: Final[Mapping[str, str]] = {
    "gone": "its connection ended",
    "silence": "nothing was acknowledged any more",
    "congestion": "it was congested",
    "backlog": "it fell too far behind",
    "contract": "it carried less than the contract",
    "refused": "the platform did not take the stream",
    "fail_back": "the better uplink was good again",
    "operator": "a person ordered it",
    "drill": "a drill was run",
}
"""By `SwitchCause`; a record may hold one that a later livedesk knows."""

FAULTS: Final[frozenset[SwitchCause]] = frozenset(
    ("gone", "silence", "congestion", "backlog", "contract", "refused")
)
"""Causes that are a fault of the path that was left."""

ORDERED: Final[frozenset[SwitchCause]] = frozenset(("operator", "drill"))
"""Causes behind which stands a person."""
