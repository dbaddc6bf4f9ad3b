"""What became of the pins of this session? Each change of a pin is told once: to the record, the
ledger and the counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from livedesk.core.clock import Clock
from livedesk.core.pins import PinStatus
from livedesk.engine.api.pins_view import LedgerView
from livedesk.engine.bus import Receipt
from livedesk.engine.pinning.counts import PinCounts
from livedesk.engine.pinning.cues import CueError, as_error
from livedesk.engine.pinning.recall import Recalled
from livedesk.engine.pinning.stage import Stage
from livedesk.engine.pinning.telling import Told, displaced_told, first_data, pin_told
from livedesk.pins.dispatcher import RECORD_S
from livedesk.pins.ledger import Ledger
from livedesk.pins.pin import Pin

_WORST: Final = 10
_CUE_IDS: Final = 2_000


class PinBook:
    """`on_shown` is called once for a product that the platform shows, or took."""

    def __init__(self, stage: Stage, clock: Clock, on_shown: Callable[[str], None]) -> None:
        self._stage = stage
        self._clock = clock
        self._on_shown = on_shown
        self._open: dict[str, Receipt | None] = {}
        """Pins whose end was not told, and of those that are ours whether they are on record."""
        self._newest: Receipt | None = None
        """Of what was told last."""
        self._cue_ids: dict[str, str] = {}
        self._budget_ms = stage.settings.limits.pin_budget_ms
        self._ledger = Ledger(self._budget_ms)
        self.counts = PinCounts()

    def begin(self) -> None:
        """Each session has a ledger of its own."""
        self._ledger = Ledger(self._budget_ms)
        self._cue_ids.clear()

    def take_up(self, recalled: Recalled) -> None:
        for pin in recalled.pins:
            self._ledger.take(pin)
        self._cue_ids = dict(recalled.cue_ids[-_CUE_IDS:])
        self._open = dict.fromkeys(pin.id for pin in recalled.unsettled)

    # By the caller's own names.

    def known(self, cue_id: str) -> str | None:
        """Which pin was asked for under this name."""
        return self._cue_ids.get(cue_id) if cue_id else None

    def name(self, cue_id: str, pin_id: str) -> None:
        if not cue_id:
            return
        self._cue_ids[cue_id] = pin_id
        while len(self._cue_ids) > _CUE_IDS:
            del self._cue_ids[next(iter(self._cue_ids))]

    def status(self, pin_id: str) -> PinStatus:
        """What is known of a pin. Raises CueError when nothing was sent."""
        pin = self._ledger.pin(pin_id)
        if pin is None:
            text = "This cue was given long ago; what became of it stands in the record."
            raise CueError("known", text, "Give a new cue a cue_id of its own.")
        is_unsent = pin.state == "late" and pin.sent_mono_ns is None and not pin.shown
        if pin.state == "refused" or is_unsent:
            raise as_error(pin)
        return pin.status(self._clock.mono_ns())

    # What the dispatcher tells.

    async def record(self, pin: Pin) -> bool:
        """Whether the intent is on disk."""
        receipt = self._open.get(pin.id)
        return receipt is not None and await receipt.recorded(RECORD_S)

    async def on_record(self, told: PinStatus) -> PinStatus:
        """The pin as it is once all that was told so far is on disk, or the disk had its time."""
        if self._newest is not None:
            await self._newest.recorded(RECORD_S)
        pin = self._ledger.pin(told.id)
        return told if pin is None else pin.status(self._clock.mono_ns())

    def told(self, pin: Pin) -> None:
        before = self._ledger.pin(pin.id)
        self._ledger.take(pin)
        if (told := pin_told(pin, before)) is not None:
            if before is None:
                told = replace(told, data=first_data(pin, self._newest_name(pin.id)))
            receipt = self._post(told, pin)
            if before is None:
                self._open[pin.id] = receipt
        if pin.settled_mono_ns is not None and pin.id in self._open:
            del self._open[pin.id]
            self._settled(pin)

    def displaced(self, pin: Pin) -> None:
        self._post(displaced_told(pin), pin)

    def _settled(self, pin: Pin) -> None:
        self.counts.take(pin)
        if pin.product is not None and (pin.shown or pin.state == "accepted"):
            self._on_shown(pin.product.id)

    def _newest_name(self, pin_id: str) -> str:
        cue_id, named = next(reversed(self._cue_ids.items()), ("", ""))
        return cue_id if named == pin_id else ""

    def _post(self, told: Told, pin: Pin) -> Receipt:
        stage = self._stage
        self._newest = stage.pin_event(told.kind, told.level, told.text, told.data, pin.actor)
        return self._newest

    # What is asked of it.

    def recent(self, count: int) -> tuple[Pin, ...]:
        return self._ledger.recent(count)

    def view(self, limit: int, worst: int = _WORST) -> LedgerView:
        mono_ns = self._clock.mono_ns()
        return LedgerView(
            self._ledger.latency(),
            tuple(pin.status(mono_ns) for pin in self._ledger.recent(limit)),
            tuple(pin.status(mono_ns) for pin in self._ledger.worst(worst)),
        )
