"""Alarms with their delays, and whose fault they name."""

from __future__ import annotations

from dataclasses import replace

from livedesk.alarms.life import AlarmRule, Alarms, Finding
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import (
    FeedStatus,
    PartStatus,
    StoreStatus,
    SyncStatus,
    UplinkStatus,
)
from livedesk.engine.conditions import findings

RULE = AlarmRule("high", on_s=1.0, off_s=2.0, action="Do something.")

UP = PartStatus("up")
HEALTHY = StoreStatus(
    "glow",
    "Glow",
    utc_ns=0,
    session="s",
    state="live",
    feed=FeedStatus("OK", kbps=4000, lag_ms=5, video_age_ms=10, audio_age_ms=20),
    sync=SyncStatus(skew_ms=10, state="ok"),
    uplinks=(UplinkStatus("primary", "carrying", goodput_kbps=3990, health="OK"),),
    relay=UP,
    probe=UP,
    journal=UP,
)


class Story:
    """Alarms on a clock of their own."""

    def __init__(self) -> None:
        self.alarms = Alarms()
        self.now_s = 0.0

    def sees(self, present: bool | None, for_s: float) -> list[bool]:
        """Look four times a second; returns trips (True) and clears (False)."""
        changes = []
        until_s = self.now_s + for_s
        while self.now_s < until_s:
            finding = {"a": Finding(RULE, present, "Cause.")}
            found = self.alarms.update(round(self.now_s * NS_PER_S), 7, finding)
            changes += [change.tripped for change in found]
            self.now_s += 0.25
        return changes


def test_an_alarm_waits_for_its_delay_and_stays_until_the_condition_is_gone_long_enough() -> None:
    story = Story()
    assert story.sees(True, 1.0) == []
    assert story.sees(True, 0.5) == [True]
    assert [alarm.id for alarm in story.alarms.active()] == ["a"]
    assert story.sees(False, 1.75) == []
    assert story.sees(True, 1.0) == []
    assert story.sees(False, 2.5) == [False]
    assert story.alarms.active() == ()


def test_a_standing_alarm_says_how_long_its_condition_has_been_gone() -> None:
    story = Story()
    assert story.sees(True, 1.5) == [True]
    assert [alarm.gone_s for alarm in story.alarms.active()] == [None]
    story.sees(False, 1.0)
    assert [alarm.gone_s for alarm in story.alarms.active()] == [None], "too short to say so"
    story.sees(False, 0.5)
    assert [alarm.gone_s for alarm in story.alarms.active()] == [1.25]
    story.sees(None, 0.5)
    assert [alarm.gone_s for alarm in story.alarms.active()] == [None], "it cannot be seen"
    story.sees(True, 0.5)
    assert [alarm.gone_s for alarm in story.alarms.active()] == [None], "it came back"


def test_a_flapping_condition_is_one_alarm_with_a_count() -> None:
    story = Story()
    changes = [c for _ in range(60) for c in story.sees(True, 1) + story.sees(False, 1)]
    assert changes == [True]
    [alarm] = story.alarms.active()
    assert alarm.count == 60
    assert story.sees(False, 2) == [False]
    assert story.sees(True, 2) == [True]
    assert story.alarms.active()[0].count == 1


def test_what_comes_now_and_then_is_no_alarm() -> None:
    story = Story()
    assert [c for _ in range(20) for c in story.sees(True, 0.75) + story.sees(False, 3)] == []


def test_an_alarm_lasted_until_its_condition_was_last_there() -> None:
    story = Story()
    story.sees(True, 3)
    [change] = story.alarms.update(round(20 * NS_PER_S), 0, {})
    assert change.lasted_s == 1.75


