"""Which figures are there beside those of the strip? One table for whoever looks closer."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.figures import FIGURES
from livedesk.desk.looks import source_note
from livedesk.desk.mediacards import drift_words, slate_words
from livedesk.desk.model import StoreView
from livedesk.desk.words import NOTHING, number, tr


@dataclass(frozen=True, slots=True)
class DetailRow:
    """A figure with its unit and who measured it when; without a value it is a heading."""

    name: str
    value: str = ""
    source: str = ""
    hint: str = ""
    """The figure's definition."""

    @property
    def heading(self) -> bool:
        return not self.value


def detail_rows(view: StoreView) -> tuple[DetailRow, ...]:
    """All rows of one store, always the same ones, so that a place is learnt once."""
    parts = ((tr("Arrival"), _arrival(view)), (tr("Picture"), _picture(view)),
             (tr("Sound"), _sound(view)), (tr("Sync"), _sync(view)))  # fmt: skip
    return tuple(row for title, rows in parts for row in (DetailRow(title), *rows))


def _arrival(view: StoreView) -> tuple[DetailRow, ...]:
    feed = view.status.feed
    relay, probe = _sources(view)
    return (
        _figure("feed_kbps", feed.kbps, relay),
        _figure("video_kbps", feed.video_kbps, relay),
        _figure("audio_kbps", feed.audio_kbps, relay),
        _figure("lag_ms", feed.lag_ms, relay),
        DetailRow(tr("Newest video"), _unit(feed.video_age_ms, "ms"), relay),
        DetailRow(tr("Newest sound"), _unit(feed.audio_age_ms, "ms"), relay),
        DetailRow(tr("Message faults"), number(feed.message_faults), relay,
                  tr("Empty, unreadable or before their codec header, since the start.")),
        DetailRow(tr("Timestamp faults"), number(feed.timestamp_faults), probe,
                  tr("Packets with missing, backward or repeated timestamps since the start.")),
    )  # fmt: skip


def _picture(view: StoreView) -> tuple[DetailRow, ...]:
    feed, picture = view.status.feed, view.status.picture
    _, probe = _sources(view)
    size = NOTHING if feed.width is None else f"{feed.width}\N{MULTIPLICATION SIGN}{feed.height}"
    codec = " ".join(filter(None, [feed.video_codec, feed.profile])) or NOTHING
    return (
        DetailRow(tr("Codec, profile"), codec, probe),
        DetailRow(tr("Size"), size, probe),
        _figure("fps", feed.fps, probe),
        _figure("jitter_ms", feed.jitter_ms, probe),
        _figure("gop_s", feed.gop_s, probe),
        DetailRow(tr("B-frame delay"), _unit(feed.bframe_ms, "ms"), probe,
                  tr("Largest PTS minus DTS of 2 s: what reordering costs.")),
        DetailRow(tr("Brightness"), _unit(picture.luma_pct, "%"), probe,
                  tr("Mean of the decoded picture, 0 is black.")),
    )  # fmt: skip


def _sound(view: StoreView) -> tuple[DetailRow, ...]:
    feed, sound = view.status.feed, view.status.sound
    _, probe = _sources(view)
    rate = None if feed.sample_rate is None else feed.sample_rate / 1000
    return (
        DetailRow(tr("Codec"), feed.audio_codec or NOTHING, probe),
        DetailRow(tr("Sample rate"), _unit(rate, "kHz", 1), probe),
        DetailRow(tr("Channels"), number(feed.channels), probe),
        _figure("peak_dbfs", sound.peak_dbfs, probe),
        DetailRow(tr("Loudness, 0.4 s"), _unit(sound.momentary_lufs, "LUFS", 1), probe,
                  tr("Momentary loudness of the decoded sound (EBU R128, ITU-R BS.1770).")),
        _figure("short_term_lufs", sound.short_term_lufs, probe, tr("Loudness, 3 s")),
        _figure("coverage", sound.coverage, probe),
    )  # fmt: skip


def _sync(view: StoreView) -> tuple[DetailRow, ...]:
    sync = view.status.sync
    probe = source_note(tr("probe"), sync.age_ms, view)
    slope = _unit(sync.slope_ppm, "ppm", 1, signed=True)
    if sync.slope_ppm is not None and sync.slope_error_ppm is not None:
        slope = f"{slope} ± {number(sync.slope_error_ppm, 1)}"
    drift = drift_words(sync, view.status.limits.max_skew_ms)
    offset = _unit(sync.offset_ms, "ms", signed=True)
    return (
        _figure("skew_ms", sync.skew_ms, probe, signed=True),
        DetailRow(tr("Drift"), slope, probe, tr("How fast the skew grows.")),
        DetailRow(tr("Outlook"), _kind(view), drift if sync.forecast_s is not None else ""),
        _figure("audio_wall_ms", sync.audio_wall_ms, probe, signed=True),
        _figure("video_wall_ms", sync.video_wall_ms, probe, signed=True),
        DetailRow(tr("Slate offset"), offset, slate_words(sync, view)),
        DetailRow(tr("Slate pairs"), number(sync.offset_pairs), probe,
                  tr("Flashes with their beeps in this reading.")),
    )  # fmt: skip


def _kind(view: StoreView) -> str:
    sync = view.status.sync
    if sync.kind == "drifting":
        return tr("drifting")
    return drift_words(sync, view.status.limits.max_skew_ms) or NOTHING


def _sources(view: StoreView) -> tuple[str, str]:
    feed = view.status.feed
    return (source_note(tr("relay"), feed.age_ms, view),
            source_note(tr("probe"), feed.probe_age_ms, view))  # fmt: skip


def _figure(
    name: str, value: float | None, source: str, label: str = "", *, signed: bool = False
) -> DetailRow:
    figure = FIGURES[name]
    text = _unit(value, figure.unit, figure.decimals, signed=signed)
    return DetailRow(label or tr(figure.label), text, source, figure.definition)


def _unit(value: float | None, unit: str, decimals: int = 0, *, signed: bool = False) -> str:
    figure = number(value, decimals, signed=signed)
    return figure if figure == NOTHING else f"{figure} {unit}"
