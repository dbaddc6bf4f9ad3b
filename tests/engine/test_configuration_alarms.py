"""An alarm about the encoder's settings outlives the probe that found the fault."""

from __future__ import annotations

from dataclasses import replace

from livedesk.alarms.life import Alarms
from livedesk.core.clock import ManualClock
from livedesk.core.status import ConfigurationIssue, FeedStatus, PartStatus, StoreStatus
from livedesk.engine.conditions import Beside, findings

ISSUE = ConfigurationIssue(
    "videoCodec", "error", "Video codec", "The picture is hevc; set the encoder to H.264."
)
FEED = FeedStatus("OK", kbps=4_000, age_ms=10, video_age_ms=10, audio_age_ms=10)
SEEN = StoreStatus(
    "glow", "Glow", 0, state="live", feed=FEED, issues=(ISSUE,), issues_checked=True,
    relay=PartStatus("up"), probe=PartStatus("up"), journal=PartStatus("up"),
)  # fmt: skip


def test_while_the_probe_is_away_an_alarm_of_the_settings_stands_and_none_comes() -> None:
    clock, alarms, other = ManualClock(), Alarms(), Alarms()

    def see(seconds: float, told: Alarms, status: StoreStatus, *unseen: ConfigurationIssue) -> bool:
        for _ in range(round(seconds * 4)):
            clock.advance(0.25)
            found = findings(status, Beside(unseen_issues=unseen))
            told.update(clock.mono_ns(), clock.utc_ns(), found)
        return bool(told.active())

    away = replace(SEEN, issues=(), issues_checked=False)
    assert see(6, alarms, SEEN)
    assert see(60, alarms, away, ISSUE)
    assert not see(60, other, away, ISSUE)
    assert not see(6, alarms, replace(SEEN, issues=()))
