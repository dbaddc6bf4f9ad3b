"""What are the newest values of the curves, in words with unit, source and age?"""

from __future__ import annotations

from livedesk.core.figures import FIGURES
from livedesk.core.status import HealthClass, UplinkStatus
from livedesk.desk.looks import Look, source_note
from livedesk.desk.model import StoreView
from livedesk.desk.plots import AUDIO_WALL, FEED, SKEW, VIDEO_WALL, Key, goodput
from livedesk.desk.uplinkcards import is_too_slow
from livedesk.desk.words import number, tr
from livedesk.ui.feed.readout import Reading


def rate_readings(view: StoreView) -> tuple[Reading, ...]:
    feed = view.status.feed
    unit = FIGURES["feed_kbps"].unit
    note = source_note(tr("relay"), feed.age_ms, view)
    own = Reading(
        FEED, tr("Feed"), number(feed.kbps), unit, note, _dim(view, _or_unknown(feed.state))
    )
    return (own, *(_goodput_reading(view, uplink, unit) for uplink in view.status.uplinks))


def _goodput_reading(view: StoreView, uplink: UplinkStatus, unit: str) -> Reading:
    look: Look = "critical" if is_too_slow(view, uplink) else _or_unknown(uplink.health)
    return Reading(
        goodput(uplink.name),
        tr("Goodput {name}").format(name=uplink.name),
        number(None if uplink.state == "standby" else uplink.goodput_kbps),
        unit,
        source_note(tr("relay"), uplink.age_ms, view),
        _dim(view, look),
        uplink.name,
    )


def skew_readings(view: StoreView, *, clocks: bool) -> tuple[Reading, ...]:
    sync = view.status.sync
    look: Look = "unknown" if sync.state == "no_data" else sync.state
    skew = _sync_reading(view, SKEW, tr("Skew"), sync.skew_ms, look)
    if not clocks:
        return (skew,)
    audio = _sync_reading(view, AUDIO_WALL, tr("Audio clock"), sync.audio_wall_ms)
    video = _sync_reading(view, VIDEO_WALL, tr("Video clock"), sync.video_wall_ms)
    return skew, audio, video


def _sync_reading(
    view: StoreView, key: Key, label: str, value: float | None, look: Look = "ok"
) -> Reading:
    note = source_note(tr("probe"), view.status.sync.age_ms, view)
    figure = number(value, signed=True)
    return Reading(key, label, figure, FIGURES[key[0]].unit, note, _dim(view, look))


def _or_unknown(health: HealthClass) -> Look:
    """A rate whose instrument failed is no reading, whatever the last one was."""
    return "unknown" if health == "BLIND" else "ok"


def _dim(view: StoreView, look: Look) -> Look:
    return "idle" if view.stale else look
