"""Which path carries, why, and what would happen next? In words, for the uplink panel.

Countdowns and elapsed times run on by the status's age, so that they do not wait for the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from math import ceil

from livedesk.core.causes import FAULTS, ORDERED
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import DrillStatus, FailoverStatus, LastSwitch, UplinkStatus
from livedesk.desk.looks import LOUDNESS, Look, feed_flows, is_delivering, is_running
from livedesk.desk.model import StoreView
from livedesk.desk.uplinkcards import active_uplink, is_settling, uplink_card
from livedesk.desk.words import age, countdown, lost_words, number, tr, wall_clock

PAIR = 2
"""With two uplinks the other one is next; with more it has to be said which."""


@dataclass(frozen=True, slots=True)
class Headline:
    """The first thing one reads: a word of the mode or of what goes on, and the reason."""

    look: Look
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """What stands under the paths: what comes next, and what was last. `look` is of the last."""

    ahead: str
    past: str
    look: Look = "ok"
    detail: str = ""
    """More than has room: every step of a drill, who asked."""


def has_choice(view: StoreView) -> bool:
    """Whether there is another uplink that the stream could move to."""
    return len(view.status.uplinks) > 1 and view.status.failover.mode != "single"


def headline(view: StoreView) -> Headline:
    failover = view.status.failover
    if view.stale:
        text = tr(
            "No news from the engine for {age}: no order reaches the relay, which decides by itself"
        )
        return Headline("unknown", tr("Unknown"), text.format(age=age(view.age_s)))
    if failover.switching_to is not None:
        return Headline("warning", tr("Switching"), _towards(view))
    if is_dark(view):
        nothing = tr("No path carries the stream.")
        return Headline("critical", tr("No path"), failover.reason or nothing)
    if failover.drill is not None and failover.drill.state == "running":
        return Headline("notice", tr("Drill"), failover.drill.step)
    return Headline(*_mode_words(view), _reason(view))


def switching_words(view: StoreView) -> str:
    """`Switching to bonded … 0.3 s: nothing was acknowledged for 230 ms`."""
    return tr("Switching {words}").format(words=_towards(view))


def _towards(view: StoreView) -> str:
    failover = view.status.failover
    text = tr("to {name} …").format(name=failover.switching_to)
    last = failover.last
    if last is not None and last["state"] == "running":
        elapsed_s = (view.status.utc_ns - last["utc_ns"]) / NS_PER_S + view.age_s
        text = f"{text} {number(max(0.0, elapsed_s), 1)} s"
    reason = failover.reason or (last["reason"] if last is not None else "")
    return f"{text}: {reason}" if reason else text


def is_dark(view: StoreView) -> bool:
    """Media of a show comes in and no path carries it, as far as is known."""
    status = view.status
    known = status.feed.state != "BLIND" and bool(status.uplinks) and not view.stale
    carried = any(uplink.state == "carrying" for uplink in status.uplinks)
    external = status.failover.mode == "external"
    return known and is_running(view) and feed_flows(view) and not carried and not external


def _mode_words(view: StoreView) -> tuple[Look, str]:
    failover = view.status.failover
    carrying = active_uplink(view)
    path: Look = uplink_card(view, carrying).look if carrying is not None else "idle"
    look = path if LOUDNESS[path] >= LOUDNESS["notice"] else "ok"
    match failover.mode:
        case "hold":
            return _louder(look, "notice"), tr("On hold")
        case "latched":
            return _louder(look, "warning"), tr("Latched")
        case "auto" | "external" if failover.sagging:
            return _louder(look, "notice"), tr("Sagging")
        case "auto" | "external" if _is_alone(view) and _is_stuck(carrying):
            return "critical", tr("No path")
        case "auto" | "external" if _is_alone(view):
            return _louder(look, "warning"), tr("No standby")
        case "auto" if missing_standbys(view):
            return _louder(look, "notice"), tr("No standby")
        case "auto":
            return look, tr("Automatic")
        case "manual":
            return look, tr("By hand")
        case "external":
            return look, tr("External")
        case "single":
            return look, tr("One path")


def _is_alone(view: StoreView) -> bool:
    """Whether nothing could take over. A path that was just left needs a moment to open again."""
    is_missed = view.status.failover.next is None and not is_settling(view)
    return is_missed and is_delivering(view) and has_choice(view)


def missing_standbys(view: StoreView) -> str:
    """`bonded is not ready (no route to host)`, before the show, when nothing could take over."""
    failover = view.status.failover
    if view.stale or is_running(view) or failover.next is not None or not has_choice(view):
        return ""
    waiting = (u for u in view.status.uplinks if u.name != failover.active and not u.ready)
    said = tr("{name} is not ready ({reason})")
    return "; ".join(said.format(name=u.name, reason=u.reason) for u in waiting if u.reason)


def _is_stuck(carrying: UplinkStatus | None) -> bool:
    """Its connection stands, and nothing gets through."""
    return carrying is not None and carrying.health == "STALLED"


def _louder(one: Look, other: Look) -> Look:
    return max(one, other, key=lambda look: LOUDNESS[look])


def _reason(view: StoreView) -> str:
    failover, status = view.status.failover, view.status
    if failover.reason:
        return failover.reason
    carrying = [uplink.name for uplink in status.uplinks if uplink.state == "carrying"]
    if carrying and feed_flows(view):
        return tr("{name} carries the feed").format(name=carrying[0])
    return tr("no feed to carry")


def mode_hint(failover: FailoverStatus) -> str:
    """What the mode means for what happens by itself."""
    return {
        "single": tr("There is no other uplink to switch to."),
        "auto": tr("livedesk switches by itself when the path fails and another is ready."),
        "manual": tr("livedesk does not switch by itself: only people do."),
        "hold": tr("Nothing switches by itself until the hold is released."),
        "latched": tr("After too many switches only an outage of 5 s moves the stream, until "
                      "somebody switches or releases the latch."),
        "external": tr("Another program carries the stream; livedesk tells it by itself to move."),
    }[failover.mode]  # fmt: skip


def story(view: StoreView, zone: tzinfo | None = None) -> Story:
    failover = view.status.failover
    ahead = "" if view.stale else " · ".join(_ahead(view))
    drill, last = failover.drill, failover.last
    if drill is not None and (last is None or _is_newest(drill, last)):
        return Story(ahead, *_drill_words(drill, zone))
    if last is None:
        return Story(
            ahead, "" if failover.mode == "single" else tr("no switch since the relay started")
        )
    look: Look = "warning" if last["state"] == "failed" else "ok"
    return Story(ahead, switch_words(last, zone), look, _by(last))


def _is_newest(drill: DrillStatus, last: LastSwitch) -> bool:
    """Whether the last switch is of the drill, or before it."""
    is_later = drill.utc_ns >= last["utc_ns"]
    return is_later or last["cause"] == "drill" or drill.state == "running"


def _ahead(view: StoreView) -> list[str]:
    """Countdowns, and where a switch would go."""
    failover = view.status.failover
    if _is_alone(view) and failover.switching_to is None:
        return [tr("nothing could take over now")]
    found: list[str] = []
    if failover.fail_back_in_s is not None and failover.fail_back_to is not None:
        left = countdown(failover.fail_back_in_s - view.age_s)
        found.append(tr("fails back to {name} in {time}").format(
            name=failover.fail_back_to, time=left))  # fmt: skip
    if failover.dwell_s is not None and failover.dwell_s > view.age_s:
        left = countdown(ceil(failover.dwell_s - view.age_s))
        found.append(tr("stays for {time} unless it dies").format(time=left))
    if failover.switching_to is not None or not has_choice(view):
        return found
    if failover.next is not None and len(view.status.uplinks) > PAIR and not found:
        by_itself = failover.mode in ("auto", "external")
        would = tr("would switch to {name}") if by_itself else tr("{name} could take over")
        found.append(would.format(name=failover.next))
    return found


def switch_words(last: LastSwitch, zone: tzinfo | None = None) -> str:
    """`20:41:07 primary → bonded: first keyframe after 310 ms; no frame lost; nothing was …`.

    What came of it stands first: the line is cut off at its end, and the reason was an alarm.
    """
    time = wall_clock(last["utc_ns"], zone)
    way = f"{last['from']} → {last['to']}"
    return f"{time} {way}: {'; '.join([*outcome_words(last), last['reason'] or last['cause']])}"


def outcome_words(last: LastSwitch) -> list[str]:
    """How a switch went, as far as is known."""
    if last["state"] == "failed":
        return [tr("{name} did not take over").format(name=last["to"])]
    if last["state"] == "running":
        return [tr("under way")]
    found: list[str] = []
    if last["switch_ms"] is not None:
        found.append(tr("first keyframe after {n} ms").format(n=number(last["switch_ms"])))
    found.append(lost_words(last["frames_lost"]))
    if last["frames_repeated"]:
        found.append(tr("{n} repeated").format(n=number(last["frames_repeated"])))
    return found


def away_words(view: StoreView, zone: tzinfo | None = None) -> str:
    """`On bonded since 20:41, because primary failed then (…)`; empty unless a fault moved it."""
    failover = view.status.failover
    last = failover.last
    if last is None or last["state"] != "done" or failover.active != last["to"]:
        return ""
    if last["cause"] not in FAULTS or not is_running(view):
        return ""
    time = wall_clock(last["utc_ns"], zone)[:5]
    text = tr("On {to} since {time}, when {from_} failed ({reason})").format(
        to=last["to"], time=time, from_=last["from"], reason=last["reason"] or last["cause"]
    )
    return " · ".join(filter(None, [text, _answers_again(view)]))


def _answers_again(view: StoreView) -> str:
    """A path that does not carry is known to answer, and not how much it would carry."""
    failover = view.status.failover
    better = (uplink for uplink in view.status.uplinks if uplink.name == failover.fail_back_to)
    uplink = next(better, None)
    if uplink is None:
        return ""
    if uplink.healthy_s is None:
        return tr("{name} answers again").format(name=uplink.name)
    time = countdown(uplink.healthy_s)
    return tr("{name} has answered for {time}").format(name=uplink.name, time=time)


def _by(last: LastSwitch) -> str:
    by_person = last["cause"] in ORDERED and last["actor"]
    return tr("asked for by {name}").format(name=last["actor"]) if by_person else ""


def _drill_words(drill: DrillStatus, zone: tzinfo | None) -> tuple[str, Look, str]:
    time = wall_clock(drill.utc_ns, zone)
    steps = [_step_words(switch) for switch in drill.switches]
    detail = "\n".join(filter(None, [
        *(switch_words(switch, zone) for switch in drill.switches),
        tr("asked for by {name}").format(name=drill.actor) if drill.actor else "",
    ]))  # fmt: skip
    if drill.state == "running":
        head = tr("Drill, {time}: {step}").format(time=time, step=drill.step)
        return " · ".join([head, *steps]), "notice", detail
    passed = drill.state == "passed"
    head = tr("Drill {time} passed") if passed else tr("Drill {time} failed: {step}")
    told = [head.format(time=time, step=drill.step), *steps]
    return " · ".join(told), "ok" if passed else "warning", detail


def _step_words(switch: LastSwitch) -> str:
    """Short: two of them stand in a line; the whole of it is in the detail."""
    way = f"{switch['from']} → {switch['to']}"
    if switch["state"] != "done" or switch["switch_ms"] is None:
        return f"{way}: {', '.join(outcome_words(switch))}"
    lost = tr("{n} lost").format(n=number(switch["frames_lost"]))
    return f"{way}: {number(switch['switch_ms'])} ms, {lost}"
