"""How does the store's chat stand? Changes are told; counts are those of the session."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from livedesk.core.moderation import ChatStatus, LinkState
from livedesk.engine.moderating.stage import Tell
from livedesk.moderation.chats.base import Chat

_LEAST_GAP_S: Final = 0.1


class ChatWatch:
    def __init__(self, chat: Chat, tell: Tell) -> None:
        self._chat = chat
        self._tell = tell
        self._from = ChatStatus()
        """Counts from before the session."""
        self._was: LinkState = "unknown"
        self._gap_s = 0.0

    def begin(self) -> None:
        self._from = self._chat.status()

    def status(self) -> ChatStatus:
        now, before = self._chat.status(), self._from
        return replace(
            now,
            comments=max(0, now.comments - before.comments),
            unusable=max(0, now.unusable - before.unusable),
            cleaned=max(0, now.cleaned - before.cleaned),
            lost_s=max(0.0, now.lost_s - before.lost_s),
        )

    def look(self) -> None:
        now = self._chat.status()
        if now.state != self._was:
            self._changed(now)
            self._was = now.state
        if now.lost_s - self._gap_s >= _LEAST_GAP_S:
            lost_s = round(now.lost_s - self._gap_s, 1)
            text = f"{lost_s:,.1f} s of the chat passed unseen."
            self._tell("chat.gap", "warning", text, {"lost_s": lost_s})
        self._gap_s = now.lost_s

    def _changed(self, now: ChatStatus) -> None:
        why = f": {now.reason.rstrip('.')}" if now.reason else ""
        if now.state == "down":
            self._tell("chat.down", "warning", f"The chat cannot be read{why}.", {})
        elif now.state == "up":
            self._tell("chat.up", "info", "The chat is read.", {})
