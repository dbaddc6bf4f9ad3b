"""How does a store's probe fit the store? Its lines become readings, pictures and events."""

from __future__ import annotations

from livedesk.core.clock import Clock
from livedesk.core.secrets import Secret
from livedesk.engine.fold import ProbeReading
from livedesk.engine.handles import ProbeHandle
from livedesk.engine.store import Store
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.lines import EventLine, PreviewLine, SampleLine
from livedesk.monitors.probe.link import ProbeLink


def probe_for(store: Store, clock: Clock) -> ProbeHandle:
    """The probe of a store, as its settings want it."""
    settings = store.settings

    def make_job(tap_url: Secret) -> ProbeJob:
        return ProbeJob(
            tap_url,
            decode=settings.probe.decode,
            preview_fps=settings.probe.preview_fps,
            min_kbps=settings.limits.min_kbps,
            max_skew_ms=settings.limits.max_skew_ms,
            name="the feed",
        )

    def on_sample(line: SampleLine) -> None:
        store.measured(
            ProbeReading(line.mono_ns, line.utc_ns, line.feed, line.sync, line.picture, line.sound)
        )

    def on_preview(line: PreviewLine) -> None:
        store.pictured(line.jpeg, line.mono_ns)

    def on_event(line: EventLine) -> None:
        store.probe_event(line.event, line.level, line.text, line.data)

    return ProbeLink(make_job, clock, on_sample=on_sample, on_preview=on_preview, on_event=on_event)
