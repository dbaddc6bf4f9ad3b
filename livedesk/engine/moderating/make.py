"""How does a store's moderation come about? From its settings, with what its stores share."""

from __future__ import annotations

import hashlib
import secrets
from random import Random

from livedesk.core.clock import Clock
from livedesk.core.moderation_settings import ModerationSettings
from livedesk.engine.moderating.moderating import Moderating, Parts
from livedesk.engine.moderating.rule_shelf import RuleShelf
from livedesk.engine.moderating.stage import Stage
from livedesk.moderation.chats.make import chat_for
from livedesk.moderation.service_client import RuleService
from livedesk.paths import Paths
from livedesk.platforms.shopee import ShopeeCalls


class ModerationWorkshop:
    """Makes the moderation of an engine's stores. Those of one rule service share its rules."""

    def __init__(self, paths: Paths, clock: Clock) -> None:
        self._folder = paths.data / "rules"
        self._clock = clock
        self._rng = Random(secrets.randbits(64))
        self._shelves: dict[str, RuleShelf] = {}

    def moderating(
        self, stage: Stage, settings: ModerationSettings, shopee: ShopeeCalls | None = None
    ) -> Moderating:
        """Connects to nothing yet. `shopee`: what the store's pins call Shopee with. Call it in a
        running loop."""
        chat = chat_for(
            settings.chat, stage.settings.id, clock=self._clock, rng=self._rng, shopee=shopee
        )
        service = RuleService(settings.url, settings.token)
        parts = Parts(service, self._shelf(settings.url), chat)
        return Moderating(stage, settings, parts, self._clock, self._rng)

    def _shelf(self, url: str) -> RuleShelf:
        name = hashlib.sha256(url.encode()).hexdigest()[:16]
        if name not in self._shelves:
            self._shelves[name] = RuleShelf(self._folder / f"{name}.rules")
        return self._shelves[name]
