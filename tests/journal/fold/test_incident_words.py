"""Of each incident a record says what was done about it, by whom, and what viewers had of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from livedesk.core.events import Event, Json
from livedesk.journal.fold.effects import MEASURING_ONLY, NO_EFFECT, NOT_MEASURED
from livedesk.journal.fold.incidents import Incident
from livedesk.journal.values import SampleRow
from tests.journal.kit import event, info, row, steady, summary_of, write

LOW = [*steady(range(20)), *steady(range(20, 31), goodput=1500), *steady(range(31, 120))]


def incidents(tmp_path: Path, rows: list[SampleRow], *events: Event) -> tuple[Incident, ...]:
    about = info(uplinks=("primary", "bonded"))
    return summary_of(write(tmp_path / "a.livedesk", rows, events, about)).incidents


def order(seq: int, t_s: float, actor: str = "ana") -> Event:
    return event(seq, t_s, "order.failover", "Switch to bonded ordered.", actor=actor, to="bonded")


def test_an_order_within_an_incident_is_what_was_done_about_it(tmp_path: Path) -> None:
    seen = event(1, 24, "alarm.acknowledged", "ben has seen it.", actor="ben", alarm="uplink.low:x")
    pinned = event(3, 26, "show.changed", "Changed.", actor="mia", op="skip")
    (incident,) = incidents(tmp_path, LOW, seen, order(2, 25), pinned)
    assert incident.done == "Alarm acknowledged. Switch to bonded ordered."
    assert incident.by == "ben, ana"
    assert incident.effect == "11\u00a0s below 2,500 kbps."


def test_a_word_on_another_alarm_is_none_of_it(tmp_path: Path) -> None:
    seen = event(1, 24, "alarm.acknowledged", "Seen.", actor="ben", alarm="moderation.overdue")
    (incident,) = incidents(tmp_path, LOW, seen)
    assert (incident.done, incident.by) == ("", "")


def test_an_act_of_long_after_or_of_before_is_none_of_it(tmp_path: Path) -> None:
    (incident,) = incidents(tmp_path, LOW, order(1, 10), order(2, 95))
    assert (incident.done, incident.by) == ("", "")


def test_an_act_after_the_next_incident_began_is_of_that_one(tmp_path: Path) -> None:
    calm, low = steady(range(31, 50)), steady(range(50, 60), goodput=1500)
    rows = [*steady(range(20)), *steady(range(20, 31), goodput=1500), *calm, *low]
    first, second = incidents(tmp_path, rows, order(1, 55))
    assert (first.done, second.done) == ("", "Switch to bonded ordered.")


def test_many_acts_are_counted_and_not_all_told(tmp_path: Path) -> None:
    orders = [event(n, 20 + n, "order.hold", f"Hold {n}.", actor="ana") for n in range(1, 8)]
    (incident,) = incidents(tmp_path, LOW, *orders)
    assert incident.done == "Hold 1. Hold 2. Hold 3. Hold 4. And 3 more acts."


def test_an_outage_says_for_how_long_nothing_arrived(tmp_path: Path) -> None:
    rows = [*steady(range(20)), *steady(range(30, 60))]
    (incident,) = incidents(
        tmp_path, rows, event(1, 20, "feed.lost", "Encoder gone."), event(2, 30, "feed.up")
    )
    assert incident.effect == "Nothing reached the platform for 10\u00a0s."


def test_sound_beyond_the_limit_says_by_how_much_and_for_how_long(tmp_path: Path) -> None:
    rows = [*steady(range(60)), *(row(t_s, -260, "skew_ms") for t_s in range(30, 34))]
    (incident,) = incidents(tmp_path, rows)
    assert incident.effect == "Sound late by up to 260 ms, 4\u00a0s beyond the limit."


def test_a_switch_says_how_long_the_platform_got_nothing(tmp_path: Path) -> None:
    told: dict[str, Json] = {
        "from": "primary", "to": "bonded", "cause": "silence", "reason": "Nothing came back.",
        "actor": "auto", "detect_ms": 300.0, "switch_ms": 900.0, "lost_ms": 400.0,
    }  # fmt: skip
    (incident,) = incidents(
        tmp_path,
        steady(range(60)),
        replace(event(1, 20, "failover.switch"), data=told),
        replace(event(2, 20.9, "failover.done"), data=told),
    )
    assert (incident.done, incident.by) == ("Stream moved to bonded.", "livedesk")
    assert incident.effect == (
        "The platform got nothing new for 1.2\u00a0s; 0.4\u00a0s of the show was given up."
    )


def alarm(seq: int, alarm_id: str, from_s: float, to_s: float) -> list[Event]:
    return [
        event(seq, from_s, "limit.trip", f"{alarm_id}.", alarm=alarm_id),
        event(seq + 1, to_s, "limit.clear", alarm=alarm_id),
    ]


def test_what_harmed_nobody_says_so_and_what_was_not_measured_too(tmp_path: Path) -> None:
    late = alarm(1, "failover.latched", 20, 25)
    (incident,) = incidents(tmp_path, steady(range(60)), *late)
    assert incident.effect == NO_EFFECT
    (incident,) = incidents(tmp_path / "x", [*steady(range(20)), *steady(range(26, 60))], *late)
    assert incident.effect == NOT_MEASURED


def test_an_incident_has_no_effect_that_is_anothers(tmp_path: Path) -> None:
    """A queue that waits, and a probe that is away, do not lower a rate of the same seconds."""
    probe = [event(7, 20, "probe.died", "Crashed."), event(8, 25, "probe.opened")]
    rows = [*LOW, *(row(t_s, -260, "skew_ms") for t_s in range(22, 26))]
    queue, picture = alarm(1, "moderation.overdue", 18, 40), alarm(3, "picture.black", 19, 29)
    found = incidents(tmp_path, rows, *queue, *picture, *probe)
    assert {(each.side, each.effect) for each in found} == {
        ("path", "11\u00a0s below 2,500 kbps."),
        ("sync", "Sound late by up to 260 ms, 4\u00a0s beyond the limit."),
        ("other", ""),
        ("encoder", "The picture was affected for 10\u00a0s."),
        ("instrument", MEASURING_ONLY),
    }
