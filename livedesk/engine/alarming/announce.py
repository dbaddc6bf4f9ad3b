"""What is told to people who do not look at a screen, and to whom is it given?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from livedesk.core.status import AlarmStatus, EndedAlarm


@dataclass(frozen=True, slots=True)
class Announcement:
    """An alarm, its end, or how many were not told one by one. Exactly one of the three is set.

    An alarm is announced when it begins, when its priority rises, and when it still stands at the
    end of its shelving. An end is announced only of what was announced, and not while it is
    shelved. A shelved alarm is never announced.
    """

    store: str
    """Its id; empty for the engine's own alarms."""
    name: str
    """The store, for people; empty for the engine's own alarms."""
    alarm: AlarmStatus | None = None
    ended: EndedAlarm | None = None
    """With `goes_on_as` it did not end: a greater fault took it in, and has an alarm."""
    quiet: int = 0
    """During a flood, once a minute: alarms since the last such sum that were only listed."""


class Telling(Protocol):
    """Passes on to the channels. It must not block and must not raise: it is called in the tick."""

    def announce(self, what: Announcement) -> None: ...


class Untold:
    """Where nobody is to be told: an engine without channels, and tests."""

    def announce(self, what: Announcement) -> None:
        """Nothing is done."""
