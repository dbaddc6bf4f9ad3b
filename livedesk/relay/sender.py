"""What of the feed goes out on an uplink's connection, and what waits for it?"""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.handover import Handover
from livedesk.relay.item import Item, Mark
from livedesk.relay.outlet import Outlet
from livedesk.relay.uplink_link import UplinkLink

_DROP_REPORT_S: Final = 5.0
_DELAYS_KEPT: Final = 512


class Sender:
    """The feed's path over one uplink, while a connection of it publishes."""

    def __init__(
        self, name: str, feed: Feed, log: EntryLog, clock: Clock, max_backlog_ms: int
    ) -> None:
        self._name = name
        self._feed = feed
        self._log = log
        self._clock = clock
        self._outlet = Outlet(max_backlog_ms)
        self._link: UplinkLink | None = None
        self._joined_ns = 0
        self._reported_drops = 0
        self._drops_reported_ns = 0
        self._delays_us: deque[int] = deque(maxlen=_DELAYS_KEPT)
        self.handover = Handover()

    def join(self, link: UplinkLink, start: Mark | None) -> None:
        """Metadata, headers and what the far end may not have, then everything as it comes."""
        replay = self._feed.replay
        self._link, self._joined_ns = link, self._clock.mono_ns()
        self.handover.publishes(self._joined_ns, start)
        items = replay.since(start)
        for message in replay.opening(items):
            link.send(message, None, is_frame=False)
        self._outlet.fill(items, self._joined_ns)
        if not replay.starts_at_keyframe:
            self._outlet.wait_for_keyframe()
        self._feed.attach(self)
        self.flush()

    def leave(self) -> None:
        """The connection gets nothing more."""
        self._link = None
        self._feed.detach(self)
        self._outlet.clear()

    def mark(self) -> Mark:
        """Before the first message that the far end may not have."""
        unacked = self._link.gauge.first_unacked if self._link is not None else None
        first = unacked or self._outlet.oldest
        return Mark.before(first) if first is not None else self._feed.mark()

    @property
    def has_taken_over(self) -> bool:
        """Whether the first frame on this connection, a keyframe, was acknowledged."""
        first, link = self.handover.first, self._link
        return first is not None and link is not None and link.gauge.has_acked(first)

    def push(self, item: Item) -> None:
        link = self._link
        if link is not None and link.can_send and self._outlet.is_clear and self.handover.first:
            self._send(link, item)  # the usual case
            return
        self._outlet.put(item)
        self.flush()

    def flush(self) -> None:
        link = self._link
        while link is not None and link.can_send and (item := self._outlet.take()) is not None:
            if self.handover.first is None and item.is_droppable:
                self.handover.sends(item)
            self._send(link, item)

    def _send(self, link: UplinkLink, item: Item) -> None:
        link.send(item.message, item, is_frame=item.is_droppable)
        if item.arrival_ns >= self._joined_ns:  # what is caught up with was not late here
            self._delays_us.append((self._clock.mono_ns() - item.arrival_ns) // 1000)

    def codec_changed(self) -> None:
        """Platforms see the new codec headers in the stream, as they would from the encoder."""

    def encoder_returned(self) -> None:
        """The platform sees the show go on."""

    def broke(self) -> None:
        if self._link is not None:
            self._link.end("an unexpected error while sending; please report this")

    def report_drops(self, *, now: bool = False) -> None:
        """When the path has caught up, or now and then, as it may never catch up."""
        count = self._outlet.dropped - self._reported_drops
        mono_ns = self._clock.mono_ns()
        is_due = mono_ns - self._drops_reported_ns > _DROP_REPORT_S * NS_PER_S
        if not count or not (now or is_due or not self._outlet.is_skipping):
            return
        self._drops_reported_ns, self._reported_drops = mono_ns, self._outlet.dropped
        self._log.event(
            "uplink.dropped",
            "warning",
            f"Uplink {self._name} dropped {count} messages to catch up with the feed.",
            uplink=self._name,
            messages=count,
        )

    @property
    def waiting(self) -> int:
        return len(self._outlet)

    @property
    def dropped(self) -> int:
        return self._outlet.dropped

    def delays_us(self) -> dict[str, Json]:
        """Message in to message out, over the last few hundred messages."""
        delays = sorted(self._delays_us)
        if not delays:
            return {"p50": None, "p99": None}
        return {"p50": delays[len(delays) // 2], "p99": delays[len(delays) * 99 // 100]}
