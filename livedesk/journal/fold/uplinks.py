"""What did each uplink do in the show: which seconds did it carry, what did it fail at?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from livedesk.journal.fold.incidents import SETTLING_S
from livedesk.journal.fold.spans import subject_of
from livedesk.journal.fold.switches import SwitchRow
from livedesk.journal.reader import TimedEvent
from livedesk.journal.values import SessionInfo


def carriers(
    events: Iterable[TimedEvent], goodputs: Mapping[str, Mapping[int, float]], silent_s: set[int]
) -> dict[int, str]:
    """Which uplink's far end acknowledged media in each second on air.

    A rate is a window of 1 s: a connection that begins to carry has none at first, and the first
    one that it has then speaks for the seconds since.
    """
    found: dict[int, str] = {}
    for uplink, rates in goodputs.items():
        for t_s, rate in rates.items():
            if rate > 0 and rate >= goodputs.get(found.get(t_s, ""), {}).get(t_s, 0.0):
                found[t_s] = uplink
    for timed in events:
        if timed.event.kind == "uplink.up":
            uplink, begun_s = subject_of(timed), max(0, timed.t_ms // 1000)
            rates = goodputs.get(uplink, {})
            first_s = next((t for t in range(begun_s, begun_s + SETTLING_S + 1) if t in rates), 0)
            if rates.get(first_s, 0.0) > 0:
                for t_s in set(range(begun_s, first_s)) - silent_s:
                    found.setdefault(t_s, uplink)
    return found


def reconnects(
    info: SessionInfo, events: Iterable[TimedEvent], moved: Sequence[SwitchRow]
) -> dict[str, int]:
    """Times that an uplink came up again by itself: neither its first time, nor by a switch."""
    ups: dict[str, list[int]] = {uplink: [] for uplink in info.uplinks}
    for timed in events:
        if timed.event.kind == "uplink.up":
            ups.setdefault(subject_of(timed), []).append(timed.t_ms)
    return {uplink: _again(times, uplink, moved) for uplink, times in ups.items()}


def _again(times: Sequence[int], uplink: str, moved: Sequence[SwitchRow]) -> int:
    taken = [row.t_ms for row in moved if row.to == uplink and row.state == "done"]
    is_first_own = bool(times) and not any(t_ms <= times[0] for t_ms in taken)
    return max(0, len(times) - len(taken) - is_first_own)


def dropped(info: SessionInfo, events: Iterable[TimedEvent]) -> dict[str, int]:
    """Messages (frames) that the relay gave up because a path was too slow for them."""
    counts = dict.fromkeys(info.uplinks, 0)
    for timed in events:
        if timed.event.kind == "uplink.dropped":
            count = timed.event.data.get("messages")
            more = count if isinstance(count, int) and count > 0 else 1
            counts[subject_of(timed)] = counts.get(subject_of(timed), 0) + more
    return counts
