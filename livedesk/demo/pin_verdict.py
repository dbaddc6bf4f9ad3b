"""Did the host's cues do what they should? The shop's own record is the judge of the engine's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import PinStatus
from livedesk.demo.check import Check
from livedesk.demo.host import SCRIPT, STOCK_OUT_LIMIT_S, Cued, Pinned

_REFUSED: Final = ("sold out", "sells out")
_STAMP_MS: Final = 5.0
"""Two clocks of one machine, read one after the other."""


def judge_pins(seen: Pinned, budget_ms: float) -> list[Check]:
    if len(seen.cued) < len(SCRIPT) or seen.ledger is None:
        found = f"{len(seen.cued)} of {len(SCRIPT)} {seen.problem}".strip()
        return [Check("every cue is given", False, found)]
    return [
        _in_time(seen, budget_ms),
        _only_once(seen),
        *(_refused(seen, cued) for cued in seen.cued if cued.cast in _REFUSED),
        _told(seen),
        _ledger(seen),
    ]


def figures(seen: Pinned) -> dict[str, Any]:
    """For the summary: the ledger's figures beside the shop's."""
    latency = seen.ledger.latency if seen.ledger is not None else None
    counts = ("executions", "repeats", "doubles", "again")
    return {
        "latency": None
        if latency is None
        else {**asdict(latency), "share_within": latency.share_within},
        "shop": {name: seen.shop.get(name) for name in counts},
        "stock_out_s": seen.stock_out_s,
    }


def _in_time(seen: Pinned, budget_ms: float) -> Check:
    """Carried out by the shop after the cue, read back after that, and all within the budget."""
    wanted = [cued for cued in seen.cued if cued.cast not in _REFUSED]
    done_ms: list[float] = []
    read_ms: list[float] = []
    wrong: list[str] = []
    for cued in wanted:
        pin = _pin(seen, cued)
        after_ms = _executed_ms(seen, pin) if pin is not None else None
        if pin is None or pin.state != "confirmed" or pin.latency_ms is None:
            wrong.append(f"{cued.product_id}: {_fate(pin, cued)}")
        elif after_ms is None:
            wrong.append(f"{cued.product_id}: the shop has no record of it")
        elif not -_STAMP_MS <= after_ms <= pin.latency_ms + _STAMP_MS <= budget_ms + _STAMP_MS:
            wrong.append(f"{cued.product_id}: at the shop after {after_ms:,.0f} ms")
        else:
            done_ms.append(after_ms)
            read_ms.append(pin.latency_ms)
    name = f"every cue is confirmed within {budget_ms:,.0f} ms, by the shop's own record"
    if wrong:
        return Check(name, False, "; ".join(wrong))
    found = (
        f"{len(read_ms)} of {len(wanted)}; at the shop after {_range(done_ms)}, "
        f"read back after {_range(read_ms)}"
    )
    return Check(name, True, found)


def _pin(seen: Pinned, cued: Cued) -> PinStatus | None:
    pins = seen.ledger.pins if seen.ledger is not None else ()
    return next((pin for pin in pins if cued.pin_id and pin.id == cued.pin_id), None)


def _executed_ms(seen: Pinned, pin: PinStatus) -> float | None:
    """From the cue until the shop carried it out."""
    for execution in seen.shop.get("newest", ()):
        if execution["key"] == pin.key and not execution["repeated"]:
            return float(execution["utc_ns"] - pin.cued_utc_ns) / NS_PER_MS
    return None


def _fate(pin: PinStatus | None, cued: Cued) -> str:
    if pin is None:
        return cued.reason or "not in the ledger"
    return f"{pin.state} {pin.reason}".strip()


def _range(values: list[float]) -> str:
    return f"{min(values):,.0f} to {max(values):,.0f} ms"


def _only_once(seen: Pinned) -> Check:
    """Where the answer was lost it is asked again, with the same key."""
    count = {name: seen.shop.get(name, 0) for name in ("executions", "doubles", "again", "repeats")}
    twice = count["doubles"] + count["again"]
    found = (
        f"{count['executions']} pins, {twice} twice; {count['repeats']} asked again by their key"
    )
    return Check("nothing is pinned twice", twice == 0, found)


def _refused(seen: Pinned, cued: Cued) -> Check:
    executed = {execution["product"] for execution in seen.shop.get("newest", ())}
    is_named = cued.code == "out_of_stock" and bool(cued.reason)
    how = "is" if cued.cast == "sold out" else "just was"
    name = f"what {how} sold out is refused, and why is said"
    found = cued.reason or "it was not refused"
    return Check(name, is_named and cued.product_id not in executed, found)


def _told(seen: Pinned) -> Check:
    name = "the shop's word of a sell-out arrives"
    if seen.stock_out_s is None:
        return Check(name, False, f"not within {STOCK_OUT_LIMIT_S:.0f} s")
    return Check(name, True, f"after {seen.stock_out_s * 1000:,.0f} ms")


def _ledger(seen: Pinned) -> Check:
    name = "the ledger counts what became of the cues"
    assert seen.ledger is not None
    latency = seen.ledger.latency
    refused = sum(cued.cast in _REFUSED for cued in seen.cued)
    is_right = latency.sent == len(seen.cued) - refused and latency.refused == refused
    if latency.p50_ms is None or latency.share_within is None:
        return Check(name, False, "no figure")
    found = (
        f"{latency.sent} sent, {latency.refused} refused, median {latency.p50_ms:,.0f} ms, "
        f"longest {latency.max_ms or 0:,.0f} ms, {latency.share_within:.0%} in time"
    )
    return Check(name, is_right, found)
