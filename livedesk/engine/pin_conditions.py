"""What about a store's pins needs a person? Pure; the delays are in `alarms`.

A single pin that fails is told on the pad that fired it and is no alarm: here is what stands in
the way of the next ones, and what viewers see that they should not.
"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.alarms.life import AlarmRule, Finding
from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import GatewayStatus, PinsStatus, PinStatus
from livedesk.core.status import StoreStatus

MANY_LATE = 3
"""So many of the last `LATE_OF` pins over the budget are no accident."""

LATE_OF = 10

UNKNOWN_MS = 10_000.0
"""Reading back settles what it can within 3 s; after this long it has not."""

STALE_REFRESHES = 3

ACCESS = AlarmRule(
    "high", 5.0, 5.0,
    "Sign in to the platform's app anew and put the new refresh token into the settings, or pin "
    "in the platform's own window.",
)  # fmt: skip
ENDING_ACCESS = AlarmRule(
    "medium", 30.0, 5.0,
    "Sign in to the platform's app anew before the access ends, and put the new refresh token into "
    "the settings.",
)  # fmt: skip
GATEWAY = AlarmRule(
    "high", 5.0, 5.0,
    "Pin in the platform's own window until it is back; check this machine's network and the "
    "gateway's address.",
)  # fmt: skip
LIMITED = AlarmRule(
    "medium", 2.0, 5.0,
    "Cue only what must be shown; if it comes again, ask the platform for a higher tier or set "
    "calls_per_min to the tier that you have.",
)  # fmt: skip
UNKNOWN = AlarmRule(
    "medium", 0.0, 1.0, "Look at the live: if the product is not shown there, cue it again."
)
LATE = AlarmRule(
    "medium", 6.0, 10.0,  # longer than a gateway that fails takes to be an alarm
    "Cue a little earlier; see the ledger for what they waited for, and check this machine's "
    "network.",
)  # fmt: skip
BY_HAND = AlarmRule(
    "high", 0.0, 0.0, "Pin it in the platform's own window now, then confirm it here."
)
CATALOGUE = AlarmRule(
    "low", 0.0, 1.0, "Prices and stock may be old; check where the products come from."
)
SOLD_OUT = AlarmRule("high", 0.0, 1.0, "Pin another product, or take this pin away.")
DISPLACED = AlarmRule(
    "medium", 3.0, 1.0, "Look at the live, and cue the product that is wanted again."
)


@dataclass(frozen=True, slots=True)
class PinFacts:
    """What is known beside the status.

    `late` of `judged`: of the newest pins, at most `LATE_OF`, those over the budget. `unsellable`:
    why the product that is shown should not be. `displaced_by`: what the platform was last seen to
    show in place of the newest pin. `unread_s`: since the products were last read, or since the
    engine began to try. `products_access`: why the access to them ends before the show does.
    """

    remind_s: float
    refresh_s: float
    unread_s: float
    late: int = 0
    judged: int = 0
    unsellable: str = ""
    displaced_by: str = ""
    products_access: str = ""


def pin_findings(status: StoreStatus, facts: PinFacts | None) -> dict[str, Finding]:
    pins = status.pins
    if pins is None or facts is None:
        return {}
    on_air = status.state in ("live", "interrupted")
    return {
        "pins.access": _access(pins.gateway, facts.products_access, on_air=on_air),
        "pins.gateway": Finding(
            GATEWAY,
            on_air and _is_down(pins.gateway),
            f"Pins cannot be sent{_because(pins.gateway)}.",
            part_of=("pins.access",),
        ),
        "pins.limit": _limit(pins.gateway, on_air=on_air),
        "pins.unknown": _unknown(pins.newest, on_air=on_air),
        "pins.late": Finding(
            LATE,
            on_air and facts.late >= MANY_LATE,
            f"{facts.late} of the last {facts.judged} pins took more than "
            f"{status.limits.pin_budget_ms:,.0f} ms.",
            part_of=("pins.gateway", "pins.access", "pins.limit"),
        ),
        "pins.by_hand": _by_hand(pins.by_hand, facts.remind_s),
        "pins.catalogue": _catalogue(pins, facts),
        "pins.sold_out": Finding(
            SOLD_OUT,
            on_air and bool(facts.unsellable),
            f"{_title(pins.shown_title)} is shown and cannot be sold. {facts.unsellable}",
        ),
        "pins.displaced": Finding(
            DISPLACED,
            on_air and bool(facts.displaced_by),
            f"The platform shows {_title(facts.displaced_by)}, which was not cued last.",
        ),
    }


def _access(gateway: GatewayStatus, products_access: str, *, on_air: bool) -> Finding:
    """Of a token that lasts on, nothing needs to be said while the show could not begin anyway."""
    if gateway.token_covers_show is False:
        if gateway.token_until_utc_ns is None:
            cause = "The platform does not let livedesk in"
        else:
            cause = "The access to the platform ends before the show does, and is not renewed"
        rule = ACCESS if on_air and gateway.state == "down" else ENDING_ACCESS
        return Finding(rule, True, f"{cause}{_because(gateway)}.")
    why = products_access.rstrip(".")
    cause = f"The access to the products ends before the show does, and is not renewed: {why}."
    return Finding(ENDING_ACCESS, bool(why), cause)


def _is_down(gateway: GatewayStatus) -> bool | None:
    """Before the first answer nothing is known."""
    return None if gateway.state == "unknown" else gateway.state == "down"


def _limit(gateway: GatewayStatus, *, on_air: bool) -> Finding:
    blocked_s = gateway.blocked_s
    if blocked_s is not None:
        cause = f"The platform takes no calls for {blocked_s:,.0f} s: its limit was reached."
    else:
        per_min = "" if gateway.calls_per_min is None else f" {gateway.calls_per_min:,}"
        cause = f"No pin can be sent: all{per_min} calls of this minute are used."
    is_limited = blocked_s is not None or gateway.calls_left == 0
    return Finding(LIMITED, on_air and is_limited, cause)


def _unknown(newest: PinStatus | None, *, on_air: bool) -> Finding:
    """An older one no longer matters: the newer says what is shown."""
    is_open = newest is not None and newest.state == "unknown"
    is_old = newest is not None and (newest.age_ms or 0.0) >= UNKNOWN_MS
    title = _title("" if newest is None else newest.title or newest.product_id)
    cause = f"Whether {title} is shown is not known: the platform gave no answer that tells."
    return Finding(UNKNOWN, on_air and is_open and is_old, cause)


def _by_hand(waiting: tuple[PinStatus, ...], remind_s: float) -> Finding:
    oldest = max(waiting, key=lambda pin: pin.age_ms or 0.0, default=None)
    if oldest is None:
        return Finding(BY_HAND, False, "Nothing waits to be done by hand.")
    age_s = (oldest.age_ms or 0.0) * NS_PER_MS / NS_PER_S
    what = "An unpin" if oldest.action == "unpin" else _title(oldest.title or oldest.product_id)
    cause = f"{what} waits for {age_s:,.0f} s to be done by hand."
    return Finding(BY_HAND, age_s >= remind_s, cause)


def _catalogue(pins: PinsStatus, facts: PinFacts) -> Finding:
    why = f": {pins.products_reason.rstrip('.')}" if pins.products_reason else ""
    return Finding(
        CATALOGUE,
        facts.unread_s >= STALE_REFRESHES * facts.refresh_s,
        f"The products were last read {facts.unread_s:,.0f} s ago{why}.",
    )


def _because(gateway: GatewayStatus) -> str:
    return f": {gateway.reason.rstrip('.')}" if gateway.reason else ""


def _title(title: str) -> str:
    return f"“{title[:60]}”" if title else "The product"
