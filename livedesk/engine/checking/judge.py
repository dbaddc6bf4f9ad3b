"""Is a store ready to go on air? The list of the check, and the verdict. Pure.

The lines are in the order in which a show is set up: what comes in, what goes out, what is around
it. Nothing here decides for a person: a no can be waived, with a name (`signs`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from livedesk.core.check import CheckItem, Verdict
from livedesk.core.clock import NS_PER_S
from livedesk.core.ladder import SkewLadder
from livedesk.core.status import StoreStatus
from livedesk.engine.checking.around import chat, clock, disk, rules, unseen_alarms
from livedesk.engine.checking.facts import SLATE_H, STEADY_S, CheckFacts
from livedesk.engine.checking.items import go, hours, no_go, not_used, sentence, unknown
from livedesk.engine.checking.wares import access, catalogue, gateway
from livedesk.engine.checking.ways import platform, standbys, way_out

STANDS: Final = ("no_go", "unknown")
"""States that stand against going on air."""

_NS_PER_H: Final = 3600 * NS_PER_S


def judge(facts: CheckFacts) -> tuple[CheckItem, ...]:
    """Every line of the check, the same ones in the same order as long as the settings stay."""
    return (
        _encoder(facts.status),
        _figures(facts),
        _settings(facts.status),
        _slate(facts),
        way_out(facts),
        *standbys(facts),
        platform(facts),
        gateway(facts),
        access(facts),
        catalogue(facts),
        rules(facts),
        chat(facts),
        disk(facts),
        clock(facts),
        unseen_alarms(facts),
    )


def verdict(items: Iterable[CheckItem]) -> tuple[Verdict, tuple[str, ...]]:
    """GO or not, and the titles of what stands against it: what is wrong before what is unknown."""
    against = [item for item in items if item.state in STANDS]
    against.sort(key=lambda item: STANDS.index(item.state))
    return ("no_go" if against else "go"), tuple(item.title for item in against)


def out_of_range(status: StoreStatus) -> tuple[str, ...]:
    """Which figures of a feed that flows are not as they should be, in words; empty: none."""
    feed, sync, limits = status.feed, status.sync, status.limits
    found = []
    if feed.state != "OK":
        rate = "unknown" if feed.kbps is None else f"{feed.kbps:,.0f} kbps"
        found.append(f"the feed is {feed.state} at {rate}, {limits.min_kbps:,.0f} are wanted")
    if sync.state in ("warning", "critical") and sync.skew_ms is not None:
        ahead = "ahead" if sync.skew_ms > 0 else "behind"
        found.append(f"the sound is {abs(sync.skew_ms):,.0f} ms {ahead}")
    if status.picture.state in ("black", "frozen"):
        found.append(f"the picture is {status.picture.state}")
    if status.sound.state in ("silent", "clipping"):
        found.append(f"the sound is {status.sound.state}")
    return tuple(found)


def unmeasured(status: StoreStatus, decode: str) -> tuple[str, ...]:
    """Which figures nobody measures now, in words. What is not decoded is not asked for."""
    found = []
    if status.feed.kbps is None:
        found.append("rate")
    if status.sync.state == "no_data":
        found.append("skew")
    if decode != "none" and status.picture.state == "unknown":
        found.append("picture")
    if decode == "all" and status.sound.state == "unknown":
        found.append("sound")
    return tuple(found)


def _encoder(status: StoreStatus) -> CheckItem:
    item = ("encoder", "Encoder")
    feed = status.feed
    match feed.state:
        case "BLIND":
            why = status.relay.reason or "the relay does not report"
            return unknown(*item, f"Not known: {sentence(why)}", "See the alarm of the relay.")
        case "GONE":
            where = f" to {status.ingest_url}" if status.ingest_url else ""
            return no_go(*item, "No encoder is connected.", f"Start the encoder; it sends{where}.")
        case "STALLED":
            action = "Start the stream in the encoder, and look at its network."
            return no_go(*item, "The encoder is connected and sends nothing.", action)
    size = f"{feed.width} × {feed.height}, " if feed.width and feed.height else ""
    rate = "" if feed.kbps is None else f"{feed.kbps:,.0f} kbps"
    return go(*item, f"Media comes in: {size}{rate}".rstrip(", :") + ".")


def _figures(facts: CheckFacts) -> CheckItem:
    item = ("figures", "Figures")
    status = facts.status
    if status.feed.state in ("GONE", "STALLED", "BLIND"):
        return unknown(*item, "There is no feed to measure.", "Bring the encoder in.")
    if wrong := out_of_range(status):
        words = "; ".join(wrong)
        action = "Put it right at the encoder, or look at the network before it."
        return no_go(*item, f"{words[0].upper()}{words[1:]}.", action)
    if missing := unmeasured(status, facts.decode):
        action = "Wait; if it stays so, see the alarm of the probe."
        return unknown(*item, f"Not measured: {', '.join(missing)}.", action)
    if facts.steady_s < STEADY_S:
        text = f"In range for {facts.steady_s:.0f} s so far; {STEADY_S:.0f} s are wanted."
        return unknown(*item, text, "Wait.")
    skew = "" if status.sync.skew_ms is None else f", skew {status.sync.skew_ms:+,.0f} ms"
    return go(*item, f"Rate, sync, picture and sound are in range{skew}.".replace("-", "−"))


def _settings(status: StoreStatus) -> CheckItem:
    item = ("settings", "Encoder's settings")
    wrong = [issue for issue in status.issues if issue.severity != "info"]
    if wrong:
        reasons = "; ".join(issue.reason.rstrip(".") for issue in wrong)
        return no_go(*item, f"{reasons}.", sentence(wrong[0].description))
    if not status.issues_checked:
        return unknown(*item, "Not checked yet.", "Let the encoder send for 10 s.")
    hints = len(status.issues)
    text = "As the platform wishes" if status.platform else "Nothing is against them"
    return go(*item, f"{text}{f', with {hints} hints' if hints else ''}.")


def _slate(facts: CheckFacts) -> CheckItem:
    item = ("slate", "Slate")
    if facts.decode != "all":
        return not_used(*item, "The probe of this store does not decode all, so it sees no slate.")
    seen = facts.slate
    if seen is None:
        action = "Film the slate for 10 s; livedesk slate shows it."
        return no_go(*item, "No slate was seen and heard yet.", action)
    old_h = (facts.utc_ns - seen.utc_ns) / _NS_PER_H
    text = f"{seen.offset_ms:+,.0f} ms, seen {hours(old_h)} ago".replace("-", "−")
    if old_h > SLATE_H:
        action = "Show it again: since then cables and delays may have changed."
        return no_go(*item, f"{text}; {SLATE_H:.0f} h are the most.", action)
    ladder = SkewLadder(critical_ms=facts.status.limits.max_skew_ms)
    if ladder.state(seen.offset_ms) in ("warning", "critical"):
        late = "sound" if seen.offset_ms > 0 else "picture"
        action = f"Delay the {late} in the encoder by {abs(seen.offset_ms):,.0f} ms; show it again."
        return no_go(*item, f"Sound and picture are apart: {text}.", action)
    return go(*item, f"Sound and picture are together: {text}.")
