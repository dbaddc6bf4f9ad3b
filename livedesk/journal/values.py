"""Which values cross between the engine and the journal?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeVar

from livedesk.core.status import Limits

T = TypeVar("T")


class Through(Protocol):
    """Rows pass through it, and who waits for them hears of it and may stop it by an exception.

    `iter` is one, for who goes through them unheard.
    """

    def __call__(self, rows: Iterable[T], /) -> Iterator[T]: ...


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What holds for a whole session. It starts with the first media; both clocks of that instant.

    `versions` names the parts that measured ("livedesk", "python", "av"), `limits` what was in
    force: a report must be readable years later without the settings of that day.
    """

    session: str
    store: str
    name: str
    platform: str
    started_utc_ns: int
    started_mono_ns: int
    limits: Limits = field(default_factory=Limits)
    uplinks: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One figure over one whole second: `n` readings with their minimum, mean and maximum.

    `t_s` counts whole seconds of the monotonic clock since session start. No row is a gap.
    `subject` is the uplink's name for figures that exist once per uplink, else empty.
    """

    t_s: int
    utc_ns: int
    mono_ns: int
    figure: str
    subject: str
    epoch: int
    n: int
    min: float
    mean: float
    max: float


EventRow = tuple[int, int, int, int, str, str, str, str, str | None, str]
"""The columns of `events` in order, but for the digest: seq, t_ms, utc_ns, mono_ns, kind, level,
source, text, actor, and data as JSON text."""


@dataclass(frozen=True, slots=True)
class SealedRow:
    """An event exactly as it is in the file; `digest` None where it has no seal."""

    row: EventRow
    digest: str | None


@dataclass(frozen=True, slots=True)
class Still:
    """What viewers saw at an instant: a small picture of the feed, and why it was kept."""

    t_ms: int
    utc_ns: int
    why: str
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class JournalHealth:
    """Whether the record is being written right now, and what is at stake if not.

    `tight`: the disk is full. What happens and what people do is written into the space that was
    kept for it; samples and stills wait.
    """

    state: Literal["ok", "tight", "failing"]
    reason: str | None = None
    queued: int = 0
    dropped_events: int = 0
    dropped_samples: int = 0
    dropped_stills: int = 0

    @property
    def dropped(self) -> int:
        return self.dropped_events + self.dropped_samples + self.dropped_stills
