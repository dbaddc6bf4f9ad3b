"""How is a stream that no relay carries told in a relay's words? Pure."""

from __future__ import annotations

from livedesk.core.rtmp_address import parse_address
from livedesk.core.settings import UplinkSettings
from livedesk.core.status import HealthClass, UplinkStatus
from livedesk.engine import entries
from livedesk.engine.external_facts import ServerView
from livedesk.failover.facts import PathFacts


def feed_facts(view: ServerView, mono_ns: int) -> entries.FeedFacts:
    """The feed is what came out of the server; how it got there is the uplink's affair."""
    seen = view.seen(mono_ns)
    return entries.FeedFacts(
        connected=view.has_stream,
        kbps=seen.kbps,
        video_kbps=seen.video_kbps,
        audio_kbps=seen.audio_kbps,
        age_ms=view.age_ms(mono_ns),
        epoch=seen.epoch,
        video_codec=seen.video_codec,
        audio_codec=seen.audio_codec,
        state=seen.state,
        lag_ms=seen.lag_ms,
        video_age_ms=seen.video_age_ms,
        audio_age_ms=seen.audio_age_ms,
    )


def uplink_facts(
    path: PathFacts,
    uplink: UplinkSettings,
    health: HealthClass,
    of_policy: tuple[float | None, float | None],
) -> UplinkStatus:
    """`of_policy`: for how long it has been good, and what it carries."""
    address, _ = parse_address(uplink.url.reveal())
    return UplinkStatus(
        path.name,
        path.state,
        goodput_kbps=path.goodput_kbps,
        backlog_ms=path.backlog_ms,
        unsent_bytes=path.unsent_bytes,
        reason=path.reason,
        address=None if address is None else address.authority,
        health=health,
        ready=path.ready,
        proof_age_ms=path.proof_age_ms,
        healthy_s=of_policy[0],
        capacity_kbps=of_policy[1],
    )
