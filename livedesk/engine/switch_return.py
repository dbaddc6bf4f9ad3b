"""After a switch: did the stream come back from the platform, and how long did that take?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.events import Json, Level
from livedesk.core.status import FailoverStatus, LastSwitch, ReturnStatus
from livedesk.engine.carried import SILENT_MS

PATIENCE_S: Final = 15.0

_SETTLE_NS: Final = round(SILENT_MS * NS_PER_MS)
"""A platform that stops is noticed this late: only what is seen for longer is of the new path."""


@dataclass(frozen=True, slots=True)
class SwitchSeen:
    level: Level
    text: str
    data: dict[str, Json]


class SwitchReturn:
    """Follows one switch at a time, by what the return check says. UTC, as switches are told."""

    def __init__(self) -> None:
        self._told_utc_ns = 0
        self._followed_utc_ns = 0
        self._seen_ns: int | None = None
        self._had_gap = False

    def update(
        self, utc_ns: int, failover: FailoverStatus, back: ReturnStatus | None
    ) -> SwitchSeen | None:
        """What is to be told now: once a switch, when it is clear or `PATIENCE_S` are over."""
        last = failover.last
        if back is None or last is None or last["state"] != "done":
            return None
        if last["utc_ns"] == self._told_utc_ns:
            return None
        if utc_ns - last["utc_ns"] > 2 * PATIENCE_S * NS_PER_S:
            return self._tell(last, None)  # of before our time
        return self._follow(utc_ns, last, back)

    def _follow(self, utc_ns: int, last: LastSwitch, back: ReturnStatus) -> SwitchSeen | None:
        if last["utc_ns"] != self._followed_utc_ns:
            self._followed_utc_ns, self._seen_ns, self._had_gap = last["utc_ns"], None, False
        passed_ns = utc_ns - last["utc_ns"]
        if back.state in ("OK", "LOW"):
            self._seen_ns = passed_ns if self._seen_ns is None else self._seen_ns
        else:
            self._seen_ns, self._had_gap = None, True
        if self._seen_ns is not None and passed_ns > _done_ns(last) + _SETTLE_NS:
            return self._tell(last, self._seen(last, self._seen_ns / NS_PER_MS))
        if passed_ns > PATIENCE_S * NS_PER_S and self._seen_ns is None:
            return self._tell(last, _missed(last, back))
        return None

    def _seen(self, last: LastSwitch, ms: float) -> SwitchSeen:
        data: dict[str, Json] = {"uplink": last["to"], "gap": self._had_gap}
        if not self._had_gap:
            text = f"The platform's output goes on over {last['to']}: no break was seen."
            return SwitchSeen("info", text, data | {"ms": None})
        text = f"{last['to']}'s stream came back from the platform after {ms / 1000:.1f} s."
        return SwitchSeen("info", text, data | {"ms": round(ms)})

    def _tell(self, last: LastSwitch, seen: SwitchSeen | None) -> SwitchSeen | None:
        self._told_utc_ns = last["utc_ns"]
        return seen


def _done_ns(last: LastSwitch) -> int:
    return round((last["switch_ms"] or 0.0) * NS_PER_MS)


def _missed(last: LastSwitch, back: ReturnStatus) -> SwitchSeen:
    reason = f" ({back.reason})" if back.reason else ""
    data: dict[str, Json] = {"uplink": last["to"], "ms": None, "state": back.state}
    if back.state == "BLIND":
        text = f"Whether {last['to']}'s stream came back from the platform is not known{reason}."
    else:
        after = f"{PATIENCE_S:g} s after the switch"
        text = f"{last['to']}'s stream has not come back from the platform {after}{reason}."
    return SwitchSeen("warning", text, data)
