"""Shows told as stories: what the record says about them afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.journal.fold.headline import headline
from livedesk.journal.fold.measured import Gap, Share
from tests.journal.kit import event, info, row, steady, summary_of, write

END = "session.end"


def test_a_good_show_has_nothing_to_say(tmp_path: Path) -> None:
    rows = steady(range(60)) + [row(t_s, 12, "skew_ms") for t_s in range(60)]
    events = [event(1, 0.2, "uplink.up", uplink="primary"), event(2, 60.4, END)]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, events))
    assert (summary.length_ms, summary.on_air_s, summary.off_air_s) == (60_400, 60, 0)
    assert summary.gaps == ()
    assert summary.feed_share == summary.goodput_share == Share(58, 58)
    assert summary.incidents == ()
    assert dict(summary.reconnects) == {"primary": 0}
    assert dict(summary.dropped_messages) == {"primary": 0}


def test_a_throttled_path_is_the_paths_fault(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *steady(range(20, 31), goodput=1500), *steady(range(31, 60))]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [event(1, 60, END)]))
    (incident,) = summary.incidents
    assert (incident.start_ms, incident.end_ms, incident.side) == (20_000, 31_000, "path")
    assert (incident.figure, incident.worst) == ("goodput_kbps", 1500)
    assert summary.feed_share.fraction == 1
    assert summary.goodput_share == Share(47, 58)
    assert summary.on_air_s == 60


def test_a_weak_encoder_is_one_incident_and_the_encoders(tmp_path: Path) -> None:
    low = steady(range(20, 30), feed=1800, goodput=1800)
    late = steady([30], feed=4000, goodput=2300)
    rows = [*steady(range(20)), *low, *late, *steady(range(31, 60))]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [event(1, 60, END)]))
    (incident,) = summary.incidents
    assert (incident.start_ms, incident.end_ms, incident.side) == (20_000, 30_000, "encoder")


def test_low_goodput_without_a_feed_rate_blames_nobody(tmp_path: Path) -> None:
    rows = [row(t_s, 1000, "goodput_kbps", "primary") for t_s in range(10, 20)]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [event(1, 20, END)]))
    (incident,) = summary.incidents
    assert incident.side == "other"
    assert summary.feed_share.fraction is None


def test_what_a_weak_encoder_explains_does_not_lengthen_the_paths_fault(tmp_path: Path) -> None:
    rows = [*steady(range(3)), *steady(range(3, 8), feed=900, goodput=900), *steady(range(8, 15))]
    rows += [*steady(range(15, 25), goodput=1500), *steady(range(25, 40))]
    summary = summary_of(write(tmp_path / "a.livedesk", rows))
    assert [(i.side, i.start_ms, i.end_ms, i.worst) for i in summary.incidents] == [
        ("encoder", 3_000, 8_000, 900),
        ("path", 15_000, 25_000, 1500),
    ]


def test_excursions_close_together_are_one_incident(tmp_path: Path) -> None:
    rows = [row(t_s, 210 if t_s % 3 == 0 else 199, "skew_ms") for t_s in range(30, 60)]
    rows += [row(100, -230, "skew_ms")]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [event(1, 120, END)]))
    assert [(i.start_ms, i.end_ms, i.worst) for i in summary.incidents] == [
        (30_000, 58_000, 210),
        (100_000, 101_000, -230),
    ]
    assert summary.worst_skew is not None
    assert (summary.worst_skew.skew_ms, summary.worst_skew.t_s) == (-230, 100)


def test_a_lost_feed_counts_as_off_air_and_below_the_limit(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *steady(range(30, 60))]
    events = [
        event(1, 20.1, "feed.lost", "Encoder gone."),
        event(2, 21, "uplink.down", "Encoder away.", uplink="primary"),
        event(3, 29.9, "feed.up"),
        event(4, 29.95, "uplink.up", uplink="primary"),
        event(5, 60, END),
    ]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, events))
    assert (summary.on_air_s, summary.off_air_s, summary.unmeasured_s) == (50, 10, 0)
    assert summary.feed_share == Share(48, 58)
    (incident,) = summary.incidents
    assert (incident.start_ms, incident.end_ms, incident.side) == (20_100, 29_900, "encoder")


def test_a_watched_feed_that_is_gone_is_nobodys_proven_fault(tmp_path: Path) -> None:
    events = [
        event(1, 20.1, "feed.lost", "The server gives no media out.", source="server"),
        event(2, 29.9, "feed.up", source="server"),
        event(3, 60, END),
    ]
    rows = [*steady(range(20)), *steady(range(30, 60))]
    (incident,) = summary_of(write(tmp_path / "a.livedesk", rows, events)).incidents
    assert incident.side == "other"
    assert incident.cause == "The feed was gone. The server gives no media out."
    low = [*steady(range(20)), *steady(range(20, 40), feed=900), *steady(range(40, 60))]
    up = event(1, -0.1, "feed.up", source="server")
    (slow,) = summary_of(write(tmp_path / "b.livedesk", low, [up, event(2, 60, END)])).incidents
    assert (slow.side, slow.worst) == ("other", 900)
    assert slow.cause.startswith("What came from the server was below the limit")


def test_an_uplink_that_breaks_is_an_incident_and_a_reconnect(tmp_path: Path) -> None:
    low = [row(20, 4000), row(20, 700, "goodput_kbps", "primary")]
    feed_only = [row(t_s, 4000) for t_s in range(21, 24)]
    rows = [*steady(range(20)), *low, *feed_only, *steady(range(24, 60))]
    events = [
        event(1, 0.1, "uplink.up", uplink="primary"),
        event(2, 20.3, "uplink.down", "Connection reset.", uplink="primary"),
        event(3, 23.9, "uplink.up", uplink="primary"),
        event(4, 24, "uplink.dropped", uplink="primary", messages=90),
        event(5, 60, END),
    ]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, events))
    (incident,) = summary.incidents
    assert (incident.side, incident.subject) == ("path", "primary")
    assert "Connection reset." in incident.cause
    assert dict(summary.reconnects) == {"primary": 1}
    assert dict(summary.dropped_messages) == {"primary": 90}
    assert (summary.on_air_s, summary.off_air_s) == (57, 3)


def test_what_nobody_measured_is_neither_good_nor_bad(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *steady(range(26, 40))]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [event(1, 40, END)]))
    assert summary.gaps == (Gap(20, 26),)
    assert (summary.on_air_s, summary.off_air_s, summary.unmeasured_s) == (34, 0, 6)
    assert summary.goodput_share.fraction == 1
    assert summary.incidents == ()


def test_what_was_over_before_the_show_is_no_incident(tmp_path: Path) -> None:
    events = [event(1, -60, "feed.lost", "Encoder gone."), event(2, -0.1, "feed.up"),
              event(3, 30, END)]  # fmt: skip
    summary = summary_of(write(tmp_path / "a.livedesk", steady(range(30)), events))
    assert summary.incidents == ()


def test_the_end_of_a_show_is_no_incident(tmp_path: Path) -> None:
    rows = [*steady(range(30)), *(row(t_s, 0) for t_s in range(30, 90))]
    events = [
        event(1, 30.2, "feed.lost", "Encoder gone."),
        event(2, 60, "uplink.down", "Encoder away.", uplink="primary"),
        event(3, 90, END),
    ]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, events))
    assert summary.length_ms == 30_200
    assert (summary.on_air_s, summary.off_air_s) == (30, 0)
    assert summary.incidents == ()
    assert summary.signed_off_utc_ns is not None


def test_without_sign_off_a_lost_feed_is_still_an_incident(tmp_path: Path) -> None:
    events = [event(1, 30.2, "feed.lost", "Encoder gone."), event(2, 50, "operator.note")]
    summary = summary_of(write(tmp_path / "a.livedesk", steady(range(30)), events))
    (incident,) = summary.incidents
    assert incident.end_ms is None
    assert (summary.length_ms, summary.off_air_s) == (50_000, 20)
    assert summary.signed_off_utc_ns is None


def test_a_lost_probe_is_our_instruments_fault(tmp_path: Path) -> None:
    events = [event(1, 10, "probe.lost"), event(2, 14, "probe.opened"), event(3, 30, END)]
    summary = summary_of(write(tmp_path / "a.livedesk", steady(range(30)), events))
    (incident,) = summary.incidents
    assert (incident.side, incident.end_ms) == ("instrument", 14_000)


def test_a_relay_that_died_took_the_stream_off_the_air(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *steady(range(40, 60))]
    events = [
        event(1, 19.9, "probe.lost", "The probe lost the feed."),
        event(2, 20, "relay.died", "The relay ended unexpectedly."),
        event(3, 40, "feed.up"),
        event(4, 41, "probe.opened"),
        event(5, 60, END),
    ]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, events))
    (incident,) = summary.incidents
    assert (incident.start_ms, incident.end_ms) == (20_000, 40_000)
    assert (incident.side, incident.cause[:19]) == ("relay", "Nothing was carried")
    assert "because of the relay" in headline(summary)
    assert (summary.on_air_s, summary.off_air_s, summary.unmeasured_s) == (40, 20, 0)


def test_alarms_do_not_repeat_what_the_samples_show(tmp_path: Path) -> None:
    events = [
        event(1, 10, "limit.trip", alarm="uplink.low:primary"),
        event(2, 11, "limit.trip", "Black picture. Look.", alarm="picture.black", action="Look."),
        event(3, 12, "limit.clear", alarm="uplink.low:primary"),
        event(4, 14, "limit.clear", alarm="picture.black"),
        event(5, 30, END),
    ]
    rows = [*steady(range(8)), *steady(range(8, 12), goodput=1500), *steady(range(12, 30))]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, events))
    assert [(i.side, i.figure or i.cause) for i in summary.incidents] == [
        ("path", "goodput_kbps"),
        ("encoder", "Black picture."),
    ]


def test_a_path_that_is_only_late_is_an_incident_of_the_path(tmp_path: Path) -> None:
    events = [
        event(1, 6, "limit.trip", "Path: 2.1 s behind.", alarm="uplink.low:primary"),
        event(2, 14, "limit.clear", alarm="uplink.low:primary"),
        event(3, 30, END),
    ]
    summary = summary_of(write(tmp_path / "a.livedesk", steady(range(30)), events))
    (late,) = summary.incidents
    assert (late.side, late.start_ms, late.end_ms) == ("path", 6_000, 14_000)
    assert late.cause == "Path: 2.1 s behind."


def test_of_two_uplinks_the_better_one_is_what_viewers_got(tmp_path: Path) -> None:
    rows = [row(t_s, 4000) for t_s in range(40)]
    rows += [row(t_s, 0 if t_s >= 20 else 4000, "goodput_kbps", "primary") for t_s in range(40)]
    rows += [row(t_s, 4000, "goodput_kbps", "bonded") for t_s in range(20, 40)]
    about = info(uplinks=("primary", "bonded"))
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [event(1, 40, END)], about))
    assert summary.goodput_share.fraction == 1
    assert summary.incidents == ()


def test_percentiles_are_measured_values(tmp_path: Path) -> None:
    rows = [row(t_s, float(t_s), spread=0.5) for t_s in range(2, 102)]
    summary = summary_of(write(tmp_path / "a.livedesk", rows))
    (stats,) = summary.figures
    assert (stats.min, stats.p05, stats.p95, stats.max) == (1.5, 6, 96, 101.5)
    assert stats.mean == pytest.approx(51.5)


def test_an_empty_record_is_no_error(tmp_path: Path) -> None:
    summary = summary_of(write(tmp_path / "a.livedesk"))
    assert (summary.length_ms, summary.on_air_s, summary.figures) == (0, 0, ())
    assert summary.goodput_share.fraction is None
