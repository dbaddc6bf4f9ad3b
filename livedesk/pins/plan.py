"""What is to be done next for a pin? Pure: what is known of its calls in, the next step out.

A pin is a write and a read-back, and the same faults hit both. Where 5 % of the calls are slow, one
write in twenty misses its time, two in a row 0.25 % of the pins: more than a p99.9 allows. A third
attempt with the same key makes it 0.0125 %. So the limit is three attempts where the platform
honours keys (then they have one effect together), each sent when all before it have failed or are
silent. Without keys it is two, and between them it is read back. Reads change nothing: up to three
run at once. With a patience of 130 ms and answers after 80 ms, three bad calls in a row, writes and
reads together, still end at 3 × 130 + 2 × 80 = 550 ms; of pins with 7 % bad calls of all kinds,
4 × 0.07³ = 0.14 % need that many, and 0.01 % one more (680 ms).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import PinState
from livedesk.pins.budget import FAST_MS
from livedesk.pins.facts import EFFECT_NS, Facts, Read

ATTEMPTS_WITH_KEYS: Final = 3
ATTEMPTS_WITHOUT_KEYS: Final = 2
READS_AT_ONCE: Final = 3
READ_ON_NS: Final = 10 * NS_PER_S
"""After the deadline it is read back for so long."""
GIVE_UP_NS: Final = 90 * NS_PER_S
"""And so long at most when there were no calls left to read with."""
FIRST_PAUSE_NS: Final = 40 * NS_PER_MS
LATE_PAUSE_NS: Final = 250 * NS_PER_MS
LONGEST_PAUSE_NS: Final = NS_PER_S


@dataclass(frozen=True, slots=True)
class Send:
    pass


@dataclass(frozen=True, slots=True)
class ReadBack:
    pass


@dataclass(frozen=True, slots=True)
class Wait:
    """Until something is heard, or until then; None: only what is heard can change it."""

    until_ns: int | None


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


Step = Send | ReadBack | Wait | End


def next_step(f: Facts) -> Step:
    end = _proven(f) or _unsendable(f) or _refused(f) or _displaced(f) or _not_shown(f) or _over(f)
    if end is not None:
        return end
    send_at, read_at = _send_at(f), _read_at(f)
    if send_at is not None and send_at <= f.now_ns:
        return Send()
    if read_at is not None and read_at <= f.now_ns:
        return ReadBack()
    turns = (send_at, read_at, f.deadline_ns - f.need_ns, f.deadline_ns, *_ends_at(f))
    later = [at for at in turns if at is not None and at > f.now_ns]
    return Wait(min(later, default=None))


def state_now(f: Facts) -> PinState:
    """Of a pin whose fate is not known yet."""
    if not f.attempts:
        return "cued"
    if f.done_ns is not None:
        return "accepted"
    return "unknown" if f.now_ns >= f.deadline_ns else "in_flight"


# Ends


def _proven(f: Facts) -> End | None:
    """A read shows it. `_worth_reading_ns` says which reads are made, so each of them counts."""
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
    if f.read_wait_ns:
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
    reason = f"No calls are left. Next pin possible in {max(1, round(wait_s))} s."
    return End("refused", "rate_limited", reason, at_ns=f.now_ns)


def _refused(f: Facts) -> End | None:
    """Every attempt ended without an effect, and there will be no other."""
    if not f.attempts or not _is_exhausted(f):
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
    for read in _told(f):
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
    if not any(read.sent_ns >= over_ns for read in _told(f)):
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
    ends_at = _ends_at(f)
    if not ends_at or f.now_ns < min(ends_at):
        return None
    if not f.abilities.reads_back:
        if f.done_ns is not None:
            return End("accepted", "", "This platform cannot be read back.", None, f.now_ns)
        reason = "The platform gave no answer, and it cannot be read back."
        return End("unknown", "no_answer", reason, None, f.now_ns)
    last = next((r.shown for r in reversed(f.reads) if r.shown and not r.shown.known), None)
    why = f": {last.text or last.code}" if last else ""
    if f.done_ns is not None:
        return End("accepted", "not_read_back", f"Not read back{why}", None, f.now_ns)
    reason = f"The platform gave no answer, and could not be read back{why}"
    return End("unknown", "no_answer", reason, None, f.now_ns)


def _ends_at(f: Facts) -> tuple[int, ...]:
    """When it ends even if nothing is heard."""
    if not f.attempts:
        return ()
    if not f.abilities.reads_back:
        if f.done_ns is not None:
            return (f.done_ns,)
        if not _is_exhausted(f):
            return ()
        return (max(a.ended_ns or a.sent_ns + EFFECT_NS for a in f.attempts),)
    was_read = any(read.ended_ns and read.ended_ns >= f.deadline_ns for read in f.reads)
    return (f.deadline_ns + (READ_ON_NS if was_read else GIVE_UP_NS),)


# Writes


def _limit(f: Facts) -> int:
    if f.is_failing:
        return 1
    return ATTEMPTS_WITH_KEYS if f.abilities.honours_keys else ATTEMPTS_WITHOUT_KEYS


def _is_exhausted(f: Facts) -> bool:
    """There will be no other attempt."""
    if f.done_ns is not None or f.is_denied or len(f.attempts) >= _limit(f):
        return True
    last = f.attempts[-1] if f.attempts else None
    soonest_ns = max(f.now_ns + f.pin_wait_ns, last.again_ns if last else 0)
    return soonest_ns + f.need_ns >= f.deadline_ns


def _send_at(f: Facts) -> int | None:
    if _is_exhausted(f):
        return None
    soonest_ns = f.now_ns + f.pin_wait_ns
    if not f.attempts:
        return soonest_ns
    last = f.attempts[-1]
    if last.ended_ns is None and not f.may_hedge:
        return None
    if not f.abilities.honours_keys and not any(r.sent_ns >= last.quiet_ns for r in _told(f)):
        return None
    again_ns = last.silent_ns if last.ended_ns is None else last.again_ns
    at = max(again_ns, soonest_ns)
    return at if at + f.need_ns < f.deadline_ns else None


# Reads


def _told(f: Facts) -> list[Read]:
    """The reads that say what is shown."""
    return [read for read in f.reads if read.shown is not None and read.shown.known]


def _worth_reading_ns(f: Facts) -> int | None:
    """From when on a read may tell something of this pin.

    With keys another attempt tells as much as a read, so reading begins with the third; where the
    product may have been shown before, when there is no other attempt to wait for.
    """
    if f.done_ns is not None:
        return f.done_ns
    last = f.attempts[-1]
    if _is_exhausted(f):
        return last.quiet_ns
    if f.repeats:
        return last.ended_ns if not f.abilities.honours_keys else None
    if not f.abilities.honours_keys:
        return last.quiet_ns
    if not f.may_hedge:
        return last.quiet_ns
    return f.attempts[1].quiet_ns if len(f.attempts) > 1 else None


def _read_at(f: Facts) -> int | None:
    if not f.attempts or not f.abilities.reads_back:
        return None
    worth_ns = _worth_reading_ns(f)
    if worth_ns is None:
        return None
    at = max(worth_ns, f.now_ns + f.read_wait_ns, _room_at(f))
    reads = [read for read in f.reads if read.sent_ns >= worth_ns]
    if not reads:
        return at
    last = reads[-1]
    if f.now_ns >= f.deadline_ns:
        at = max(at, last.sent_ns + _pause_ns(LATE_PAUSE_NS, _reads_late(f)))
    if last.ended_ns is None:
        hedge_ns = last.silent_ns if f.may_hedge else last.sent_ns + LONGEST_PAUSE_NS
        return max(at, hedge_ns) if f.calls_ample else None
    if last.shown is not None and last.shown.known:
        return max(at, last.ended_ns + _pause_ns(FIRST_PAUSE_NS, len(reads) - 1))
    failures = sum(r.shown is not None and not r.shown.known for r in reads)
    pause_ns = _pause_ns(FIRST_PAUSE_NS, failures - 2) if failures > 1 else 0
    return max(at, last.again_ns + pause_ns)


def _room_at(f: Facts) -> int:
    """A read that is slow for certain no longer stands in the way of another."""
    begun_ns = [read.sent_ns for read in f.reads if read.ended_ns is None]
    young = [at + round(FAST_MS * NS_PER_MS) for at in begun_ns][-READS_AT_ONCE:]
    return young[0] if len(young) == READS_AT_ONCE else f.now_ns


def _reads_late(f: Facts) -> int:
    return sum(read.sent_ns >= f.deadline_ns for read in f.reads)


def _pause_ns(first_ns: int, before: int) -> int:
    """Doubled each time."""
    return min(first_ns << min(max(before, 0), 16), LONGEST_PAUSE_NS)
