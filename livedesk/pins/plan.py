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
from livedesk.pins.facts import Facts, Read
from livedesk.pins.fate import End, ends_at, fate_of

READS_AT_ONCE: Final = 3
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


Step = Send | ReadBack | Wait | End


def next_step(f: Facts) -> Step:
    end = fate_of(f)
    if end is not None:
        return end
    send_at, read_at = _send_at(f), _read_at(f)
    if send_at is not None and send_at <= f.now_ns:
        return Send()
    if read_at is not None and read_at <= f.now_ns:
        return ReadBack()
    turns = (send_at, read_at, f.deadline_ns - f.need_ns, f.deadline_ns, ends_at(f))
    later = [at for at in turns if at is not None and at > f.now_ns]
    return Wait(min(later, default=None))


def state_now(f: Facts) -> PinState:
    """Of a pin whose fate is not known yet."""
    if not f.attempts:
        return "cued"
    if f.done_ns is not None:
        return "accepted"
    return "unknown" if f.now_ns >= f.deadline_ns else "in_flight"


# Writes


def _send_at(f: Facts) -> int | None:
    if f.is_exhausted:
        return None
    soonest_ns = f.now_ns + f.pin_wait_ns
    if not f.attempts:
        return soonest_ns
    last = f.attempts[-1]
    if last.ended_ns is None and not f.may_hedge:
        return None
    if not f.abilities.honours_keys and not any(r.sent_ns >= last.quiet_ns for r in f.told):
        return None
    again_ns = last.silent_ns if last.ended_ns is None else last.again_ns
    at = max(again_ns, soonest_ns)
    return at if at + f.need_ns < f.deadline_ns else None


# Reads


def _worth_reading_ns(f: Facts) -> int | None:
    """From when on a read may tell something of this pin.

    With keys another attempt tells as much as a read, so reading begins with the third; where the
    product may have been shown before, when there is no other attempt to wait for.
    """
    if f.done_ns is not None:
        return f.done_ns
    last = f.attempts[-1]
    if f.is_exhausted:
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
        return max(at, _hedge_at(f, last))
    if last.shown is not None and last.shown.known:
        return max(at, last.ended_ns + _pause_ns(FIRST_PAUSE_NS, len(reads) - 1))
    failures = sum(r.shown is not None and not r.shown.known for r in reads)
    pause_ns = _pause_ns(FIRST_PAUSE_NS, failures - 2) if failures > 1 else 0
    return max(at, last.again_ns + pause_ns)


def _hedge_at(f: Facts, read: Read) -> int:
    """When another read is started beside one that runs: late where calls are few, or make a slow
    platform slower."""
    if not f.may_hedge:
        return read.sent_ns + LONGEST_PAUSE_NS
    return read.silent_ns if f.calls_ample else read.sent_ns + round(FAST_MS * NS_PER_MS)


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
