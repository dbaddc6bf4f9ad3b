"""What is left to do where livedesk is told of no chat? People act in the platform's own window."""

from __future__ import annotations

import asyncio
from typing import Final

from livedesk.core.moderation import ChatStatus, Comment, Effect
from livedesk.moderation.chats.base import Acted, Take

BY_HAND: Final = "There is no call for it here; a person does it in the platform's own window."
_ABLE: Final = ChatStatus(
    "none",
    state="up",
    hide="by_hand",
    unhide="by_hand",
    reply="by_hand",
    ban="by_hand",
    unban="by_hand",
)


class NoChat:
    """Implements Chat. Comments reach the rule service by another way."""

    @property
    def honours_keys(self) -> bool:
        return False

    def status(self) -> ChatStatus:
        return _ABLE

    async def run(self, take: Take) -> None:
        await asyncio.Event().wait()

    async def act(self, effect: Effect, comment: Comment, limit_s: float) -> Acted:
        return Acted("by_hand", "by_hand", BY_HAND)

    async def close(self) -> None:
        """There is nothing to close."""
