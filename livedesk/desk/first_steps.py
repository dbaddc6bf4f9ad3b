"""How far has a first store come? Engine, encoder, figures, platform: each with what was seen."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.status import FeedStatus, PartStatus, StoreStatus, UplinkStatus
from livedesk.desk.looks import Look, feed_flows
from livedesk.desk.model import DeskSnapshot, StoreView
from livedesk.desk.words import number, tr


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way to the first show: done (`ok`), awaited (`busy`), or in trouble."""

    key: str
    look: Look
    title: str
    text: str = ""


def first_steps(
    snapshot: DeskSnapshot, store: str, servers: tuple[str, ...], *, is_starting: bool = False
) -> tuple[Step, ...]:
    """In their order. `servers`: the addresses that the encoder can be given. `is_starting`: that
    there is no engine is no news."""
    view = snapshot.store(store)
    engine = _engine(snapshot, view, is_starting)
    if view is None or view.stale or engine.look != "ok":
        return (engine, *(Step(key, "idle", title) for key, title in _later()))
    if view.status.relay.state != "up":
        _, *later = (Step(key, "idle", title) for key, title in _later())
        return (engine, _opening(view.status.relay), *later)
    return (engine, _encoder(view, servers), _picture(view.status), _platform(view))


def is_ready(steps: tuple[Step, ...]) -> bool:
    return all(step.look == "ok" for step in steps)


def _later() -> tuple[tuple[str, str], ...]:
    return (
        ("encoder", tr("Your encoder sends")),
        ("figures", tr("Picture and sound are measured")),
        ("platform", tr("The platform takes the stream")),
    )


def _engine(snapshot: DeskSnapshot, view: StoreView | None, is_starting: bool) -> Step:
    title = tr("The engine runs")
    if snapshot.link.answering and view is not None:
        return Step("engine", "ok", title)
    if snapshot.link.reason and not is_starting:
        return Step("engine", "warning", tr("The engine does not run yet"), snapshot.link.reason)
    return Step("engine", "busy", tr("Starting the engine…"))


def _opening(relay: PartStatus) -> Step:
    """Without a relay nobody knows what the encoder does."""
    if not relay.reason:
        return Step("encoder", "busy", tr("Opening the way in for your encoder…"))
    return Step("encoder", "warning", tr("The way in for your encoder is not open"), relay.reason)


def _encoder(view: StoreView, servers: tuple[str, ...]) -> Step:
    if feed_flows(view):
        return Step("encoder", "ok", tr("Your encoder sends"), _seen(view.status.feed))
    places = " · ".join(servers) or view.status.ingest_url
    if view.status.feed.state == "STALLED":
        title = tr("Your encoder is connected and sends nothing yet")
        return Step("encoder", "busy", title, tr("Start its stream."))
    return Step("encoder", "busy", tr("Waiting for your encoder at {url}…").format(url=places))


def _seen(feed: FeedStatus) -> str:
    """`1920×1080, 30 fps, H264 and AAC, 4,012 kbps`, as far as it is known."""
    parts = []
    if feed.width and feed.height:
        parts.append(f"{feed.width}×{feed.height}")
    if feed.fps:
        parts.append(tr("{n} fps").format(n=number(feed.fps, 0)))
    codecs = [codec for codec in (feed.video_codec, feed.audio_codec) if codec]
    if codecs:
        parts.append(tr(" and ").join(codecs))
    if feed.kbps is not None:
        parts.append(tr("{n} kbps").format(n=number(feed.kbps)))
    return ", ".join(parts)


def _picture(status: StoreStatus) -> Step:
    title = tr("Picture and sound are measured")
    if status.picture.state != "unknown" and status.sound.state != "unknown":
        return Step("figures", "ok", title)
    flows = status.feed.state in ("OK", "LOW", "STARVED")
    return Step("figures", "busy" if flows else "idle", title)


def _platform(view: StoreView) -> Step:
    status = view.status
    carrying = next((uplink for uplink in status.uplinks if uplink.state == "carrying"), None)
    if carrying is not None and carrying.goodput_kbps:
        text = tr("{name} carries {n} kbps").format(
            name=carrying.name, n=number(carrying.goodput_kbps)
        )
        return Step("platform", "ok", tr("The platform takes the stream"), text)
    down = [uplink for uplink in status.uplinks if uplink.state == "down" and uplink.reason]
    if down and feed_flows(view):
        return Step("platform", "warning", tr("The platform does not take it"), _why(down))
    look: Look = "busy" if feed_flows(view) else "idle"
    return Step("platform", look, tr("The platform takes the stream"))


def _why(down: list[UplinkStatus]) -> str:
    return " · ".join(f"{uplink.name}: {uplink.reason}" for uplink in down)
