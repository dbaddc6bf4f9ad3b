"""What does the API need from a store's pins? Seen from here, so that tests can stand in for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from livedesk.core.pins import PinLatency, PinStatus, RunOfShow
from livedesk.engine.pinning.counts import PinCounts
from livedesk.engine.pinning.cues import Cue
from livedesk.engine.pinning.show_orders import ShowOrder


@dataclass(frozen=True, slots=True)
class LedgerView:
    """`pins`: the newest first. `worst`: the slowest and those that failed, the worst first."""

    latency: PinLatency
    pins: tuple[PinStatus, ...]
    worst: tuple[PinStatus, ...]


@dataclass(frozen=True, slots=True)
class ProductPicture:
    content: bytes
    media_type: str
    digest: str


class PinningView(Protocol):
    """What a refused call raises is a `CueError` (`engine/pinning/cues.py`)."""

    @property
    def show(self) -> RunOfShow: ...

    @property
    def counts(self) -> PinCounts: ...

    def cue(self, cue: Cue) -> PinStatus:
        """Begin at once; what comes of it is told by events and status. Raises CueError."""
        ...

    async def on_record(self, pin: PinStatus) -> PinStatus:
        """Wait until the record has what was asked for; the pin as it is then.

        A disk that does not take it is not waited for: the pin itself says so (`recorded`).
        """
        ...

    def by_hand(self, pin_id: str, text: str, actor: str, *, done: bool) -> PinStatus:
        """A person did it, or could not. Raises CueError when the pin waits for nobody."""
        ...

    def ledger(self, limit: int) -> LedgerView: ...

    def change_show(self, order: ShowOrder, actor: str) -> RunOfShow:
        """Raises CueError."""
        ...

    async def products_json(self) -> bytes:
        """A `ProductList` with the refusal of each product."""
        ...

    async def picture(self, product_id: str) -> ProductPicture | None:
        """None when the product has none, or none that can be had."""
        ...

    def hook(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take what the shop tells of its products. Raises HookRefused."""
        ...
