"""One way out to the platform: a session that waits from the start on, and carries when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.core.status import Limits, UplinkState
from livedesk.failover.facts import PathFacts
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.handover import Handover
from livedesk.relay.item import Mark
from livedesk.relay.job import UplinkJob
from livedesk.relay.opener import Opener, OpenError
from livedesk.relay.pauses import Pauses
from livedesk.relay.sender import Sender
from livedesk.relay.uplink_facts import path_facts, path_sample
from livedesk.relay.uplink_link import UplinkLink
from livedesk.relay.uplink_news import UplinkNews
from livedesk.relay.uplink_watch import UplinkWatch

_TICK_S: Final = 0.25
_PUBLISH_LIMIT_S: Final = 10.0
_STALL_LIMIT_S: Final = 10.0
"""Nothing acknowledged for so long while media waits: the connection is given up."""
_SIGN_OFF_LIMIT_S: Final = 2.0
"""So long the last bytes, the sign-off among them, may take on a slow path when the relay stops."""
_FENCE_LIMIT_S: Final = 0.5
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
        self._address = job.target.authority
        self._news = UplinkNews(job.name, self._address, log)
        self._feed = feed
        self._clock = clock
        self._grace_s = grace_s
        self._opener = opener
        self._on_lost = on_lost
        self._watch = UplinkWatch(job.name, limits, feed, log)
        self._sender = Sender(job.name, feed, log, clock, job.max_backlog_ms)
        self._pauses = Pauses()
        self._link: UplinkLink | None = None
        self._wake = asyncio.Event()
        self._is_carrier = False
        self._start: Mark | None = None
        self._ends_on_purpose = False
        self._reconnects = 0
        self.name = job.name
        self.state: UplinkState = "down"
        feed.on_presence(self._wake.set)

    def carry(self, start: Mark | None) -> None:
        """From now on it publishes; the far end may not have what the feed sent since `start`.

        Nobody else may carry: the owner has told the one that did to stand by, and waited for it.
        """
        self._is_carrier = True
        self._start = start
        self._pauses.restart()
        self._pauses.publication_ended(self._clock.mono_ns())
        self._sender.handover = Handover()
        self._wake.set()

    async def stand_by(self) -> Mark | None:
        """Carries no more: its publication is cut off, and known to be closed on return.

        Returns from where on the platform may not have what the feed sent; None if nothing was
        ever carried.
        """
        self._is_carrier, link = False, self._link
        self.poll(self._clock.mono_ns())
        self._leave()
        mark, self._start = self._start, None
        if link is not None and link.asked_ns is not None:
            self.state, self._news.reason, self._ends_on_purpose = "connecting", None, True
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
                    await self._wait(pause_s)
                if self._is_wanted:
                    self._reconnects += 1
        except Exception:
            self._leave()
            self._end_link(sign_off=False)
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
        return self._is_carrier and self._feed.is_connected

    async def _wait(self, limit_s: float) -> None:
        """Until something changes."""
        try:
            async with asyncio.timeout(limit_s):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def _live_once(self) -> float:
        """One connection from its opening to its end; returns how long to wait for the next, s."""
        self.state = "connecting"  # why it was down stays readable until it stands
        try:
            link = await self._opener.open(self._sender.flush, self._wake.set)
        except OpenError as failure:
            self._down(failure.reason)
            return self._pauses.longer_s()
        self._link = link
        self._news.notice(self._opener.notice)
        self._stand()
        opened_ns = self._clock.mono_ns()
        try:
            while link.ended is None:
                self._step(link, self._clock.mono_ns())
                if link.ended is None:
                    is_busy = link.busy is not None
                    now_ns = self._clock.mono_ns()
                    await self._wait(self._pauses.busy_s(now_ns) if is_busy else _TICK_S)
        finally:
            was_carrying = self._is_carrying
            self._leave()
        link.close(sign_off=False)
        self._link = None
        lasted_ns = self._clock.mono_ns() - opened_ns
        self._pauses.lasted(lasted_ns, only_waited=link.asked_ns is None)
        return self._after(link, was_carrying=was_carrying)

    def _stand(self) -> None:
        """The session waits."""
        self.state = "standby"
        if not self._is_wanted:  # else it is about to publish, and to be told if that fails again
            self._news.stands(_NO_ENCODER if self._is_carrier else None)

    def _after(self, link: UplinkLink, *, was_carrying: bool) -> float:
        """The connection has ended: says what is to be said; returns the pause, in s."""
        reason, now_ns = link.ended or "closed", self._clock.mono_ns()
        if self._ends_on_purpose:
            self._ends_on_purpose = False
            return 0.0
        if link.asked_ns is None:  # a server that drops who waits is no news if it takes us back
            self.state, self._news.reason = "connecting", reason
            return 0.0 if self._pauses.is_first else self._pauses.longer_s()
        is_wordless_no = not link.is_publishing and not link.is_refused
        if is_wordless_no and self._pauses.may_be_stale(now_ns):
            self.state = "connecting"
            self._news.cut_short(reason)
            return self._pauses.busy_s(now_ns)
        self._down(reason)
        if was_carrying:
            self._pauses.publication_ended(now_ns)
            self._on_lost()
        return self._pauses.longer_s()

    def _step(self, link: UplinkLink, now_ns: int) -> None:
        """What is to be done with the connection now."""
        waits_s = (now_ns - (link.asked_ns or now_ns)) / NS_PER_S
        if self._is_carrying:
            self._look_after(link, now_ns)
        elif link.is_publishing:
            self._join(link)
        elif link.busy is not None:
            self._busy(link.busy)
            if waits_s >= self._pauses.busy_s(now_ns):
                link.publish()
        elif link.asked_ns is not None:
            if waits_s > _PUBLISH_LIMIT_S:
                link.end("the platform did not answer in time")
        elif self._is_wanted:
            self.state = "connecting"
            link.publish()
        else:
            self._stand()
            link.poll(now_ns)  # after a pause of ours the answer may be there already
            if link.gauge.proof.is_unanswered(now_ns):
                link.end("the platform did not answer a ping")

    def _busy(self, words: str) -> None:
        self.state = "connecting"
        self._news.busy(words)

    def _join(self, link: UplinkLink) -> None:
        self.state = "carrying"
        self._sender.join(link, self._start)
        self._news.carries(self._reconnects, self.handover)

    def _leave(self) -> None:
        """The connection gets nothing more; from where to go on is kept."""
        if self._is_carrying:
            self._start = self._sender.mark()
            self.state = "connecting"
        self._sender.leave()

    def _look_after(self, link: UplinkLink, now_ns: int) -> None:
        """The connection that carries: drops, silence, and an encoder that stays away."""
        self._sender.report_drops()
        away_s = self._feed.lost_for_s(now_ns)
        if away_s is not None and away_s > self._grace_s:
            self._leave()
            self._start, self._ends_on_purpose = None, True
            link.close(sign_off=True)
            self._news.down(f"the encoder has been away for {self._grace_s:.0f} s", "info")
        elif link.gauge.stalled_s(now_ns) > _STALL_LIMIT_S:
            link.end(f"nothing was acknowledged for {_STALL_LIMIT_S:.0f} s")

    def _down(self, reason: str) -> None:
        self.state, self._link = "down", None
        self._sender.report_drops(now=True)
        self._news.down(reason)

    @property
    def handover(self) -> Handover:
        """What became of the stream since `carry`."""
        return self._sender.handover

    @property
    def has_taken_over(self) -> bool:
        """Whether the first frame of its publication, a keyframe, was acknowledged."""
        return self._is_carrying and self._sender.has_taken_over

    def poll(self, mono_ns: int) -> None:
        """Reads what the far end has acknowledged; called some twenty times a second."""
        if self._link is not None:
            self._link.poll(mono_ns)

    def judge(self, mono_ns: int) -> bool:
        """Tells a change of the class or of readiness; returns whether there was one."""
        gauge = self._link.gauge if self._link is not None and self._is_carrying else None
        link = self._link
        is_taking_over = link is not None and link.ended is None and link.asked_ns is not None
        is_ready = is_taking_over or (link is not None and link.could_carry(mono_ns))
        has_turned = self._watch.readiness(mono_ns, is_ready, self._news.reason)
        is_left = not self._is_carrier
        return self._watch.judge(mono_ns, gauge, is_left=is_left) or has_turned

    def facts(self, mono_ns: int) -> PathFacts:
        """What the policy is told."""
        reason, link = self._news.reason, self._link
        return path_facts(self.name, self.state, reason, link, self._feed, mono_ns)

    def sample(self, mono_ns: int) -> dict[str, Json]:
        """This uplink's entry in a sample, but for what the policy knows of it."""
        return {
            **path_sample(self.facts(mono_ns), self._link),
            "health": self._watch.state,
            "waiting_messages": self._sender.waiting,
            "dropped_messages": self._sender.dropped,
            "reconnects": self._reconnects,
            "address": self._address,
        }

    def delays_us(self) -> dict[str, Json]:
        return self._sender.delays_us()
