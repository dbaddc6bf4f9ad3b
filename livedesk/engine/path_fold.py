"""What does the relay's newest sample say of the ways to the platform? Pure.

What is true now is not known of a relay that is silent; what has happened stays.
"""

from __future__ import annotations

from dataclasses import replace

from livedesk.core.settings import StoreSettings
from livedesk.core.status import FailoverMode, FailoverStatus, UplinkStatus
from livedesk.engine.ages import STALE_MS, age_ms_of, grown_ms
from livedesk.engine.entries import RelaySample, media_flows
from livedesk.engine.path_conditions import HEALTHY_S


class PathFold:
    """The uplinks of one store."""

    def __init__(self, store: StoreSettings) -> None:
        self._automatic = store.failover.automatic
        self._own = {uplink.name: uplink for uplink in store.uplinks}
        self._sample: RelaySample | None = None
        self._mended_utc_ns: int | None = None

    def forget(self) -> None:
        """Another relay speaks now."""
        self._sample = None

    def take(self, sample: RelaySample) -> None:
        self._sample = sample
        last = None if sample.failover is None else sample.failover.last
        for uplink in sample.uplinks:
            if last is None or uplink.name != last["from"]:
                continue
            if uplink.healthy_s is not None and uplink.healthy_s >= HEALTHY_S:
                self._mended_utc_ns = last["utc_ns"]

    @property
    def is_mended(self) -> bool:
        """Whether the uplink that the last switch left has been good for a while since."""
        known = None if self._sample is None else self._sample.failover
        last = None if known is None else known.last
        return last is not None and last["utc_ns"] == self._mended_utc_ns

    def uplinks(self, mono_ns: int) -> tuple[UplinkStatus, ...]:
        """In the order of the settings; what the relay does not speak of is down."""
        sample = self._sample
        if sample is None:
            reason = "the relay has not reported yet"
            uplinks = [UplinkStatus(name, reason=reason) for name in self._own]
        else:
            old_ms = age_ms_of(sample.mono_ns, mono_ns)
            uplinks = [
                _uplink(facts, goodput_kbps(sample, facts), old_ms) for facts in sample.uplinks
            ]
        return tuple(self._with_settings(uplink) for uplink in uplinks)

    def _with_settings(self, uplink: UplinkStatus) -> UplinkStatus:
        """A relay that still runs with earlier settings may know an uplink that we do not."""
        own = self._own.get(uplink.name)
        return uplink if own is None else replace(uplink, cost=own.cost, bind=own.bind)

    def failover(self, mono_ns: int) -> FailoverStatus:
        """Which uplink carries, and why."""
        sample = self._sample
        if sample is None:
            return FailoverStatus(mode=self._mode(), reason="the relay has not reported yet")
        old_ms = age_ms_of(sample.mono_ns, mono_ns)
        if old_ms <= STALE_MS:
            return sample.failover or _of_earlier_release(sample)
        known = sample.failover or FailoverStatus()
        return FailoverStatus(
            mode=self._mode(),
            switches=known.switches,
            last=known.last,
            reason=f"not known: the relay has said nothing for {old_ms / 1000:.1f} s",
            drill=None if known.drill is None or known.drill.state == "running" else known.drill,
        )

    def _mode(self) -> FailoverMode:
        """As the settings want it, while nobody says how it is."""
        if len(self._own) < 2:
            return "single"
        return "auto" if self._automatic else "manual"


def goodput_kbps(sample: RelaySample, uplink: UplinkStatus) -> float | None:
    """Unknown while media that just came fill the second over which rates are taken.

    The low readings of that second are the window's, and would look like a slow path.
    """
    is_filling = media_flows(sample.feed) and sample.feed.kbps is None
    return None if is_filling else uplink.goodput_kbps


def _of_earlier_release(sample: RelaySample) -> FailoverStatus:
    carrying = [uplink.name for uplink in sample.uplinks if uplink.state == "carrying"]
    return FailoverStatus(
        active=carrying[0] if carrying else None,
        reason="the relay is of an earlier release, which does not switch",
    )


def _uplink(told: UplinkStatus, goodput_kbps: float | None, old_ms: float) -> UplinkStatus:
    if old_ms > STALE_MS:
        return UplinkStatus(
            name=told.name,
            state=told.state,
            dropped_messages=told.dropped_messages,
            reconnects=told.reconnects,
            reason=f"the relay has said nothing for {old_ms / 1000:.1f} s",
            age_ms=old_ms,
            address=told.address,
        )
    return replace(
        told,
        goodput_kbps=goodput_kbps,
        age_ms=old_ms,
        proof_age_ms=grown_ms(told.proof_age_ms, old_ms),
    )
