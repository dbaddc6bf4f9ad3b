"""One way out to the platform: a session that waits from the start on, and carries when told to."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.status import Limits, UplinkState
from livedesk.failover.facts import PathFacts
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.handover import Handover
from livedesk.relay.item import Item, Mark
from livedesk.relay.job import UplinkJob
from livedesk.relay.link_gauge import LinkGauge
from livedesk.relay.opener import Opener, OpenError
from livedesk.relay.outlet import Outlet
from livedesk.relay.uplink_link import UplinkLink
from livedesk.relay.uplink_watch import UplinkWatch

_TICK_S: Final = 0.25
_PUBLISH_LIMIT_S: Final = 10.0
_BUSY_PAUSE_S: Final = 0.25
"""Between two questions whether the platform has noticed that its last publisher is gone."""
_STALE_FOR_S: Final = 30.0
"""So long after our last publication a platform may not have noticed its end. SRS then closes the
connection without a word."""
_PATIENT_PAUSE_S: Final = 2.0
_FIRST_PAUSE_S: Final = 0.5
_PAUSE_GROWTH: Final = 1.6
_LONGEST_PAUSE_S: Final = 4.0
"""A standby is looked at again before its last proof is five seconds old."""
_STABLE_AFTER_S: Final = 10.0
_STALL_LIMIT_S: Final = 10.0
"""Nothing acknowledged for so long while media waits: the connection is given up."""
_SIGN_OFF_LIMIT_S: Final = 2.0
"""So long the last bytes, the sign-off among them, may take on a slow path when the relay stops."""
_FENCE_LIMIT_S: Final = 0.5
_DROP_REPORT_S: Final = 5.0
_DELAYS_KEPT: Final = 512
_UNNOTICED: Final = "the platform has not noticed yet that the old connection ended"
_NO_ENCODER: Final = "waiting for the encoder"


class Uplink:
    """Owns the life of one way out; `UplinkLink` is one connection of it.

    It stands by until `carry`, and then publishes while there is an encoder.
    """

    def __init__(
        self,
        job: UplinkJob,
        feed: Feed,
        log: EntryLog,
        clock: Clock,
        grace_s: float,
        limits: Limits,
        opener: Opener,
        on_lost: Callable[[], None],
    ) -> None:
        """`on_lost` is called at once when the connection that carries has ended."""
        self._job = job
        self._feed = feed
        self._log = log
        self._clock = clock
        self._grace_s = grace_s
        self._opener = opener
        self._on_lost = on_lost
        self._watch = UplinkWatch(job.name, limits, feed, log)
        self._outlet = Outlet(job.max_backlog_ms)
        self._link: UplinkLink | None = None
        self._wake = asyncio.Event()
        self._carries = False
        self._start: Mark | None = None
        self._joined_ns = 0
        self._stale_until_ns = 0
        self._is_busy = False
        self._ends_on_purpose = False
        self._pause_s = _FIRST_PAUSE_S
        self._reconnects = 0
        self._reported_drops = 0
        self._drops_reported_ns = 0
        self._reason: str | None = None
        self._reported_reason: str | None = None
        self._delays_us: deque[int] = deque(maxlen=_DELAYS_KEPT)
        self.name = job.name
        self.state: UplinkState = "down"
        self.handover = Handover()
        feed.on_presence(self._wake.set)

    def carry(self, start: Mark | None) -> None:
        """From now on it publishes; the far end may not have what the feed sent since `start`.

        Nobody else may carry: the owner has told the one that did to stand by, and waited for it.
        """
        self._carries = True
        self._start = start
        self._pause_s = _FIRST_PAUSE_S
        self._expect_stale()
        self.handover = Handover()
        self._wake.set()

    async def stand_by(self) -> Mark | None:
        """Carries no more: its publication is cut off, and known to be closed on return.

        Returns from where on the platform may not have what the feed sent; None if nothing was
        ever carried.
        """
        self._carries, link = False, self._link
        if link is not None:
            link.poll(self._clock.mono_ns())
        mark = self._mark()
        self._leave()
        self._start = None
        if link is not None and link.asked_ns is not None:
            self.state, self._reason, self._ends_on_purpose = "connecting", None, True
            link.reset("the stream moved to another uplink")
            await link.wait_closed(_FENCE_LIMIT_S)
        return mark

    def prove(self) -> None:
        """A sign of life of the standby is wanted now, not at the next ping."""
        if self._link is not None and self.state == "standby":
            self._link.ping()

    async def run(self) -> None:
        """Keeps the uplink up until cancelled; then signs off at the platform."""
        try:
            while True:
                pause_s = await self._live_once()
                if pause_s:
                    self._wake.clear()
                    await self._wait(pause_s * random.uniform(0.8, 1.2))
                if self._is_wanted:
                    self._reconnects += 1
        except Exception:
            self._end_link(sign_off=False)
            self._leave()
            self._down("an unexpected error; please report this")
            raise
        finally:
            if (link := self._end_link(sign_off=True)) is not None:
                await link.wait_closed(_SIGN_OFF_LIMIT_S)

    def _end_link(self, *, sign_off: bool) -> UplinkLink | None:
        if self._link is not None:
            self._link.close(sign_off=sign_off)
        return self._link

    @property
    def _is_carrying(self) -> bool:
        return self.state == "carrying"

    @property
    def _is_wanted(self) -> bool:
        return self._carries and self._feed.is_connected

    async def _wait(self, limit_s: float) -> None:
        """Until something changes."""
        try:
            async with asyncio.timeout(limit_s):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    def _expect_stale(self) -> None:
        self._stale_until_ns = self._clock.mono_ns() + round(_STALE_FOR_S * NS_PER_S)

    async def _live_once(self) -> float:
        """One connection from its opening to its end; returns how long to wait for the next, s."""
        self.state = "connecting"  # why it was down stays readable until it stands
        try:
            link = await self._opener.open(self._flush, self._wake.set)
        except OpenError as failure:
            self._down(failure.reason)
            return self._longer_pause()
        self._link = link
        self._stand()
        opened_ns = self._clock.mono_ns()
        try:
            while link.ended is None:
                self._step(link, self._clock.mono_ns())
                if link.ended is None:
                    await self._wait(_TICK_S)
        finally:
            was_carrying = self._is_carrying
            self._leave()
        link.close(sign_off=False)
        self._link = None
        if self._clock.mono_ns() - opened_ns > _STABLE_AFTER_S * NS_PER_S:
            self._pause_s = _FIRST_PAUSE_S
        return self._after(link, was_carrying=was_carrying)

    def _stand(self) -> None:
        """The session waits."""
        self.state = "standby"
        self._reason = _NO_ENCODER if self._carries else None
        if not self._is_wanted:
            self._reported_reason = None

    def _after(self, link: UplinkLink, *, was_carrying: bool) -> float:
        """The connection has ended: says what is to be said; returns the pause, in s."""
        reason = link.ended or "closed"
        if self._ends_on_purpose:
            self._ends_on_purpose = False
            return 0.0
        if link.asked_ns is None:  # told by its class and by `uplink.not_ready`
            self.state, self._reason = "connecting", reason
            return 0.0 if self._pause_s == _FIRST_PAUSE_S else self._longer_pause()
        is_silent_no = not link.is_publishing and not link.is_refused
        if is_silent_no and self._clock.mono_ns() < self._stale_until_ns:
            self._busy(reason)
            return _BUSY_PAUSE_S
        self._down(reason)
        if was_carrying:
            self._expect_stale()
            self._on_lost()
        return self._longer_pause()

    def _longer_pause(self) -> float:
        pause_s = self._pause_s
        self._pause_s = min(pause_s * _PAUSE_GROWTH, _LONGEST_PAUSE_S)
        return pause_s

    def _step(self, link: UplinkLink, now_ns: int) -> None:
        """What is to be done with the connection now."""
        if self.state == "carrying":
            self._look_after(link, now_ns)
        elif link.is_publishing:
            self._join(link, now_ns)
        elif link.busy is not None:
            self._busy(link.busy)
            is_stale = now_ns < self._stale_until_ns
            pause_s = _BUSY_PAUSE_S if is_stale else _PATIENT_PAUSE_S
            if now_ns - (link.asked_ns or 0) >= pause_s * NS_PER_S:
                link.publish()
        elif link.asked_ns is not None:
            if now_ns - link.asked_ns > _PUBLISH_LIMIT_S * NS_PER_S:
                link.end("the platform did not answer in time")
        elif self._is_wanted:
            self.state = "connecting"
            link.publish()
        else:
            self._stand()
            if link.gauge.proof.is_unanswered(now_ns):
                link.end("the platform did not answer a ping")

    def _busy(self, words: str) -> None:
        """Somebody publishes with this key: most likely what is left of our last connection."""
        self.state = "connecting"
        self._reason = f"the platform refused: {words} ({_UNNOTICED})"
        if not self._is_busy:
            self._is_busy = True
            self._log.event(
                "uplink.busy",
                "warning",
                f"Uplink {self.name} has to wait: {_UNNOTICED}.",
                uplink=self.name,
                reason=words,
            )

    def _join(self, link: UplinkLink, now_ns: int) -> None:
        """Metadata, headers and what the far end may not have, then everything as it comes."""
        replay = self._feed.replay
        self.handover.publishes(now_ns, self._start)
        items = replay.since(self._start)
        for message in replay.opening(items):
            link.send(message, None, is_frame=False)
        self._outlet.fill(items, now_ns)
        if not replay.starts_at_keyframe:
            self._outlet.wait_for_keyframe()
        self._joined_ns, self._is_busy = now_ns, False
        self.state, self._reason, self._reported_reason = "carrying", None, None
        self._feed.attach(self)
        self._flush()
        self._log.event(
            "uplink.up",
            "info",
            f"Uplink {self.name} is carrying the feed to {self._job.target.authority}.",
            uplink=self.name,
            reconnects=self._reconnects,
            frames_lost=self.handover.frames_lost,
            frames_repeated=self.handover.frames_repeated,
        )

    def _mark(self) -> Mark | None:
        """Before the first message that the platform may not have."""
        link = self._link
        if self.state != "carrying" or link is None:
            return self._start
        first = link.gauge.first_unacked or self._outlet.oldest
        return Mark.before(first) if first is not None else self._feed.mark()

    def _leave(self) -> None:
        """The connection gets nothing more; from where to go on is kept."""
        if self._is_carrying:
            self._start = self._mark()
            self.state = "connecting"
        self._feed.detach(self)
        self._outlet.clear()

    def _look_after(self, link: UplinkLink, now_ns: int) -> None:
        """The connection that carries: drops, silence, and an encoder that stays away."""
        drops_due_ns = self._drops_reported_ns + _DROP_REPORT_S * NS_PER_S
        if not self._outlet.is_skipping or now_ns > drops_due_ns:
            self._report_drops()
        away_s = self._feed.lost_for_s(now_ns)
        if away_s is not None and away_s > self._grace_s:
            self._leave()
            self._start, self._ends_on_purpose = None, True
            link.close(sign_off=True)
            self._tell_down(f"the encoder has been away for {self._grace_s:.0f} s", "info")
        elif link.gauge.stalled_s(now_ns) > _STALL_LIMIT_S:
            link.end(f"nothing was acknowledged for {_STALL_LIMIT_S:.0f} s")

    def _down(self, reason: str) -> None:
        self.state, self._reason, self._link = "down", reason, None
        self._report_drops()
        self._tell_down(reason, "warning")

    def _tell_down(self, reason: str, level: Level) -> None:
        """Once, however often it is tried again."""
        if reason == self._reported_reason:
            return
        self._reported_reason = reason
        self._log.event(
            "uplink.down",
            level,
            f"Uplink {self.name} is down: {reason}.",
            uplink=self.name,
            reason=reason,
        )

    def push(self, item: Item) -> None:
        link = self._link
        if link is not None and link.can_send and self._outlet.is_clear and self.handover.first:
            self._send(link, item)  # the usual case
            return
        self._outlet.put(item)
        self._flush()

    def codec_changed(self) -> None:
        """Platforms see the new codec headers in the stream, as they would from the encoder."""

    def encoder_returned(self) -> None:
        """The platform sees the show go on."""

    def broke(self) -> None:
        if self._link is not None:
            self._link.end("an unexpected error while sending; please report this")

    def _flush(self) -> None:
        link = self._link
        while link is not None and link.can_send and (item := self._outlet.take()) is not None:
            if self.handover.first is None and item.is_droppable:
                self.handover.sends(item)
            self._send(link, item)

    def _send(self, link: UplinkLink, item: Item) -> None:
        link.send(item.message, item, is_frame=item.is_droppable)
        if item.arrival_ns >= self._joined_ns:  # what is caught up with was not late here
            self._delays_us.append((self._clock.mono_ns() - item.arrival_ns) // 1000)

    def _report_drops(self) -> None:
        """When the path has caught up; in between too, as it may never catch up."""
        count = self._outlet.dropped - self._reported_drops
        if not count:
            return
        self._drops_reported_ns = self._clock.mono_ns()
        self._reported_drops = self._outlet.dropped
        self._log.event(
            "uplink.dropped",
            "warning",
            f"Uplink {self.name} dropped {count} messages to catch up with the feed.",
            uplink=self.name,
            messages=count,
        )

    @property
    def has_taken_over(self) -> bool:
        """Whether the first frame of its publication, a keyframe, was acknowledged."""
        first, link = self.handover.first, self._link
        if self.state != "carrying" or first is None or link is None:
            return False
        return link.gauge.has_acked(first)

    def is_ready(self, mono_ns: int) -> bool:
        """Whether its session is open, and its far end was there lately."""
        link = self._link
        if link is None or link.ended is not None or self.state not in ("standby", "carrying"):
            return False
        return link.gauge.proof.holds(mono_ns)

    def poll(self, mono_ns: int) -> None:
        """Reads what the far end has acknowledged; called some twenty times a second."""
        if self._link is not None:
            self._link.poll(mono_ns)

    def judge(self, mono_ns: int) -> bool:
        """Tells a change of the class or of readiness; returns whether there was one."""
        gauge = self._gauge if self.state == "carrying" else None
        has_turned = self._watch.is_ready_now(self.is_ready(mono_ns), self._reason)
        return self._watch.judge(mono_ns, gauge) or has_turned

    @property
    def _gauge(self) -> LinkGauge | None:
        return self._link.gauge if self._link is not None else None

    def facts(self, mono_ns: int) -> PathFacts:
        """What the policy is told."""
        gauge = self._gauge
        path = PathFacts(self.name, self.state, self.is_ready(mono_ns), reason=self._reason)
        if gauge is None or self._link is None:
            return path
        path = replace(path, proof_age_ms=gauge.proof.age_ms(mono_ns))
        if self.state != "carrying":
            return path
        return replace(
            path,
            silent_ms=gauge.stalled_s(mono_ns) * 1000,
            silence_limit_ms=gauge.silence_limit_ms,
            goodput_kbps=gauge.goodput_kbps,
            backlog_ms=gauge.backlog_ms(self._feed.newest_ms),
            media_bytes_acked=gauge.media_bytes_acked,
            unsent_bytes=self._link.unsent_bytes,
            rtt_ms=gauge.tcp_info.rtt_ms if gauge.tcp_info is not None else None,
            base_rtt_ms=gauge.base_rtt_ms,
        )

    def sample(self, mono_ns: int) -> dict[str, Json]:
        """This uplink's entry in a sample (docs/architecture.md, "Relay control channel")."""
        facts, gauge = self.facts(mono_ns), self._gauge
        info = gauge.tcp_info if gauge is not None else None
        return {
            "name": self.name,
            "state": self.state,
            "health": self._watch.state,
            "goodput_kbps": facts.goodput_kbps,
            "backlog_ms": facts.backlog_ms,
            "rtt_ms": info.rtt_ms if info is not None else None,
            "unsent_bytes": facts.unsent_bytes,
            "waiting_messages": len(self._outlet),
            "retransmits": info.retransmits if info is not None else None,
            "dropped_messages": self._outlet.dropped,
            "reconnects": self._reconnects,
            "reason": self._reason,
            "address": self._job.target.authority,
            "ready": facts.ready,
            "proof_age_ms": facts.proof_age_ms,
        }

    def delays_us(self) -> dict[str, Json]:
        """Message in to message out, over the last few hundred messages."""
        delays = sorted(self._delays_us)
        if not delays:
            return {"p50": None, "p99": None}
        return {"p50": delays[len(delays) // 2], "p99": delays[len(delays) * 99 // 100]}
