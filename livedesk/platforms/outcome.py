"""What can come of a call to a platform, and has it left already?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.clock import NS_PER_S

Effect = Literal["done", "none", "maybe"]
"""What a call did at the platform. `maybe`: the bytes left, and nothing tells what they did."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a call. No text in it holds a secret.

    `final`: asking again is of no use, as for a product that the platform does not know.
    """

    effect: Effect
    code: str = ""
    """Empty when all is well; else stable and short: `rate_limited`, `server_error`, `no_answer`,
    `not_reached`, `bad_answer`, `not_authorized`, `unknown_product`, `not_live`, `refused` …"""
    text: str = ""
    final: bool = False
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        return self.effect == "done"


@dataclass(slots=True)
class Departure:
    """Whether the bytes of a call may still leave, and whether they have.

    While there is no connection a call waits for one. Its deadline may pass meanwhile, or a newer
    order take its place: then nothing of it may be sent any more. Who makes the call looks at the
    clock right before the first byte and sets `has_left`; who asked for it may cancel it safely
    until then.
    """

    until_mono_ns: int | None = None
    has_left: bool = False

    def left_s(self, mono_ns: int) -> float | None:
        """Until it may not leave any more; None: it always may."""
        return None if self.until_mono_ns is None else (self.until_mono_ns - mono_ns) / NS_PER_S

    def is_over(self, mono_ns: int) -> bool:
        return self.until_mono_ns is not None and mono_ns >= self.until_mono_ns
