"""The panel's words: which path carries, why, what comes next, and what was last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from livedesk.core.status import (
    AlarmStatus,
    DrillStatus,
    FailoverStatus,
    FeedStatus,
    LastSwitch,
    StoreStatus,
    UplinkStatus,
)
from livedesk.desk.cards import cards
from livedesk.desk.failover import away_words, headline, story
from livedesk.desk.issues import go_line
from livedesk.desk.looks import Card
from livedesk.desk.model import DeskSnapshot, LinkView, StoreView
from livedesk.desk.plots import StorePlots, goodput
from livedesk.desk.troubles import troubles
from livedesk.desk.uplinktiles import Tile, tiles

SWITCHED_UTC_NS = (20 * 3600 + 41 * 60 + 7) * 10**9
PRIMARY = UplinkStatus("primary", "carrying", 3900, 200, age_ms=50, health="OK", healthy_s=252)
BONDED = UplinkStatus("bonded", "standby", age_ms=50, ready=True, proof_age_ms=1200, healthy_s=60)
AUTO = FailoverStatus("primary", "auto", reason="primary carries 3,900 kbps; encoder fine",
                      next="bonded")  # fmt: skip
LIVE = StoreStatus("lumen", "Lumen", SWITCHED_UTC_NS + 300_000_000, state="live",
                   feed=FeedStatus("OK", 4000, age_ms=30), uplinks=(PRIMARY, BONDED),
                   failover=AUTO, issues_checked=True)  # fmt: skip


def last(**changes: Any) -> LastSwitch:
    switch: Any = {
        "from": "primary", "to": "bonded", "cause": "silence",
        "reason": "nothing was acknowledged for 230 ms", "actor": "policy", "state": "done",
        "utc_ns": SWITCHED_UTC_NS, "detect_ms": 240.0, "publish_ms": 60.0, "switch_ms": 310.0,
        "frames_lost": 0, "frames_repeated": 0, "lost_ms": 0.0,
    }  # fmt: skip
    switch.update(changes)
    return switch  # type: ignore[no-any-return]


def view(status: StoreStatus = LIVE, age_s: float = 0.0, **failover: Any) -> StoreView:
    changed = replace(status, failover=replace(status.failover, **failover))
    return StoreView(changed, age_s, age_s >= 1.5, 60)


def on_bonded(**failover: Any) -> StoreView:
    carrying = replace(BONDED, state="carrying", goodput_kbps=3900)
    left = replace(PRIMARY, state="standby", ready=True, proof_age_ms=800)
    told = {"active": "bonded", "next": "primary", "last": last(), **failover}
    return view(replace(LIVE, uplinks=(left, carrying)), **told)


def tile(shown: StoreView, name: str, answering: bool = True) -> Tile:
    return next(t for t in tiles(shown, answering) if t.name == name)


def card(shown: StoreView, key: str) -> Card:
    return next(c for c in cards(shown) if c.key == key)


def test_the_reason_comes_first_and_what_goes_on_before_the_mode() -> None:
    assert headline(view()).word == "Automatic"
    assert headline(view()).text == "primary carries 3,900 kbps; encoder fine"
    assert headline(view(mode="hold")).look == "notice"
    assert headline(view(mode="latched")).look == "warning"
    assert headline(view(next=None)).word == "No standby"
    assert headline(view(next=None, last=last())).word == "Automatic", "the other one opens again"
    drill = DrillStatus("running", "on bonded for 5 s", SWITCHED_UTC_NS, "ana")
    assert headline(view(drill=drill)).text == "on bonded for 5 s"
    under_way = view(switching_to="bonded", reason="", last=last(state="running"))
    assert headline(under_way).text == "to bonded … 0.3 s: nothing was acknowledged for 230 ms"
    assert headline(view(age_s=2)).look == "unknown"


def test_a_standby_that_is_ready_is_no_alarm_and_does_not_look_like_the_path_that_carries() -> None:
    shown = view()
    assert card(shown, "uplink:bonded").look == "ready"
    assert card(shown, "uplink:bonded").note == "ready, proven 1.2 s ago"
    assert card(shown, "uplink:primary").look == "ok"
    assert (tile(shown, "bonded").word, tile(shown, "primary").word) == ("READY", "CARRIES")
    assert tile(shown, "bonded").sentence == "proven 1.2 s ago · answering for 1:00"
    assert tile(shown, "primary").offer == ""


def test_before_the_show_it_is_told_which_path_goes_first() -> None:
    waits = replace(PRIMARY, state="standby", ready=True, proof_age_ms=700)
    status = replace(LIVE, state="waiting", feed=FeedStatus("GONE"), uplinks=(waits, BONDED))
    shown = view(status)
    assert (card(shown, "uplink:primary").look, card(shown, "uplink:primary").note) == (
        "ready", "carries once the encoder sends",
    )  # fmt: skip
    assert tile(shown, "primary").sentence.startswith("carries once the encoder sends · proven")
    assert card(shown, "uplink:bonded").note == "ready, proven 1.2 s ago"


def test_a_dead_standby_is_said_before_it_is_needed() -> None:
    dead = replace(BONDED, state="connecting", ready=False, reason="no route to host")
    shown = view(replace(LIVE, uplinks=(PRIMARY, dead)), next=None)
    assert (card(shown, "uplink:bonded").look, card(shown, "uplink:bonded").note) == (
        "warning", "no route to host",
    )  # fmt: skip
    assert tile(shown, "bonded").blocked == "bonded is not ready: no route to host"
    assert "nothing could take over now" in story(shown).ahead


def test_no_order_is_offered_that_cannot_arrive() -> None:
    assert tile(view(), "bonded").blocked == ""
    assert "does not answer" in tile(view(age_s=2), "bonded").blocked
    assert "does not answer" in tile(view(), "bonded", answering=False).blocked
    assert "under way" in tile(view(switching_to="bonded"), "bonded").blocked


def test_countdowns_run_on_between_two_statuses() -> None:
    shown = on_bonded(dwell_s=8.0, fail_back_to="primary", fail_back_in_s=22.0)
    aged = replace(shown, age_s=1.0)
    assert story(aged).ahead == "fails back to primary in 0:21 · stays for 0:07 unless it dies"
    assert tile(aged, "primary").offer == "Fail back to primary"


def test_the_last_switch_and_a_drill_are_told_with_their_figures() -> None:
    assert story(on_bonded(), UTC).past == (
        "20:41:07 primary → bonded: first keyframe after 310 ms; no frame lost; "
        "nothing was acknowledged for 230 ms"
    )
    unknown = on_bonded(last=last(frames_lost=None))
    assert "frames lost: not known" in story(unknown, UTC).past
    failed = on_bonded(last=last(state="failed"))
    assert story(failed).look == "warning"
    steps = (last(cause="drill"), last(cause="drill", **{"from": "bonded", "to": "primary"}))
    drill = DrillStatus("passed", "to bonded and back", SWITCHED_UTC_NS, "ana", steps)
    told = story(view(drill=drill, last=steps[1]), UTC)
    assert told.past == ("Drill 20:41:07 passed · primary → bonded: 310 ms, 0 lost · "
                         "bonded → primary: 310 ms, 0 lost")  # fmt: skip
    assert "ana" in told.detail


def test_after_a_fault_the_banner_says_calmly_where_the_stream_is_and_why() -> None:
    line = go_line(on_bonded(), UTC)
    assert line.look == "notice"
    assert line.text.startswith("On bonded since 20:41, when primary failed (nothing was ackno")
    assert away_words(on_bonded(last=last(cause="operator"))) == ""


def test_the_banner_is_loud_while_no_path_carries_and_says_it_once() -> None:
    down = replace(LIVE, uplinks=(replace(PRIMARY, state="down"), replace(BONDED, ready=False)))
    shown = view(down, reason="primary was closed by the platform", next=None)

    def loudest(shown: StoreView) -> tuple[str, ...]:
        link = LinkView("attached", 0)
        return tuple(t.cause for t in troubles(DeskSnapshot(0, link, (shown,)), "lumen"))

    assert loudest(shown) == ("No path carries the stream: primary was closed by the platform",)
    assert headline(shown).look == "critical"
    alarm = AlarmStatus("path.none", "high", "No uplink carries.", "Check.", 0)
    told = replace(shown, status=replace(shown.status, alarms=(alarm,)))
    assert loudest(told) == ("No uplink carries.",)
    assert loudest(view(mode="hold")) == ("On hold: nothing switches by itself",)
    assert loudest(view(replace(LIVE, feed=FeedStatus("GONE")))) == ()


def test_a_path_that_has_just_taken_over_is_not_called_gone() -> None:
    shown = on_bonded()
    fresh = replace(shown.status.uplinks[1], health="GONE")
    status = replace(shown.status, uplinks=(shown.status.uplinks[0], fresh))
    assert card(replace(shown, status=status), "uplink:bonded").look == "ok"
    later = replace(status, utc_ns=status.utc_ns + 3 * 10**9)
    assert card(replace(shown, status=later), "uplink:bonded").look == "critical"


def test_many_uplinks_are_two_cards_and_one_that_is_missing_is_named() -> None:
    more = tuple(replace(BONDED, name=name, ready=name != "wifi") for name in ("5g", "wifi"))
    shown = view(replace(LIVE, uplinks=(PRIMARY, BONDED, *more)))
    keys = [c.key for c in cards(shown) if c.key.startswith(("uplink", "standby"))]
    assert keys == ["uplink:primary", "standby"]
    standby = card(shown, "standby")
    assert (standby.look, standby.word) == ("notice", "2 of 3 ready")
    assert "wifi" in standby.note


def test_a_path_that_carries_nothing_on_purpose_draws_no_zero() -> None:
    plots = StorePlots()
    plots.add(replace(LIVE, uplinks=(PRIMARY, replace(BONDED, goodput_kbps=0.0))))
    values = plots[goodput("bonded")].values
    assert len(values) == 1
    assert values[0] != values[0], "not a number, so that no line is drawn"


def test_the_path_that_was_just_left_opens_again_without_an_alarm() -> None:
    carrying = replace(BONDED, state="carrying", goodput_kbps=3900, health="OK")
    opening = replace(PRIMARY, state="connecting", ready=False, goodput_kbps=None)
    status = replace(LIVE, uplinks=(opening, carrying))
    shown = view(status, active="bonded", next=None, last=last())
    assert (tile(shown, "primary").look, tile(shown, "primary").word) == ("idle", "OPENING")
    later = replace(status, utc_ns=SWITCHED_UTC_NS + 6 * 10**9)
    missing = view(later, active="bonded", next=None, last=last())
    assert tile(missing, "primary").look == "warning"


def test_between_two_tries_a_path_that_failed_keeps_its_word() -> None:
    words = set()
    for state in ("connecting", "down"):
        dead = replace(BONDED, state=state, ready=False, reason="the platform did not answer")
        words.add(tile(view(replace(LIVE, uplinks=(PRIMARY, dead)), next=None), "bonded").word)
        out = replace(PRIMARY, state=state, goodput_kbps=None, reason="nothing was acknowledged")
        dark = tile(view(replace(LIVE, uplinks=(out, dead)), next=None), "primary")
        words.add(f"{dark.word} {dark.look}")
    assert words == {"NOT READY", "DOWN critical"}


def test_a_path_that_came_back_is_not_gone_while_its_rate_is_not_known() -> None:
    back = replace(PRIMARY, goodput_kbps=None, health="GONE")
    shown = tile(view(replace(LIVE, uplinks=(back, BONDED))), "primary")
    assert (shown.look, shown.word, shown.sentence) == (
        "unknown", "CARRIES", "its rate is not known yet",
    )  # fmt: skip


def test_a_path_that_is_stuck_is_not_said_to_carry() -> None:
    stuck = replace(PRIMARY, health="STALLED", goodput_kbps=0.0, backlog_ms=5700)
    dead = replace(BONDED, state="connecting", ready=False, reason="no route to host")
    shown = view(replace(LIVE, uplinks=(stuck, dead)), next=None)
    assert (tile(shown, "primary").word, tile(shown, "primary").sentence) == (
        "STALLED", "5.7 s behind",
    )  # fmt: skip
    assert (headline(shown).look, headline(shown).word) == ("critical", "No path")
    waits = view(replace(LIVE, uplinks=(stuck, dead)), next=None, dwell_s=4.0)
    assert story(waits).ahead == "nothing could take over now", "no countdown to anything"


def test_of_a_path_that_was_left_it_is_said_what_is_known_and_no_more() -> None:
    left = replace(PRIMARY, state="standby", ready=True, proof_age_ms=800, capacity_kbps=1480)
    carrying = replace(BONDED, state="carrying", goodput_kbps=3900, health="OK")
    status = replace(LIVE, uplinks=(left, carrying))
    shown = view(status, active="bonded", fail_back_to="primary", last=last())
    assert tile(shown, "primary").figures[0].label == "Carried last"
    assert tile(shown, "bonded").figures[0].label == "Capacity"
    assert away_words(shown, UTC).endswith("· primary has answered for 4:12")


def test_before_the_show_a_standby_that_is_missing_is_said_in_the_banner_too() -> None:
    waits = replace(PRIMARY, state="standby", ready=True)
    dead = replace(BONDED, state="down", ready=False, reason="this machine has no address 10.9.9.9")
    status = replace(LIVE, state="waiting", feed=FeedStatus("GONE"), uplinks=(waits, dead))
    shown = view(status, next=None, reason="no encoder is connected")
    assert (headline(shown).look, headline(shown).word) == ("notice", "No standby")
    line = go_line(shown, UTC)
    assert line.look == "notice"
    assert line.text == (
        "Before going on air: bonded is not ready (this machine has no address 10.9.9.9)"
    )
    opening = replace(status, uplinks=(waits, replace(dead, state="connecting", reason=None)))
    assert go_line(view(opening, next=None), UTC).look == "ok", "the first try is no fault"
