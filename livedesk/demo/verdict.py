"""Did the show go as scripted? Each check names what it looked at.

Livedesk is judged, not the machine: on a busy one the sandbox's encoder skips frames and sends less
than its 4,000 kbps, which the figures then rightly show.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from statistics import median
from typing import Any, Final

from livedesk.core.ladder import SkewLadder
from livedesk.core.status import LastSwitch, StoreStatus
from livedesk.demo.chat_verdict import judge_chat
from livedesk.demo.check import Check
from livedesk.demo.operator import judge_seen
from livedesk.demo.pin_verdict import judge_pins
from livedesk.demo.script import Observed, all_arrived, has_moved
from livedesk.demo.sign_on import judge_sign_on
from livedesk.demo.stage import BONDED, PRIMARY

_SHARE_OF_FEED: Final = 0.85
_FRAMES: Final = (20.0, 31.0)
_FAULTS: Final = ("gone", "silence", "congestion", "backlog", "contract")
_BY_HAND: Final = ("operator", "fail_back")
_OF_PATHS: Final = ("uplink.", "path.", "failover.")
_CLEARED: Final = "encoder fine"
_PROMPT_MS: Final = 1_000
"""Of a path that is left sooner nothing but that is an alarm: a slow one has to last so long."""
_LAST_LOOKS: Final = 20
"""Two seconds of looking at the status."""


def judge(seen: Observed) -> list[Check]:
    """Every promise of the script, kept or not."""
    if not seen.healthy:
        return [Check("the feed arrives", False, "no status with a feed within 15 s")]
    return [
        _feed_holds("the feed arrives", seen.healthy),
        _skew(seen.healthy),
        _frames(seen.healthy),
        _feed_holds("the feed rate stays while the path is throttled", seen.throttled),
        _moved(seen),
        _reason([*seen.healthy[-_LAST_LOOKS:], *seen.throttled]),
        _drop_on_record(seen),
        _alarm([*seen.throttled, *seen.healed]),
        judge_seen(seen.alarm),
        _carries("the bonded path carries the feed", BONDED, seen.healed[-_LAST_LOOKS:]),
        _back(seen.back),
        _carries("goodput is back on the primary path", PRIMARY, seen.back[-_LAST_LOOKS:]),
        Check(
            "no frame is lost: the platform has what the encoder sent",
            all_arrived(seen.sandbox),
            _counts(seen.sandbox),
        ),
        *judge_pins(seen.pinned, seen.healthy[-1].limits.pin_budget_ms),
        *judge_chat(seen.moderated),
        judge_sign_on(seen.signed_on),
        Check("the session is on record", seen.session is not None, seen.session or "none"),
    ]


def _feed(statuses: Iterable[StoreStatus]) -> list[float]:
    return [status.feed.kbps for status in statuses if status.feed.kbps is not None]


def _goodput(name: str, statuses: Iterable[StoreStatus]) -> list[float]:
    """While it is this uplink that carries."""
    found = [
        uplink.goodput_kbps
        for status in statuses
        for uplink in status.uplinks
        if uplink.name == name == status.failover.active
    ]
    return [rate for rate in found if rate is not None]


def _feed_holds(name: str, statuses: list[StoreStatus]) -> Check:
    rates = _feed(statuses)
    if not rates:
        return Check(name, False, "no figure")
    middle, limit = median(rates), statuses[-1].limits.min_kbps
    if middle < limit:
        return Check(name, False, f"{middle:,.0f} kbps; this machine may be too busy to encode")
    return Check(name, True, f"{middle:,.0f} kbps")


def _carries(name: str, uplink: str, statuses: list[StoreStatus]) -> Check:
    """Against the feed of the same moments: the path is judged here, not the encoder."""
    goodput, feed = _goodput(uplink, statuses), _feed(statuses)
    if not goodput or not feed:
        return Check(name, False, "no figure")
    through, sent = median(goodput), median(feed)
    return Check(name, through >= _SHARE_OF_FEED * sent, f"{through:,.0f} of {sent:,.0f} kbps")


def _skew(statuses: list[StoreStatus]) -> Check:
    name = "audio and video are in step"
    known = [s.sync.skew_ms for s in statuses if s.sync.skew_ms is not None]
    if not known:
        return Check(name, False, "no figure")
    middle = median(known)
    return Check(name, SkewLadder().state(middle) == "ok", f"{middle:+.0f} ms")


def _frames(statuses: list[StoreStatus]) -> Check:
    name = "the probe counts the frames"
    known = [s.feed.fps for s in statuses if s.feed.fps is not None]
    if not known:
        return Check(name, False, "no figure")
    middle = median(known)
    return Check(name, _FRAMES[0] <= middle <= _FRAMES[1], f"{middle:.1f} fps")


def _switch(statuses: list[StoreStatus], to: str) -> LastSwitch | None:
    return next((s.failover.last for s in reversed(statuses) if has_moved(s, to)), None)


def _moved(seen: Observed) -> Check:
    name = "the stream moves to the bonded path by itself"
    last = _switch(seen.throttled, BONDED)
    if last is None:
        return Check(name, False, "no switch")
    seen_s = "not seen in time" if seen.moved_after_s is None else f"{seen.moved_after_s:.1f} s"
    found = (
        f"{last['cause']}, {_ms(last['detect_ms'])} from the fault to the decision, "
        f"{_ms(last['switch_ms'])} more to the first keyframe; in the status after {seen_s}"
    )
    is_once = seen.throttled[-1].failover.switches == 1
    return Check(name, last["cause"] in _FAULTS and is_once, found)


def _ms(value: float | None) -> str:
    return "unknown time" if value is None else f"{value:,.0f} ms"


def _reason(statuses: list[StoreStatus]) -> Check:
    """Where the machine was too busy to encode before the switch, the encoder may be called so."""
    last = _switch(statuses, BONDED)
    reason = "no reason" if last is None else last["reason"]
    before = takewhile(lambda status: not has_moved(status, BONDED), statuses)
    was_fine = all(status.feed.state == "OK" for status in before)
    is_told = PRIMARY in reason and (_CLEARED in reason or not was_fine)
    return Check("the path is named, and the encoder is cleared", is_told, reason)


def _drop_on_record(seen: Observed) -> Check:
    name = "what the path still carried is on record"
    limit = seen.healthy[-1].limits.min_kbps
    first = next((switch for switch in seen.switches if switch.to == BONDED), None)
    if first is None or first.carried_kbps is None:
        return Check(name, False, "no figure")
    return Check(name, first.carried_kbps < limit, f"{first.carried_kbps:,.0f} kbps")


def _alarm(statuses: list[StoreStatus]) -> Check:
    """Of the paths: on a busy machine the encoder may earn one of its own.

    A machine that made the decision late may show the slow path first, and then that it was left.
    """
    shown = [
        {alarm.id: alarm.cause for alarm in status.alarms if alarm.id.startswith(_OF_PATHS)}
        for status in statuses
    ]
    causes = {alarm_id: cause for each in shown for alarm_id, cause in each.items()}
    last = _switch(statuses, BONDED)
    detect_ms = last["detect_ms"] if last is not None else None
    is_prompt = detect_ms is not None and detect_ms < _PROMPT_MS
    is_one = bool(causes) and max(len(each) for each in shown) == 1
    is_one &= len(causes) == 1 or not is_prompt
    is_named = all(PRIMARY in alarm_id for alarm_id in causes)
    found = "; ".join(causes.values()) or "no alarm"
    return Check("one fault is one alarm, which names the path", is_one and is_named, found)


def _back(statuses: list[StoreStatus]) -> Check:
    name = "a person brings the stream back"
    last = _switch(statuses, PRIMARY)
    if last is None:
        return Check(name, False, "no switch")
    return Check(name, last["cause"] in _BY_HAND, f"{_ms(last['switch_ms'])} to the first keyframe")


def _counts(sandbox: dict[str, Any]) -> str:
    frames = sandbox.get("frames") or {}

    def each(track: str) -> str:
        of = frames.get(track, {})
        sent, missing, again = (of.get(name, 0) for name in ("sent", "missing", "repeated"))
        return f"{track}: {sent:,} sent, {missing:,} missing, {again:,} twice"

    publications = len(sandbox.get("platform", {}).get("publishers") or [])
    return f"{each('video')}; {each('audio')}; {publications} publications"
