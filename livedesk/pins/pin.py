"""What is known of one pin, from the cue to what became of it? A value; times are monotonic ns."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import (
    UNSETTLED,
    CueSource,
    PadClock,
    PinAction,
    PinState,
    PinStatus,
    Product,
)


@dataclass(frozen=True, slots=True)
class Pin:
    """A cue and its fate. Without a `product` it is an unpin."""

    id: str
    key: str
    """Idempotency key: show, product and cue, so that it can be told again after a restart."""
    product: Product | None
    cued_mono_ns: int
    cued_utc_ns: int
    received_mono_ns: int
    """When the engine had it."""
    deadline_mono_ns: int
    source: CueSource
    actor: str = ""
    clock: PadClock | None = None
    state: PinState = "cued"
    reason: str = ""
    code: str = ""
    shown: bool | None = None
    sent_mono_ns: int | None = None
    accepted_mono_ns: int | None = None
    settled_mono_ns: int | None = None
    attempts: int = 0
    reads: int = 0
    hedged: bool = False
    by_hand: bool = False
    recorded: bool = True

    @property
    def action(self) -> PinAction:
        return "unpin" if self.product is None else "pin"

    @property
    def is_settled(self) -> bool:
        return self.state not in UNSETTLED

    @property
    def latency_ms(self) -> float | None:
        """From the cue until it was seen to be shown; None for all that never was."""
        return self._since_cue_ms(self.settled_mono_ns) if self.shown else None

    def _since_cue_ms(self, mono_ns: int | None) -> float | None:
        return None if mono_ns is None else round((mono_ns - self.cued_mono_ns) / NS_PER_MS, 3)

    def status(self, mono_ns: int | None) -> PinStatus:
        """As the status and the record tell it; the record has no `mono_ns`, and so no age."""
        return PinStatus(
            id=self.id,
            action=self.action,
            product_id=self.product.id if self.product else "",
            title=self.product.title if self.product else "",
            state=self.state,
            source=self.source,
            cued_utc_ns=self.cued_utc_ns,
            actor=self.actor,
            reason=self.reason,
            code=self.code,
            age_ms=self._since_cue_ms(mono_ns),
            latency_ms=self.latency_ms,
            shown=self.shown,
            received_ms=self._since_cue_ms(self.received_mono_ns),
            sent_ms=self._since_cue_ms(self.sent_mono_ns),
            accepted_ms=self._since_cue_ms(self.accepted_mono_ns),
            settled_ms=self._since_cue_ms(self.settled_mono_ns),
            attempts=self.attempts,
            reads=self.reads,
            hedged=self.hedged,
            by_hand=self.by_hand,
            recorded=self.recorded,
            key=self.key,
            clock=self.clock,
        )
