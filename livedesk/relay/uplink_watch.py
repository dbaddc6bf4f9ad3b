"""Which class is an uplink in, and what decided it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.core.status import HealthClass, Limits
from livedesk.gauges.classes import UplinkClass
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.link_gauge import LinkGauge
from livedesk.relay.watch import CLASS_LEVEL

_REPLACED_WITHIN_NS: Final = 500 * NS_PER_MS
_LEFT: Final = "it no longer carries, as the stream moved to another uplink"


class UplinkWatch:
    """Judges one uplink by what it does with what the feed gives it, and tells changes."""

    def __init__(self, name: str, limits: Limits, feed: Feed, log: EntryLog) -> None:
        self._name = name
        self._feed = feed
        self._log = log
        self._class = UplinkClass(limits, "GONE")
        self._was_ready = False
        self._last_ready_ns = 0

    @property
    def state(self) -> HealthClass:
        return self._class.state

    def readiness(self, mono_ns: int, could_carry: bool, reason: str | None) -> bool:
        """Tells a change of it; returns whether there was one.

        A session that is replaced at once is no news.
        """
        if could_carry:
            self._last_ready_ns = mono_ns
        was_just_now = self._was_ready and mono_ns - self._last_ready_ns < _REPLACED_WITHIN_NS
        is_ready = could_carry or was_just_now
        if is_ready == self._was_ready:
            return False
        self._was_ready = is_ready
        why = None if is_ready else reason or "its far end does not show that it is there"
        text = "is ready to carry" if is_ready else f"could not take over now: {why}"
        self._log.event(
            "uplink.ready" if is_ready else "uplink.not_ready",
            "info" if is_ready else "warning",
            f"Uplink {self._name} {text}.",
            uplink=self._name,
            reason=why,
        )
        return True

    def judge(self, mono_ns: int, link: LinkGauge | None, *, is_left: bool = False) -> bool:
        """`link` is None while nothing publishes; `is_left`: because the stream went elsewhere.

        Returns whether the class changed.
        """
        before = self.state
        goodput_kbps = backlog_ms = base_rtt_ms = None
        silent_ms = limit_ms = 0.0
        if link is not None:
            goodput_kbps, base_rtt_ms = link.goodput_kbps, link.base_rtt_ms
            backlog_ms = link.backlog_ms(self._feed.newest_ms)
            silent_ms, limit_ms = link.stalled_s(mono_ns) * 1000, link.silence_limit_ms
        now = self._class.update(
            mono_ns,
            publishes=link is not None,
            silent_ms=silent_ms,
            silence_limit_ms=limit_ms,
            goodput_kbps=goodput_kbps,
            backlog_ms=backlog_ms,
            base_rtt_ms=base_rtt_ms,
            feed=self._feed.state,
            feed_kbps=self._feed.kbps(mono_ns),
        )
        if now == before:
            return False
        figures: dict[str, float | None] = {
            "goodput_kbps": goodput_kbps,
            "backlog_ms": backlog_ms,
            "silent_ms": silent_ms,
            "silence_limit_ms": limit_ms,
            "rtt_ms": link.tcp_info.rtt_ms if link is not None and link.tcp_info else None,
        }
        self._tell(before, now, figures, is_left=is_left)
        return True

    def _tell(
        self,
        before: HealthClass,
        now: HealthClass,
        figures: Mapping[str, float | None],
        *,
        is_left: bool,
    ) -> None:
        why = _LEFT if is_left else _why(before, now, figures)
        self._log.event(
            "uplink.class",
            "info" if is_left else CLASS_LEVEL[now],
            f"Uplink {self._name} {before} → {now}: {why}.",
            **{"uplink": self._name, "from": before, "to": now, **figures},
        )


def _why(before: HealthClass, now: HealthClass, figures: Mapping[str, float | None]) -> str:
    """The figure that decided, for people.

    The first rate of a connection is none of the path: media began within its second, or what is
    sent again after a switch is in it."""
    goodput_kbps, backlog_ms, silent_ms = (
        figures[name] or 0.0 for name in ("goodput_kbps", "backlog_ms", "silent_ms")
    )
    match now:
        case "GONE":
            return "no connection that publishes"
        case "STALLED":
            return f"nothing was acknowledged for {silent_ms:.0f} ms"
        case "STARVED":
            return f"it is {backlog_ms:,.0f} ms behind the feed"
        case "BLIND":
            return "no goodput is known"
        case "OK" if before == "GONE":
            return "media gets through" if goodput_kbps > 0 else "ready for the encoder's media"
    return f"{goodput_kbps:,.0f} kbps get through"