def test_what_is_part_of_a_greater_fault_is_no_alarm_of_its_own() -> None:
    alarms = Alarms()
    lesser = AlarmRule("medium", 0.5, 2.0, "Wait.")

    def sees(at_s: float, *, down: bool, slow: bool) -> list[tuple[str, bool, str | None]]:
        found = {
            "slow": Finding(lesser, slow, "It is slow.", part_of=("down",)),
            "down": Finding(RULE, down, "It is down."),
        }
        changes = alarms.update(round(at_s * NS_PER_S), 7, found)
        return [(change.alarm.id, change.tripped, change.goes_on_as) for change in changes]

    assert sees(0, down=False, slow=True) == []
    assert sees(0.5, down=False, slow=True) == [("slow", True, None)]
    assert sees(1.0, down=True, slow=False) == []
    assert sees(2.0, down=True, slow=False) == [("down", True, None), ("slow", False, "down")]
    for second in range(3, 12):
        assert sees(second, down=False, slow=True) == []
    [alarm] = alarms.active()
    assert (alarm.id, alarm.cause, alarm.action) == ("down", "It is slow.", "Wait.")
    assert sees(12, down=False, slow=False) == []
    assert sees(13, down=False, slow=False) == [("down", False, None)]


def test_what_outlasts_a_greater_fault_becomes_an_alarm_of_its_own() -> None:
    alarms = Alarms()
    lesser = AlarmRule("medium", 2.0, 5.0, "Raise the rate.")
    told = []
    for quarter in range(4 * 60):
        at_s = quarter / 4
        found = {
            "lost": Finding(RULE, at_s < 5, "The encoder is gone."),
            "low": Finding(lesser, at_s >= 5, "The feed is low.", part_of=("lost",)),
        }
        changes = alarms.update(round(at_s * NS_PER_S), 7, found)
        told += [(change.alarm.id, change.tripped) for change in changes]
        if at_s == 6:
            [left] = alarms.active()
            assert (left.cause, left.gone_s) == ("The feed is low.", None), "it is not over"
    assert sorted(told) == [("lost", False), ("lost", True), ("low", True)]
    assert [(alarm.id, alarm.priority) for alarm in alarms.active()] == [("low", "medium")]


def test_what_cannot_be_seen_neither_trips_nor_clears() -> None:
    story = Story()
    assert story.sees(None, 10) == []
    assert story.sees(True, 0.75) + story.sees(None, 5) + story.sees(True, 0.75) == []
    assert story.sees(True, 2) == [True]
    assert story.sees(None, 60) == []
    assert len(story.alarms.active()) == 1


def test_a_condition_that_is_no_longer_looked_at_clears() -> None:
    story = Story()
    story.sees(True, 2)
    [change] = story.alarms.update(round(9 * NS_PER_S), 0, {})
    assert not change.tripped
    assert story.alarms.active() == ()


def present(status: StoreStatus) -> set[str]:
    return {name for name, finding in findings(status).items() if finding.present}


def test_a_healthy_store_has_no_findings() -> None:
    assert present(HEALTHY) == set()
    assert present(StoreStatus("glow", "Glow", 0, relay=UP, probe=UP, journal=UP)) == set()


def test_a_low_feed_blames_the_encoder_and_never_the_path() -> None:
    low = replace(
        HEALTHY,
        feed=FeedStatus("LOW", kbps=1800),
        uplinks=(UplinkStatus("primary", "carrying", goodput_kbps=1800, health="OK"),),
    )
    assert present(low) == {"feed.low"}
    cause = findings(low)["feed.low"].cause
    assert "Encoder" in cause
    assert "1,800 kbps" in cause


def test_a_class_that_outlasts_its_reason_is_no_finding() -> None:
    assert present(replace(HEALTHY, feed=FeedStatus("LOW", kbps=4000))) == set()
    assert present(replace(HEALTHY, feed=FeedStatus("STARVED", kbps=4000))) == {"feed.starved"}


def test_low_goodput_under_a_good_feed_blames_the_path() -> None:
    low = UplinkStatus("primary", "carrying", goodput_kbps=1500, health="LOW")
    path = replace(HEALTHY, uplinks=(low,))
    assert present(path) == {"uplink.low:primary"}
    down = replace(
        HEALTHY, uplinks=(UplinkStatus("primary", "down", reason="refused", health="GONE"),)
    )
    assert present(down) == {"uplink.down:primary"}
    assert "refused" in findings(down)["uplink.down:primary"].cause


