"""What do the last touches add to what is true: armed, swallowed, refused? Pure; time is passed in.

The page of the web pad does the same (`livedesk/engine/api/pad/dress.js`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from livedesk.desk.model import Moment
from livedesk.desk.pad import PadLine, PadTile, PadView, Sign
from livedesk.desk.pad_taps import Tap, Taps
from livedesk.desk.words import tr

NOTES_S = {"swallowed": 1.2, "refused": 2.5}
"""So long it is told why a touch did nothing."""


@dataclass(slots=True)
class Hand:
    """The host's hand on one pad: what is armed, and what the last touch came to."""

    taps: Taps = field(default_factory=Taps)
    _note: tuple[Tap, Moment] | None = None
    _places: dict[str, tuple[str, Moment]] = field(default_factory=dict)

    def touch(
        self, view: PadView, tile: PadTile | None, at: Moment, place: str, now: Moment
    ) -> Tap:
        """A touch of a place that showed this tile. What it showed says what is meant, and what is
        true by now (`view`) whether it may be fired."""
        meant = view.tile(tile.product_id) if tile is not None else None
        placed = self._places.get(place, ("", Moment(0, 0)))[1]
        tap = self.taps.tap(view, meant, at, place, placed)
        self._note = (tap, now)
        return tap

    def settle(self, place: str, tile: PadTile | None, now: Moment) -> None:
        """Note since when a place shows its product; nobody means another one where nothing was."""
        product_id = tile.product_id if tile is not None else ""
        known, _ = self._places.get(place, ("", None))
        if known != product_id or place not in self._places:
            self._places[place] = (product_id, now if known else Moment(0, 0))

    def line(self, view: PadView, now: Moment) -> PadLine:
        """What is true, or what the last touch came to, for a moment."""
        armed_s = self.taps.armed_s(now)
        if armed_s is not None and (armed := view.tile(self.taps.armed or "")) is not None:
            sign = Sign(tr("ARMED"), "target", "armed")
            return PadLine(sign, f"{armed_s:.1f} s", armed.title, tr("Touch it again to pin it."))
        refused = self._recent("refused", now)
        tile = view.tile(refused.product_id) if refused is not None else None
        is_busy = any(one.is_flying for one in view.tiles)
        if refused is None or tile is None or view.blocked or is_busy:
            return view.line
        return PadLine(Sign(tr("NOT PINNED"), "barred", "bad"), "", tile.title, refused.text)

    def note_on(self, tile: PadTile | None, view: PadView, now: Moment) -> Sign | None:
        """What the last touch of this tile came to, where that is not seen otherwise."""
        if tile is None:
            return None
        swallowed = self._recent("swallowed", now)
        if swallowed is not None and swallowed.product_id == tile.product_id:
            return Sign(swallowed.text, "pause", "unknown")
        armed_s = self.taps.armed_s(now)
        if self.taps.armed == tile.product_id and armed_s is not None:
            return Sign(tr("AGAIN TO PIN {s}").format(s=f"{armed_s:.1f} s"), "target", "armed")
        refused = self._recent("refused", now)
        if refused is None or refused.product_id != tile.product_id:
            return None
        return Sign(tr("NOT NOW") if view.blocked else tile.sign.word, "barred", "bad")

    def _recent(self, kind: str, now: Moment) -> Tap | None:
        """The last touch, if it came to this and a moment ago."""
        if self._note is None or self._note[0].kind != kind:
            return None
        tap, since = self._note
        return tap if now.since_s(since) < NOTES_S[kind] else None
