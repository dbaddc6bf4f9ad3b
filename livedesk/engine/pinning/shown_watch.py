"""What does the platform show while nobody pins? Asked quietly, and told when it changed there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.engine.pinning.stage import Tell
from livedesk.pins.facts import EFFECT_NS
from livedesk.pins.gateways.base import Shown
from livedesk.pins.pin import Pin
from livedesk.platforms.call_budget import Backoff

LOOK_EVERY_S: Final = 15.0
QUIET_S: Final = 2.0
"""So long after a cue, or after a pin's end, no look stands in the way of a pin."""
_TURN_S: Final = 1.0
_OURS_NS: Final = 2 * EFFECT_NS
"""A write may take effect so long after it was sent, and a read may be as old as that."""
_LOOKED_BACK: Final = 20


class Asked(Protocol):
    """The dispatcher, as far as it is asked here."""

    @property
    def shown(self) -> Shown | None: ...

    @property
    def shown_mono_ns(self) -> int | None: ...

    @property
    def unsettled(self) -> tuple[Pin, ...]: ...

    async def look(self) -> Shown | None: ...


@dataclass(frozen=True, slots=True)
class _Seen:
    product_id: str | None
    mono_ns: int


class ShownWatch:
    """`recent`: the newest pins, the newest first. `title`: how a product is called for people."""

    def __init__(
        self,
        asked: Asked,
        recent: Callable[[int], tuple[Pin, ...]],
        title: Callable[[str | None], str],
        clock: Clock,
        rng: Random,
        tell: Tell,
    ) -> None:
        self._asked = asked
        self._recent = recent
        self._title = title
        self._clock = clock
        self._tell = tell
        self._backoff = Backoff(rng, first_s=LOOK_EVERY_S, longest_s=4 * LOOK_EVERY_S)
        self._on_air = False
        self._not_before_ns = 0
        self._changed_after: str | None = None

    @property
    def is_changed_outside(self) -> bool:
        """Whether somebody changed in the platform what the newest pin had put there."""
        return self._changed_after is not None and self._changed_after == self._newest_id()

    def on_air(self, *, is_open: bool) -> None:
        self._on_air = is_open

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_TURN_S)
            if self.is_due():
                await self.look()

    def is_due(self) -> bool:
        now_ns = self._clock.mono_ns()
        if not self._on_air or now_ns < self._not_before_ns or self._asked.unsettled:
            return False
        seen_ns, newest = self._asked.shown_mono_ns, self._recent(1)
        if newest:
            touched_ns = max(newest[0].received_mono_ns, newest[0].settled_mono_ns or 0)
            if now_ns - touched_ns < QUIET_S * NS_PER_S:
                return False
        return seen_ns is None or now_ns - seen_ns >= LOOK_EVERY_S * NS_PER_S

    async def look(self) -> None:
        before, newest_id = self._before(), self._newest_id()
        shown = await self._asked.look()
        now_ns = self._clock.mono_ns()
        if shown is None or not shown.known:
            retry_after_s = None if shown is None else shown.retry_after_s
            self._not_before_ns = now_ns + round(self._backoff.failed(retry_after_s) * NS_PER_S)
            return
        self._backoff.succeeded()
        if before is None or newest_id != self._newest_id() or self._asked.unsettled:
            return
        if shown.product_id != before.product_id and not self._is_ours(shown.product_id, before):
            self._changed_after = newest_id
            self._tell_changed(before.product_id, shown.product_id)

    def _before(self) -> _Seen | None:
        """What was last known to be shown; after a restart the newest pin tells it."""
        shown, seen_ns = self._asked.shown, self._asked.shown_mono_ns
        if shown is not None and shown.known and seen_ns is not None:
            return _Seen(shown.product_id, seen_ns)
        for pin in self._recent(1):
            if pin.shown and pin.settled_mono_ns is not None:
                return _Seen(_wanted(pin), pin.settled_mono_ns)
        return None

    def _is_ours(self, product_id: str | None, before: _Seen) -> bool:
        """Whether a pin of ours may have brought it about since."""
        since_ns = before.mono_ns - _OURS_NS
        return any(
            _wanted(pin) == product_id
            and max(pin.sent_mono_ns, pin.settled_mono_ns or 0) > since_ns
            for pin in self._recent(_LOOKED_BACK)
            if pin.sent_mono_ns is not None
        )

    def _newest_id(self) -> str:
        return next((pin.id for pin in self._recent(1)), "")

    def _tell_changed(self, before: str | None, now: str | None) -> None:
        if now is None:
            text = f"The pin of {self._title(before)} was taken down in the platform, not here."
        else:
            text = f"The platform shows {self._title(now)}, which was not cued here."
        data: dict[str, Json] = {"product_id": now, "before_product_id": before}
        self._tell("pin.changed_outside", "notice", text, data)


def _wanted(pin: Pin) -> str | None:
    return None if pin.product is None else pin.product.id
