"""Does a touch fire? Arming, double taps, and what may not be fired. Pure; time is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.desk.model import Moment
from livedesk.desk.pad import PadTile, PadView
from livedesk.desk.words import tr

ARMED_S = 3.0
DOUBLE_S = 0.4
"""Two touches of one place that are closer together are one wish."""

MOVED_S = 0.3
"""Nobody reads and touches faster: who hits what came under the finger later meant another."""

HOLD_S = 0.6
"""So long the button is held that takes the product down."""

STAMPS_KEPT = 64
MOST_LATE_NS = 1_000_000_000
"""A stamp that says more came from another clock, or its counter began anew."""


@dataclass(frozen=True, slots=True)
class Tap:
    """What a touch came to. Only `fire` sends something."""

    kind: Literal["fire", "armed", "swallowed", "refused"]
    product_id: str = ""
    text: str = ""
    """Why nothing was fired, short enough for a tile."""


@dataclass(slots=True)
class Taps:
    """The memory between touches of one pad."""

    swallowed: int = 0
    _armed: tuple[str, Moment] | None = None
    _last: dict[str, Moment] | None = None

    def tap(
        self,
        view: PadView,
        tile: PadTile | None,
        at: Moment,
        place: str,
        placed: Moment | None = None,
    ) -> Tap:
        """A touch or key on a place of the pad, which shows this tile since `placed`."""
        is_double = self._is_double(tile, at, place)
        if tile is None:
            return Tap("refused", text=tr("NOTHING IS NEXT") if place == "next" else "")
        if view.blocked:
            self.disarm()
            return Tap("refused", tile.product_id, view.blocked)
        if tile.refusal:
            self._armed = None
            return Tap("refused", tile.product_id, tile.refusal)
        if is_double:
            return self._swallow(tile, tr("DOUBLE TAP"))
        if placed is not None and at.since_s(placed) < MOVED_S:
            return self._swallow(tile, tr("JUST MOVED"))
        if tile.is_flying:
            return self._swallow(tile, tr("ON ITS WAY"))
        if view.arm_and_fire and not self._is_armed(tile.product_id, at):
            self._armed = (tile.product_id, at)
            return Tap("armed", tile.product_id)
        self._armed = None
        return Tap("fire", tile.product_id)

    def _is_double(self, tile: PadTile | None, at: Moment, place: str) -> bool:
        """A key that chatters never gets through again, as each touch begins the time anew."""
        names = {f"place {place}"} | ({f"product {tile.product_id}"} if tile is not None else set())
        before = self._last or {}
        near = {name: since for name, since in before.items() if at.since_s(since) < DOUBLE_S}
        self._last = {**near, **dict.fromkeys(names, at)}
        return bool(names & near.keys())

    def _swallow(self, tile: PadTile, text: str) -> Tap:
        self.swallowed += 1
        return Tap("swallowed", tile.product_id, text)

    def _is_armed(self, product_id: str, at: Moment) -> bool:
        return self.armed_s(at) is not None and self.armed == product_id

    @property
    def armed(self) -> str | None:
        """The product that the next touch fires, if it comes in time."""
        return self._armed[0] if self._armed is not None else None

    def armed_s(self, now: Moment) -> float | None:
        """How long it stays armed; None when nothing is."""
        if self._armed is None:
            return None
        left_s = ARMED_S - now.since_s(self._armed[1])
        return left_s if left_s > 0 else None

    def disarm(self) -> None:
        self._armed = None

    def look(self, view: PadView, now: Moment) -> None:
        """Disarm what can no longer be fired."""
        if self._armed is None:
            return
        tile = view.tile(self._armed[0])
        if view.blocked or tile is None or tile.refusal or self.armed_s(now) is None:
            self._armed = None


@dataclass(slots=True)
class Hold:
    """A press that has to last; short ones do nothing."""

    _since: Moment | None = None

    def press(self, at: Moment) -> None:
        self._since = at

    def release(self) -> None:
        self._since = None

    def share(self, now: Moment) -> float:
        """How far it is, 0 to 1."""
        if self._since is None:
            return 0.0
        return min(1.0, max(0.0, now.since_s(self._since) / HOLD_S))


@dataclass(slots=True)
class TouchClock:
    """When was something touched? The window system's stamp, on our clock.

    A busy window handles a touch late, but the stamp in it is that of the touch. Its clock starts
    somewhere; the quickest of the last touches tells where, as none is handled before it is made.
    """

    _offsets: tuple[int, ...] = ()

    def instant(self, stamp_ms: int, now: Moment) -> Moment:
        """The moment of a touch with this stamp that is handled now; 0 is no stamp."""
        if stamp_ms <= 0:
            return now
        offset = now.mono_ns - stamp_ms * 1_000_000
        if self._offsets and abs(offset - min(self._offsets)) > MOST_LATE_NS:
            self._offsets = ()
        self._offsets = (*self._offsets[-STAMPS_KEPT + 1 :], offset)
        late_ns = offset - min(self._offsets)
        return Moment(now.mono_ns - late_ns, now.utc_ns - late_ns)
