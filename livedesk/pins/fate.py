"""What has become of a pin? Pure: its fate, once what is known of its calls tells it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import PinState
from livedesk.pins.facts import EFFECT_NS, Facts

READ_ON_NS: Final = 10 * NS_PER_S
"""After the deadline it is read back for so long."""
GIVE_UP_NS: Final = 90 * NS_PER_S
"""And so long at most when there were no calls left to read with."""


@dataclass(frozen=True, slots=True)
class End:
    """Its fate. `displaced`: an older pin took effect after it."""

    state: PinState
    code: str = ""
    reason: str = ""
    shown: bool | None = None
    at_ns: int = 0
    read_sent_ns: int = 0
    displaced: bool = False


def fate_of(f: Facts) -> End | None:
    """None while more may become of it."""
    return _proven(f) or _unsendable(f) or _refused(f) or _displaced(f) or _not_shown(f) or _over(f)


def _proven(f: Facts) -> End | None:
    """A read shows it. `plan.py` says which reads are made, so each of them counts."""
    for read in f.reads:
        if read.shown is None or not read.shown.known or read.ended_ns is None:
            continue
        if read.shown.product_id != f.wanted:
            continue
        if read.ended_ns <= f.deadline_ns:
            return End("confirmed", "", "", True, read.ended_ns, read.sent_ns)
        return End("late", "late", _why_late(f), True, read.ended_ns, read.sent_ns)
    return None


def _why_late(f: Facts) -> str:
    if f.done_ns is None:
        return "The platform gave no answer; it was found by reading back."
    if f.done_ns > f.deadline_ns:
        return "The platform's answer came too late."
    if f.reads[0].sent_ns >= f.deadline_ns:
        return "There were no calls left to read it back sooner."
    return "The platform said yes in time, but it was read back too late."


def _unsendable(f: Facts) -> End | None:
    """Nothing was sent, and nothing can be before the deadline."""
    if f.attempts or f.now_ns + f.pin_wait_ns + f.need_ns < f.deadline_ns:
        return None
    if f.now_ns + f.need_ns >= f.deadline_ns:
        left_ms = max(0, f.deadline_ns - f.now_ns) / NS_PER_MS
        need_ms = f.need_ns / NS_PER_MS
        reason = (
            f"Not sent: {left_ms:,.0f} ms were left, and half of the calls need {need_ms:,.0f}."
        )
        return End("late", "late", reason, shown=False, at_ns=f.now_ns)
    wait_s = f.pin_wait_ns / NS_PER_S
    reason = f"No calls are left. Next pin possible in {max(1, ceil(wait_s))} s."
    return End("refused", "rate_limited", reason, at_ns=f.now_ns)


def _refused(f: Facts) -> End | None:
    """Every attempt ended without an effect, and there will be no other."""
    if not f.attempts or not f.is_exhausted:
        return None
    answers = [a.answer for a in f.attempts]
    if any(answer is None or answer.effect != "none" for answer in answers):
        return None
    told = next((a for a in answers if a and a.final), answers[-1])
    assert told is not None
    reason = told.text or f"The platform answered {told.code or 'no'}."
    return End("failed", told.code or "refused", reason, shown=False, at_ns=f.now_ns)


def _displaced(f: Facts) -> End | None:
    """It shows what an older pin asked for, and no older call can take effect any more."""
    if f.done_ns is None or not f.rivals or any(rival.over_ns is None for rival in f.rivals):
        return None
    over_ns = max(rival.over_ns or 0 for rival in f.rivals)
    asked = {rival.product_id for rival in f.rivals}
    for read in f.told:
        assert read.shown is not None
        if read.sent_ns >= max(over_ns, f.done_ns) and read.shown.product_id in asked:
            reason = "An older pin took effect after it."
            return End("failed", "displaced", reason, False, f.now_ns, displaced=True)
    return None


def _not_shown(f: Facts) -> End | None:
    """After the deadline, when nothing more can become of what was sent, a read shows another."""
    if not f.attempts or f.now_ns < f.deadline_ns:
        return None
    over_ns = max(a.over_ns for a in f.attempts)
    if not any(read.sent_ns >= over_ns for read in f.told):
        return None
    if f.done_ns is not None:
        reason = "The platform said yes, but does not show it."
        return End("failed", "not_shown", reason, shown=False, at_ns=f.now_ns)
    answer = f.attempts[-1].answer
    code = (answer.code if answer else "") or "no_answer"
    reason = (answer.text if answer else "") or "The platform gave no answer."
    return End("failed", code, f"{reason.rstrip('.')}; it is not shown.", False, f.now_ns)


def _over(f: Facts) -> End | None:
    """Reading on is of no use, or not possible."""
    end_ns = ends_at(f)
    if end_ns is None or f.now_ns < end_ns:
        return None
    if not f.abilities.reads_back:
        if f.done_ns is not None:
            return End("accepted", "", "This platform cannot be read back.", None, f.now_ns)
        reason = "The platform gave no answer, and it cannot be read back."
        return End("unknown", "no_answer", reason, None, f.now_ns)
    last = next((r.shown for r in reversed(f.reads) if r.shown and not r.shown.known), None)
    why = f": {(last.text or last.code).rstrip('.')}." if last else "."
    if f.done_ns is not None:
        return End("accepted", "not_read_back", f"Not read back{why}", None, f.now_ns)
    reason = f"The platform gave no answer, and could not be read back{why}"
    return End("unknown", "no_answer", reason, None, f.now_ns)


def ends_at(f: Facts) -> int | None:
    """When it ends even if nothing is heard; None: that is not known yet."""
    if not f.attempts:
        return None
    if f.abilities.reads_back:
        was_read = any(read.ended_ns and read.ended_ns >= f.deadline_ns for read in f.reads)
        return f.deadline_ns + (READ_ON_NS if was_read else GIVE_UP_NS)
    if f.done_ns is not None:
        return f.done_ns
    if not f.is_exhausted:
        return None
    return max(a.sent_ns + EFFECT_NS if a.ended_ns is None else a.ended_ns for a in f.attempts)
