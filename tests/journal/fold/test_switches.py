"""A record tells of every switch: when, from where to where, why, and how long it took."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from livedesk.core.events import Event, Json
from livedesk.journal.exports.export import export
from livedesk.journal.fold.switches import SwitchRow
from tests.journal.kit import event, info, row, steady, summary_of, write

ABOUT = info(uplinks=("primary", "bonded"))
REASON = "primary carries 1,480 of 4,050 kbps; encoder fine"
FACTS: dict[str, Json] = {
    "from": "primary", "to": "bonded", "cause": "congestion", "reason": REASON, "actor": "",
}  # fmt: skip


def told(seq: int, t_s: float, kind: str, data: dict[str, Json]) -> Event:
    return replace(event(seq, t_s, kind), source="relay", data=data)


def moved(seq: int, t_s: float, **changed: Json) -> list[Event]:
    """As the relay tells it: decided at `t_s`, done 0.4 s later."""
    facts = FACTS | changed
    begun: dict[str, Json] = {"detect_ms": 300.0, "figures": {"goodput_kbps": 1480.0}}
    done: dict[str, Json] = {"publish_ms": 45.0, "switch_ms": 400.0, "lost_ms": 0.0}
    frames: dict[str, Json] = {"frames_lost": 0, "frames_repeated": 31}
    return [
        told(seq, t_s, "failover.switch", facts | begun),
        told(seq + 1, t_s + 0.05, "failover.published", {"uplink": "bonded", "publish_ms": 45.0}),
        told(seq + 2, t_s + 0.4, "failover.done", facts | done | frames),
    ]


def switches_of(tmp_path: Path, *events: Event) -> tuple[SwitchRow, ...]:
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.livedesk"
    return summary_of(write(path, steady(range(60)), events, ABOUT)).switches


def test_a_switch_has_its_cause_figures_and_times(tmp_path: Path) -> None:
    (switch,) = switches_of(tmp_path, *moved(1, 20), event(9, 60, "session.end"))
    assert (switch.from_, switch.to, switch.state) == ("primary", "bonded", "done")
    assert (switch.cause_words, switch.reason) == ("it was congested", REASON)
    assert dict(switch.figures) == {"goodput_kbps": 1480.0}
    assert (switch.t_ms, switch.onset_ms, switch.end_ms) == (20_000, 19_700, 20_400)
    assert (switch.detect_ms, switch.publish_ms, switch.switch_ms) == (300.0, 45.0, 400.0)
    assert (switch.frames_lost, switch.frames_repeated) == (0, 31)


def test_what_is_written_late_or_in_part_still_tells(tmp_path: Path) -> None:
    first, published, done = moved(1, 20)
    (late,) = switches_of(tmp_path, done, published, first)
    assert late.state == "done"
    (without_begin,) = switches_of(tmp_path, replace(done, data=done.data | {"detect_ms": 300.0}))
    assert (without_begin.t_ms, without_begin.to) == (20_000, "bonded")
    (without_end,) = switches_of(tmp_path, first)
    assert (without_end.state, without_end.switch_ms) == ("open", None)


def test_a_refused_switch_is_followed_by_the_next(tmp_path: Path) -> None:
    begun = moved(1, 20)[0]
    failed = told(2, 25, "failover.failed", FACTS)
    next_ = moved(3, 25, to="spare", cause="refused", **{"from": "bonded"})
    found = switches_of(tmp_path, begun, failed, *next_)
    assert [(s.to, s.state) for s in found] == [("bonded", "failed"), ("spare", "done")]


def test_a_switch_is_an_incident_and_explains_the_dip_around_it(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *steady([20], goodput=1480)]
    rows += [row(t_s, 4000) for t_s in range(21, 60)]
    rows += [row(t_s, 4000, "goodput_kbps", "bonded") for t_s in range(21, 60)]
    path = write(tmp_path / "a.livedesk", rows, [*moved(1, 20.3), *ordered(10, 40)], ABOUT)
    fault, order = summary_of(path).incidents
    assert (fault.start_ms, fault.end_ms, fault.side) == (20_000, 20_700, "path")
    assert fault.cause == f"Switched from primary to bonded, because it was congested: {REASON}."
    assert order.side == "person"


def test_the_alarm_that_led_to_a_switch_is_no_second_incident(tmp_path: Path) -> None:
    low: dict[str, Json] = {"alarm": "uplink.low:primary", "action": ""}
    events = [told(1, 19.9, "limit.trip", low), *moved(2, 20), told(9, 21, "limit.clear", low)]
    events += [event(10, 20, "uplink.down", uplink="primary")]
    path = write(tmp_path / "a.livedesk", steady(range(60)), events, ABOUT)
    (incident,) = summary_of(path).incidents
    assert incident.cause.startswith("Switched from primary")


def test_a_standby_that_was_down_is_up_again_when_it_is_ready(tmp_path: Path) -> None:
    down = event(1, 20, "uplink.down", uplink="primary")
    ready = event(2, 25, "uplink.ready", uplink="primary")
    path = write(tmp_path / "a.livedesk", steady(range(60)), [down, ready], ABOUT)
    (incident,) = summary_of(path).incidents
    assert (incident.start_ms, incident.end_ms) == (20_000, 25_000)


def test_a_switch_back_is_no_reconnect(tmp_path: Path) -> None:
    ups = [(0.1, "primary"), (20.1, "bonded"), (30, "bonded"), (40.1, "primary")]
    events = [event(n, t_s, "uplink.up", uplink=name) for n, (t_s, name) in enumerate(ups, 1)]
    there, back = moved(10, 20), moved(20, 40, to="primary", **{"from": "bonded"})
    path = write(tmp_path / "a.livedesk", steady(range(60)), [*events, *there, *back], ABOUT)
    assert dict(summary_of(path).reconnects) == {"primary": 0, "bonded": 1}


def ordered(seq: int, t_s: float) -> list[Event]:
    return moved(seq, t_s, cause="operator", actor="live_operations", reason="a rehearsal")


def test_a_low_path_is_no_less_low_because_another_uplink_is_down(tmp_path: Path) -> None:
    rows = [row(t_s, 4000) for t_s in range(60)]
    rows += [row(t_s, 1500 if t_s >= 20 else 4000, "goodput_kbps", "bonded") for t_s in range(60)]
    events = [event(1, 5, "uplink.down", uplink="primary")]
    incidents = summary_of(write(tmp_path / "a.livedesk", rows, events, ABOUT)).incidents
    assert ("path", 20_000) in [(i.side, i.start_ms) for i in incidents]


def test_without_any_path_the_show_is_off_air(tmp_path: Path) -> None:
    trip = event(1, 20, "limit.trip", "No uplink carries.", alarm="path.none", action="Look.")
    clear = event(2, 30, "limit.clear", "Over.", alarm="path.none")
    rows = [*steady(range(20)), *steady(range(30, 60))]
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [trip, clear], ABOUT))
    assert summary.off_air_s == 10
    assert [(i.side, i.cause) for i in summary.incidents] == [("path", "No uplink carries.")]


_SWITCHES = "<caption>Switches"


def test_every_export_holds_the_switches(tmp_path: Path) -> None:
    path = write(tmp_path / "a.livedesk", steady(range(60)), ordered(1, 20), ABOUT)
    files = {file.name: file for file in export(path, ["csv", "jsonl", "html"], tmp_path / "out")}
    with files["switches.csv"].open(encoding="utf-8", newline="") as table:
        (line,) = csv.DictReader(table)
    assert (line["from"], line["to"], line["actor"]) == ("primary", "bonded", "live_operations")
    assert (line["detect_ms"], line["first_keyframe_ms"]) == ("300", "400")
    lines = [json.loads(text) for text in files["a.jsonl"].read_text().splitlines()]
    assert [each["switch_ms"] for each in lines if each["type"] == "switch"] == [400.0]
    assert [each["figures"] for each in lines if each["type"] == "switch"] == [
        {"goodput_kbps": 1480.0}
    ]
    page = files["a.html"].read_text(encoding="utf-8")
    assert _SWITCHES in page
    assert "goodput 1,480 kbps" not in page, "a person decided, and no figure"
    assert "a person ordered it" in page
    alone = write(tmp_path / "b.livedesk", steady(range(60)))
    (html,) = export(alone, ["html"], tmp_path / "out")
    assert _SWITCHES not in html.read_text(encoding="utf-8")


MEASURED: dict[str, Json] = {
    "feed_kbps": 4050.0, "goodput_kbps": 3980.0, "capacity_kbps": 1480.0, "min_kbps": 2500.0,
    "backlog_ms": 480.0, "lag_ms": 310.0, "lag_sigma_ms": 4.0, "silent_ms": 20.0,
    "silence_limit_ms": 300.0, "unsent_bytes": 60_000.0, "rtt_ms": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "shown"),
    [
        ("silence", {"silent_ms", "silence_limit_ms", "unsent_bytes", "feed_kbps"}),
        ("contract", {"goodput_kbps", "min_kbps", "feed_kbps"}),
        ("gone", set()),
        ("of a later livedesk", MEASURED.keys() - {"rtt_ms"}),
    ],
)
def test_only_the_figures_that_decided_are_shown(
    tmp_path: Path, cause: str, shown: set[str]
) -> None:
    begun = told(1, 20, "failover.switch", FACTS | {"cause": cause, "figures": MEASURED})
    (switch,) = switches_of(tmp_path, begun)
    assert switch.deciding.keys() == shown
    assert switch.figures == MEASURED


def test_the_report_tells_what_decided_in_words(tmp_path: Path) -> None:
    begun = told(1, 20, "failover.switch", FACTS | {"figures": MEASURED})
    path = write(tmp_path / "a.livedesk", steady(range(60)), [begun], ABOUT)
    (file,) = export(path, ["html"], tmp_path / "out")
    page = file.read_text(encoding="utf-8")
    assert (
        "capacity 1,480 kbps, contract 2,500 kbps, lag 310 ms, unsent 60,000 bytes, "
        "feed 4,050 kbps" in page
    )


def test_a_switch_that_took_a_moment_leaves_no_second_off_air(tmp_path: Path) -> None:
    """A rate is known a second after a connection began to carry: that second was on air."""
    rows = [row(t_s, 4000) for t_s in range(1, 30)]
    rows += [row(t_s, 4000, "goodput_kbps", "primary") for t_s in range(1, 10)]
    rows += [row(t_s, 4000, "goodput_kbps", "bonded") for t_s in range(12, 30)]
    ups = [
        event(1, -0.04, "uplink.up", uplink="primary"),
        event(2, 10.1, "uplink.up", uplink="bonded"),
    ]
    switch = moved(5, 10.0)
    summary = summary_of(write(tmp_path / "a.livedesk", rows, [*ups, *switch], ABOUT))
    assert (summary.on_air_s, summary.off_air_s, summary.gaps) == (29, 0, ())
    assert list(summary.carried_s.items()) == [("primary", 10), ("bonded", 19)]
    late = [
        event(1, -0.04, "uplink.up", uplink="primary"),
        event(2, 11.9, "uplink.up", uplink="bonded"),
    ]
    summary = summary_of(write(tmp_path / "b.livedesk", rows, [*late, *switch], ABOUT))
    assert (summary.off_air_s, summary.carried_s["bonded"]) == (1, 18)


def test_uplinks_stand_in_the_order_of_the_settings_and_are_compared(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *(row(t_s, 4000) for t_s in range(20, 50))]
    rows += [row(t_s, 3000, "goodput_kbps", "bonded") for t_s in range(20, 50)]
    session = write(tmp_path / "a.livedesk", rows, moved(5, 20), ABOUT)
    names = [s.subject for s in summary_of(session).figures if s.figure == "goodput_kbps"]
    assert names == ["primary", "bonded"]
    (page,) = export(session, ["html"], tmp_path)
    html = page.read_text("utf-8")
    shown = re.findall(r'class="curve (\S+)".*?<bdi>Goodput \((\w+)\)', html)
    assert shown == [("goodput-0", "primary"), ("goodput-1", "bonded")]
    table = html[html.index('<h2 id="uplinks">') :]
    lines = re.findall(r"<tr><td.*?</tr>", table)[:2]
    cells = [re.findall(r">([^<]+)<", line) for line in lines]
    assert [[line[0], line[1], line[3]] for line in cells] == [
        ["primary", "20\u00a0s", "4,000"],
        ["bonded", "29\u00a0s", "3,000"],
    ]
