"""When does a broadcast begin, pause and end? A state machine with the time passed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import SessionState

Change = Literal["started", "interrupted", "continued", "idle_end"]


@dataclass(frozen=True, slots=True)
class SessionRules:
    idle_s: float = 600.0
    """Time without media after which a session is over without a sign-off."""


class SessionMachine:
    """One store's session: first media opens it, sign-off or a long silence closes it.

    After a sign-off an encoder that still sends does not open the next session: it first has to
    go away, because an encoder often runs on for a while after the operator has signed off.
    Without news from the relay nothing changes: what was not seen is not a silence.
    """

    def __init__(self, rules: SessionRules) -> None:
        self._rules = rules
        self._state: SessionState = "waiting"
        self._last_media_ns = 0
        self._unsure = False

    @property
    def state(self) -> SessionState:
        return self._state

    @property
    def open(self) -> bool:
        return self._state in ("live", "interrupted")

    def resume(self, last_media_ns: int) -> None:
        """Take up a session that an earlier engine left open; what goes on is not known yet."""
        self._state = "interrupted"
        self._unsure = True
        self._last_media_ns = last_media_ns

    def sign_off(self) -> None:
        self._state = "ended"

    def observe(self, mono_ns: int, connected: bool, media: bool) -> Change | None:
        """Take in one fact about the feed: is an encoder there, and does media flow?"""
        if self._state == "ended":
            if not connected:
                self._state = "waiting"
            return None
        if media:
            return self._media(mono_ns)
        return self._silence(mono_ns, connected)

    def _media(self, mono_ns: int) -> Change | None:
        before = self._state
        self._state = "live"
        self._last_media_ns = max(self._last_media_ns, mono_ns)
        if before == "waiting":
            return "started"
        was_unsure, self._unsure = self._unsure, False
        return "continued" if before == "interrupted" and not was_unsure else None

    def _silence(self, mono_ns: int, connected: bool) -> Change | None:
        if not self.open:
            return None
        if mono_ns - self._last_media_ns >= self._rules.idle_s * NS_PER_S:
            self._state = "ended" if connected else "waiting"
            return "idle_end"
        if not connected and (self._state == "live" or self._unsure):
            self._state = "interrupted"
            self._unsure = False
            return "interrupted"
        return None
