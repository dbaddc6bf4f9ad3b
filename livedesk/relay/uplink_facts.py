"""What is told of an uplink: to the policy, and in samples."""

from __future__ import annotations

from livedesk.core.events import Json
from livedesk.core.status import UplinkState
from livedesk.failover.facts import PathFacts
from livedesk.relay.feed import Feed
from livedesk.relay.uplink_link import UplinkLink


def path_facts(
    name: str,
    state: UplinkState,
    reason: str | None,
    link: UplinkLink | None,
    feed: Feed,
    mono_ns: int,
) -> PathFacts:
    """All figures are those of the newest poll."""
    if link is None:
        return PathFacts(name, state, reason=reason)
    gauge = link.gauge
    ready, proof_age_ms = link.could_carry(mono_ns), gauge.proof.age_ms(mono_ns)
    if state != "carrying":
        return PathFacts(name, state, ready, proof_age_ms, reason)
    return PathFacts(
        name,
        state,
        ready,
        proof_age_ms,
        reason,
        silent_ms=gauge.stalled_s(mono_ns) * 1000,
        silence_limit_ms=gauge.silence_limit_ms,
        goodput_kbps=gauge.goodput_kbps,
        backlog_ms=gauge.backlog_ms(feed.newest_ms),
        media_bytes_acked=gauge.media_bytes_acked,
        unsent_bytes=link.unsent_bytes,
        rtt_ms=gauge.tcp_info.rtt_ms if gauge.tcp_info is not None else None,
        base_rtt_ms=gauge.base_rtt_ms,
    )


def path_sample(facts: PathFacts, link: UplinkLink | None) -> dict[str, Json]:
    """What a sample says of the connection (docs/architecture.md, "Relay control channel")."""
    info = link.gauge.tcp_info if link is not None else None
    return {
        "name": facts.name,
        "state": facts.state,
        "goodput_kbps": facts.goodput_kbps,
        "backlog_ms": facts.backlog_ms,
        "rtt_ms": info.rtt_ms if info is not None else None,
        "unsent_bytes": facts.unsent_bytes,
        "retransmits": info.retransmits if info is not None else None,
        "reason": facts.reason,
        "ready": facts.ready,
        "proof_age_ms": facts.proof_age_ms,
    }
