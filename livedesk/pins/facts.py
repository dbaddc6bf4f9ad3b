"""What is known of a pin's calls at one instant? Values; times are monotonic ns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.pins.gateways.base import Abilities, Shown
from livedesk.platforms.outcome import Answer

ATTEMPTS_WITH_KEYS: Final = 3
ATTEMPTS_WITHOUT_KEYS: Final = 2
EFFECT_NS: Final = 2_500 * NS_PER_MS
"""A write may still take effect so long after it was sent. A yes may take as long to be seen."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A write. `silent_ns`: when it counts as silent; `again_ns`: another one not before."""

    sent_ns: int
    silent_ns: int
    answer: Answer | None = None
    ended_ns: int | None = None
    again_ns: int = 0

    @property
    def quiet_ns(self) -> int:
        """When the one that has no answer is waited for no longer."""
        return self.silent_ns if self.ended_ns is None else self.ended_ns

    @property
    def over_ns(self) -> int:
        """From when on nothing more becomes of it."""
        if self.answer is None or self.ended_ns is None or self.answer.effect == "maybe":
            return self.sent_ns + EFFECT_NS
        return self.ended_ns if self.answer.effect == "none" else self.ended_ns + EFFECT_NS


@dataclass(frozen=True, slots=True)
class Read:
    """A read-back; times as those of an attempt."""

    sent_ns: int
    silent_ns: int
    shown: Shown | None = None
    ended_ns: int | None = None
    again_ns: int = 0


@dataclass(frozen=True, slots=True)
class Rival:
    """A write of an older pin that may take effect after ours; `over_ns` None: it still may."""

    product_id: str | None
    over_ns: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    now_ns: int
    deadline_ns: int
    wanted: str | None
    """The product's id; None is an unpin."""
    abilities: Abilities
    attempts: tuple[Attempt, ...] = ()
    reads: tuple[Read, ...] = ()
    rivals: tuple[Rival, ...] = ()
    need_ns: int = 0
    """Half of the calls are answered in this time."""
    may_hedge: bool = True
    is_failing: bool = False
    repeats: bool = False
    """It may have been shown before, so that a read only tells of this pin after its answer."""
    pin_wait_ns: int = 0
    read_wait_ns: int = 0
    calls_ample: bool = True
    """There are calls for reads beside those that run."""

    @property
    def done_ns(self) -> int | None:
        """When the platform first said yes."""
        return done_ns(self.attempts)

    @property
    def is_denied(self) -> bool:
        """The platform gave an answer that would be the same again."""
        return any(a.answer is not None and a.answer.final for a in self.attempts)

    @property
    def is_exhausted(self) -> bool:
        """There will be no other attempt. While the platform is failing each pin is one try."""
        limit = ATTEMPTS_WITH_KEYS if self.abilities.honours_keys else ATTEMPTS_WITHOUT_KEYS
        if self.is_failing:
            limit = 1
        if self.done_ns is not None or self.is_denied or len(self.attempts) >= limit:
            return True
        again_ns = self.attempts[-1].again_ns if self.attempts else 0
        soonest_ns = max(self.now_ns + self.pin_wait_ns, again_ns)
        return soonest_ns + self.need_ns >= self.deadline_ns

    @property
    def told(self) -> list[Read]:
        """The reads that say what is shown."""
        return [read for read in self.reads if read.shown is not None and read.shown.known]


def done_ns(attempts: Iterable[Attempt]) -> int | None:
    """When the platform first said yes."""
    ends = (a.ended_ns for a in attempts if a.answer is not None and a.answer.ok)
    return min((end_ns for end_ns in ends if end_ns is not None), default=None)
