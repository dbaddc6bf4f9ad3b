"""What was measured in one second of a session? What was not sampled then is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from livedesk.core.figures import FIGURES
from livedesk.journal.reader import SessionReader

Key = tuple[str, str]
"""Figure and subject."""


@dataclass(frozen=True, slots=True)
class Second:
    """The means of one second. `age_ms`: since the newest second in which relay or probe measured,
    0 in it; None when neither ever had."""

    t_s: int
    values: dict[Key, float] = field(default_factory=dict)
    epoch: int = 0
    relay_age_ms: float | None = None
    probe_age_ms: float | None = None

    def of(self, figure: str, subject: str = "") -> float | None:
        return self.values.get((figure, subject))

    @property
    def is_relayed(self) -> bool:
        """Whether the relay measured in it."""
        return self.relay_age_ms == 0

    @property
    def is_probed(self) -> bool:
        return self.probe_age_ms == 0


_RELAYED: Final = (("feed_kbps", ""), ("lag_ms", ""), ("video_kbps", ""), ("audio_kbps", ""))


class Seconds:
    """Looks into the file: a few reads by key, however long the session is."""

    def __init__(self, reader: SessionReader) -> None:
        self._reader = reader
        self._keys = [key for key in reader.subjects() if key[0] in FIGURES]

    def at(self, t_ms: int) -> Second:
        t_s, found = t_ms // 1000, dict[Key, float]()
        epoch = 0
        for key in self._keys:
            for row in self._reader.samples(*key, t_s, t_s + 1):
                found[key], epoch = row.mean, max(epoch, row.epoch)
        probed = [key for key in self._keys if FIGURES[key[0]].source == "probe"]
        relayed = [key for key in self._keys if key in _RELAYED]
        return Second(
            t_s, found, epoch, self._age_ms(relayed, t_ms, found), self._age_ms(probed, t_ms, found)
        )

    def _age_ms(self, keys: list[Key], t_ms: int, found: dict[Key, float]) -> float | None:
        if any(key in found for key in keys):
            return 0.0
        before = (self._reader.last_second(*key, t_ms // 1000) for key in keys)
        newest = max((t_s for t_s in before if t_s is not None), default=None)
        return None if newest is None else float(max(1, t_ms - (newest + 1) * 1000))