def test_a_lost_encoder_is_one_alarm() -> None:
    for state in ("GONE", "STALLED"):
        lost = replace(
            HEALTHY,
            state="interrupted",
            feed=FeedStatus(state),
            sync=SyncStatus(),
            uplinks=(UplinkStatus("primary", "down"),),
        )
        assert present(lost) == {"feed.lost"}


def test_a_feed_in_its_first_second_is_not_lost() -> None:
    arriving = replace(HEALTHY, feed=FeedStatus("GONE", age_ms=40))
    assert present(arriving) == set()


def test_a_blind_engine_judges_its_instrument_and_nothing_else() -> None:
    blind = replace(HEALTHY, feed=FeedStatus("BLIND"), relay=PartStatus("stale", "silent"))
    assert present(blind) == {"relay"}
    assert findings(blind)["feed.lost"].present is None
    assert findings(blind)["uplink.low:primary"].present is None


def test_skew_journal_and_probe_have_alarms_of_their_own() -> None:
    skewed = replace(HEALTHY, sync=SyncStatus(skew_ms=-220, state="critical"))
    assert present(skewed) == {"sync.skew"}
    assert findings(skewed)["sync.skew"].cause == "Sound is 220 ms late."
    assert present(replace(HEALTHY, journal=PartStatus("down", "The disk is full."))) == {"journal"}
    assert present(replace(HEALTHY, probe=PartStatus("stale", "no samples"))) == {"probe"}


def test_a_standing_alarm_names_the_cause_and_the_figures_of_now() -> None:
    alarms = Alarms()

    def sees(at_s: float, cause: str) -> str:
        alarms.update(round(at_s * NS_PER_S), 7, {"a": Finding(RULE, True, cause)})
        [alarm] = alarms.active() or [None]
        return alarm.cause if alarm else ""

    assert sees(0, "Connecting.") == ""
    assert sees(1, "Connecting.") == "Connecting."
    assert sees(2, "Refused at 1,500 kbps.") == "Refused at 1,500 kbps."
    assert sees(3, "Refused at 1,498.5 kbps.") == "Refused at 1,500 kbps.", "not at every look"
    assert sees(4, "Refused at 900 kbps.") == "Refused at 900 kbps."
    [over] = alarms.update(5 * NS_PER_S, 7, {})
    assert over.lasted_s == 3.0
    assert over.alarm.cause == "Connecting."


def test_a_relay_that_cannot_run_says_what_to_do_itself() -> None:
    problem = PartStatus("down", "cannot listen on 127.0.0.1:1935; end the other program")
    found = findings(replace(HEALTHY, relay=problem))["relay"]
    assert found.cause == "The relay does not run: cannot listen on 127.0.0.1:1935."
    assert found.rule.action == "End the other program."
    silent = findings(replace(HEALTHY, relay=PartStatus("stale", "it is silent")))["relay"]
    assert "platform" in silent.rule.action


def test_a_greater_alarm_that_only_waits_gives_way_to_what_is_left_of_it() -> None:
    """One that came twice in a minute waits for long: what is left must not be told twice."""
    alarms, told = Alarms(), list[tuple[str, bool, str | None]]()
    rule = AlarmRule("medium", 0.0, 1.0, "Look.")
    for step in range(100):
        is_greater = step < 4 or 12 <= step < 16
        is_left = step >= 16
        found = {
            "starved": Finding(rule, is_greater, "Held back."),
            "low": Finding(rule, is_left, "Fewer bits.", part_of=("starved",)),
        }
        for change in alarms.update(step * NS_PER_S // 4, 7, found):
            told.append((change.alarm.id, change.tripped, change.goes_on_as))
    assert told[-2:] == [("low", True, None), ("starved", False, "low")]
    assert [alarm.id for alarm in alarms.active()] == ["low"]
