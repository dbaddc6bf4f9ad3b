"""How loud is the sound, for the meters beside the picture?"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.desk.looks import Look, is_delivering, needed
from livedesk.desk.model import StoreView
from livedesk.desk.words import NOTHING, number, tr

FLOOR_DB = -60.0
"""The end of the scale: quieter than this makes no difference to a viewer."""

CLIP_DBFS = -1.0
"""From here on a peak is lit: EBU R128 allows true peaks up to −1 dBTP."""


@dataclass(frozen=True, slots=True)
class Level:
    """One bar: where it ends, and the same as text. Without a value it was not measured."""

    name: str
    unit: str
    value: float | None
    look: Look
    hint: str

    @property
    def text(self) -> str:
        if self.value is None:
            return NOTHING
        if self.value < FLOOR_DB:
            return f"< {number(FLOOR_DB)}"
        return number(self.value, 1)

    @property
    def spoken(self) -> str:
        """For a screen reader."""
        if self.value is None:
            return tr("{hint}: not measured").format(hint=self.hint)
        return f"{self.hint}: {self.text} {self.unit}"


def levels(view: StoreView) -> tuple[Level, Level]:
    """Momentary loudness (EBU R128, 0.4 s) and the peak since the last reading."""
    sound = view.status.sound
    counts = is_delivering(view) and not view.stale and sound.state != "unknown"
    loudness = sound.momentary_lufs if counts else None
    peak = sound.peak_dbfs if counts else None
    silent: Look = "warning" if sound.state == "silent" else "ok"
    clips = peak is not None and peak >= CLIP_DBFS
    return (
        Level("M", "LUFS", loudness, _look(view, loudness, silent),
              tr("Momentary loudness, 0.4 s (EBU R128)")),
        Level(tr("Peak"), "dBFS", peak, _look(view, peak, "notice" if clips else silent),
              tr("Highest sample since the last reading")),
    )  # fmt: skip


def _look(view: StoreView, value: float | None, look: Look) -> Look:
    return needed(view) if value is None else look
