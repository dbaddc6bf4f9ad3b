"""What does a person ask for with a cue, when was it, and why is it not carried out? Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final, Literal

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import CueSource, PadClock, Product
from livedesk.pins.pin import Pin

FUTURE_SLACK_MS: Final = 50.0
"""A cue may lie so much in the future beyond the stated error of its clock."""

PAST_LIMIT_S: Final = 600.0
"""A cue that is older was not late: its time is wrong, most likely its unit."""

RefusalCode = Literal[
    "no_session", "unknown_product", "out_of_stock", "restricted", "flagged", "unlisted"
]

Wants = Literal["pin", "next", "unpin"]

_ACTIONS: Final = {
    "no_session": "Start the encoder: with the first media there is a session to pin into.",
    "unknown_product": "See GET S/products for what can be pinned, or refresh the catalogue.",
    "out_of_stock": "Pin another product, or correct its stock.",
    "restricted": "Pin another product; the platform says what it takes to sell this one.",
    "flagged": "Pin another product until compliance has cleared this one.",
    "unlisted": "Add it to the products of this live in the platform's own window.",
    "rate_limited": "Wait as long as is said, then cue again.",
}


@dataclass(frozen=True, slots=True)
class Cue:
    """`cued_utc_ns`: by the engine's clock; None is now. `cue_id`: the caller's own name for it."""

    wants: Wants
    product_id: str = ""
    cued_utc_ns: int | None = None
    source: CueSource = "api"
    cue_id: str = ""
    clock: PadClock | None = None
    actor: str = ""


class CueError(Exception):
    """A cue is not carried out: a stable code, why, and what to do.

    `is_wrong`: the cue itself makes no sense, so that there is nothing to put on record.
    """

    def __init__(self, code: str, problem: str, action: str, *, is_wrong: bool = False) -> None:
        super().__init__(problem)
        self.code = code
        self.action = action
        self.is_wrong = is_wrong


@dataclass(frozen=True, slots=True)
class CueTimes:
    """`mono_ns`, `utc_ns`: when the engine had it."""

    cued_mono_ns: int
    cued_utc_ns: int
    mono_ns: int
    deadline_mono_ns: int

    @property
    def is_over(self) -> bool:
        return self.mono_ns >= self.deadline_mono_ns

    @property
    def left_s(self) -> float:
        return max(0, self.deadline_mono_ns - self.mono_ns) / NS_PER_S


def cue_times(cue: Cue, mono_ns: int, utc_ns: int, budget_ms: float) -> CueTimes:
    """Place the cue on the monotonic clock. Raises CueError when it cannot lie there."""
    cued_utc_ns = utc_ns if cue.cued_utc_ns is None else cue.cued_utc_ns
    ahead_ms = (cued_utc_ns - utc_ns) / NS_PER_MS
    error_ms = 0.0 if cue.clock is None else cue.clock.error_ms
    if ahead_ms > error_ms + FUTURE_SLACK_MS:
        raise CueError(
            "cue_in_future",
            f"The cue lies {ahead_ms:,.0f} ms in the future.",
            "Tell the time of the engine's clock: GET /v1/clock.",
            is_wrong=True,
        )
    if ahead_ms < -PAST_LIMIT_S * 1000:
        raise CueError(
            "cue_in_past",
            f"The cue lies {-ahead_ms / 1000:,.0f} s in the past.",
            "Tell the time of the engine's clock (GET /v1/clock) in nanoseconds.",
            is_wrong=True,
        )
    age_ns = max(0, utc_ns - cued_utc_ns)
    cued_mono_ns = mono_ns - age_ns
    deadline_ns = cued_mono_ns + round(budget_ms * NS_PER_MS)
    return CueTimes(cued_mono_ns, utc_ns - age_ns, mono_ns, deadline_ns)


def new_pin(cue: Cue, product: Product | None, times: CueTimes, pin_id: str, session: str) -> Pin:
    return Pin(
        id=pin_id,
        key=_key(session, product, pin_id),
        product=product,
        cued_mono_ns=times.cued_mono_ns,
        cued_utc_ns=times.cued_utc_ns,
        received_mono_ns=times.mono_ns,
        deadline_mono_ns=times.deadline_mono_ns,
        source=cue.source,
        actor=cue.actor,
        clock=cue.clock,
    )


def _key(session: str, product: Product | None, pin_id: str) -> str:
    """Show, product and cue as 32 characters that every header and field takes."""
    told = "\0".join((session, product.id if product else "", pin_id))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def refused(pin: Pin, code: RefusalCode, reason: str) -> Pin:
    return replace(
        pin, state="refused", code=code, reason=reason, settled_mono_ns=pin.received_mono_ns
    )


def too_late(pin: Pin, budget_ms: float) -> Pin:
    age_ms = (pin.received_mono_ns - pin.cued_mono_ns) / NS_PER_MS
    reason = f"The cue came {age_ms:,.0f} ms after it was given; {budget_ms:,.0f} ms are allowed."
    return replace(
        pin,
        state="late",
        code="late",
        reason=reason,
        shown=False,
        settled_mono_ns=pin.received_mono_ns,
    )


def as_error(pin: Pin) -> CueError:
    """How who gave the cue is told that nothing was sent."""
    action = _ACTIONS.get(pin.code, "Cue again if the product is still wanted.")
    return CueError(pin.code, pin.reason, action)


def product_refusal(product: Product) -> tuple[RefusalCode, str] | None:
    """Why it cannot be pinned, as far as its own state says."""
    if not product.refusal:
        return None
    return ("out_of_stock" if product.state == "available" else product.state), product.refusal
