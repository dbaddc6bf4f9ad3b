"""What does a host's pad show, and what may a touch do there? Values that every pad shares.

Pure. The window (`livedesk.ui.pad`) takes a `PadView` from its `PadSource` and draws it; whether a
touch fires is decided by `livedesk.desk.pad_taps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from livedesk.core.pins import CueSource
from livedesk.desk.model import Moment

TILES = 9
"""On one page, as there are keys from 1 to 9."""

STALE_AFTER_S = 2.0
"""A status that is older says nothing of now: from here on nothing is fired."""

Shape = Literal[
    "none", "arrow", "target", "dots", "chevrons", "half", "tick", "clock", "cross", "barred",
    "question", "replaced", "unplugged", "hand", "pause",
]  # fmt: skip
Tone = Literal["quiet", "next", "armed", "flying", "good", "late", "bad", "unknown"]
"""What a colour stands for. No two states with one tone share their shape or their word."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A state, told three times: by a word, by a shape and by a colour."""

    word: str
    shape: Shape
    tone: Tone


QUIET = Sign("", "none", "quiet")


@dataclass(frozen=True, slots=True)
class PadLine:
    """What is true right now, in the largest letters: `IN FLIGHT 312 ms`."""

    sign: Sign
    figure: str = ""
    """Changes while a pin is on its way; `312 ms`, `1.2 s`, or empty."""
    title: str = ""
    """Of the product that it is about."""
    detail: str = ""
    """Why, and what to do."""

    @property
    def spoken(self) -> str:
        """All of it, for screen readers."""
        head = " ".join(part for part in (self.sign.word, self.figure) if part)
        return ". ".join(part for part in (head, self.title, self.detail) if part)


@dataclass(frozen=True, slots=True)
class PadTile:
    """One product on the pad."""

    product_id: str
    number: int
    """1 to 9: its key on its page."""
    title: str
    price: str
    """With its currency; empty when not known."""
    picture: str = ""
    """Changes when another picture has to be fetched; empty when it has none."""
    sign: Sign = QUIET
    figure: str = ""
    refusal: str = ""
    """Why it cannot be fired; empty when it can."""
    is_next: bool = False
    is_shown: bool = False
    """Viewers see it, as far as it was last read back."""
    is_flying: bool = False
    """On its way: a touch is swallowed."""
    pins: int = 0
    """How often it was shown in this show."""

    @property
    def spoken(self) -> str:
        """All of it, for screen readers."""
        state = " ".join(part for part in (self.sign.word, self.figure) if part)
        parts = (f"{self.number}", self.title, self.price, state, self.refusal)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class PadView:
    """Everything that a pad shows, at one instant."""

    store: str
    line: PadLine
    tiles: tuple[PadTile, ...] = ()
    """Of all pages, in the order of the run of show; products that are not in it come last."""
    next_up: PadTile | None = None
    seen: str = ""
    """What viewers see now, in words; `not known` when nobody read it back."""
    blocked: str = ""
    """Why nothing can be fired; empty when it can."""
    arm_and_fire: bool = False
    warning: str = ""
    """Something that can go wrong with the next cue: the platform does not answer, no calls."""
    can_unpin: bool = False
    unsaid: str = ""
    """What must not be said again, in one line, the newest first; empty when there is nothing."""

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.tiles) // TILES))

    def page(self, number: int) -> tuple[PadTile, ...]:
        """The tiles of a page, counted from 0."""
        return self.tiles[number * TILES : (number + 1) * TILES]

    def tile(self, product_id: str) -> PadTile | None:
        return next((tile for tile in self.tiles if tile.product_id == product_id), None)


class PadSource(Protocol):
    """What a pad needs from a desk. `livedesk.desk.pad_desk.PadDesk` has all of it."""

    def now(self) -> Moment: ...

    def pad(self, store: str) -> PadView: ...

    def fire(
        self,
        store: str,
        product_id: str | None,
        source: CueSource,
        cued: Moment | None = None,
    ) -> None:
        """Call for a product, or for the next one; `cued` is the instant of the touch.

        A pad names the product that it showed as next, as another may be next by now.
        """
        ...

    def unpin(self, store: str, source: CueSource = "pad", cued: Moment | None = None) -> None: ...

    def picture(self, store: str, tile: PadTile) -> bytes | None:
        """The tile's picture as it came, or None as long as there is none."""
        ...
