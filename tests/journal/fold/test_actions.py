"""A record tells of everything that people did, each act once and under its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec

from livedesk.core.events import Event, Json
from livedesk.core.pins import PinStatus
from livedesk.journal.fold.actions import ActionRow
from livedesk.journal.fold.drills import DrillRow
from livedesk.journal.fold.summary import Summary
from tests.journal.kit import START_UTC_NS, event, info, steady, summary_of, write


def told(tmp_path: Path, *events: Event) -> Summary:
    about = info(uplinks=("primary", "bonded"))
    return summary_of(write(tmp_path / "a.livedesk", steady(range(60)), events, about))


def acts(summary: Summary) -> list[tuple[str, str, str]]:
    return [(row.actor, row.act, row.subject) for row in summary.actions]


def said(seq: int, t_s: float, kind: str, data: dict[str, Json], actor: str | None = None) -> Event:
    return replace(event(seq, t_s, kind, actor=actor), data=data)


def pin(seq: int, t_s: float, kind: str, **known: Json) -> Event:
    status = PinStatus("p1", "pin", "sku-1", "Serum", "cued", "pad", START_UTC_NS, actor="mia")
    return said(seq, t_s, kind, msgspec.to_builtins(status) | known, "mia")


def test_an_order_is_an_act_and_what_the_relay_makes_of_it_is_none(tmp_path: Path) -> None:
    summary = told(
        tmp_path,
        event(1, 10, "order.failover", "Switch to bonded ordered.", actor="ana", to="bonded"),
        event(2, 10.1, "failover.switch", "Switch.", actor="ana", to="bonded", cause="operator"),
        event(3, 10.5, "failover.done", "Done.", actor="ana", to="bonded", cause="operator"),
    )
    assert acts(summary) == [("ana", "order.failover", "bonded")]
    assert summary.actions[0].text == "Switch to bonded ordered."


def test_an_order_that_was_refused_says_so(tmp_path: Path) -> None:
    refusal = "Switch to bonded ordered. Refused: bonded is not ready."
    summary = told(
        tmp_path,
        event(1, 10, "order.failover", "Switch to bonded ordered.", actor="ana", to="bonded"),
        event(2, 10.1, "order.hold", "Hold ordered.", actor="ben", on=True),
        event(3, 10.2, "order.refused", refusal, actor="ana", order="failover"),
    )
    assert [row.outcome for row in summary.actions] == [refusal, ""]


def test_a_cue_is_one_act_however_many_events_its_pin_has(tmp_path: Path) -> None:
    done = pin(3, 10.4, "pin.confirmed", state="confirmed", shown=True, latency_ms=400.0)
    summary = told(tmp_path, pin(1, 10, "pin.cued"), pin(2, 10.1, "pin.sent"), done)
    assert acts(summary) == [("mia", "pin.cue", "sku-1")]


def test_decisions_alarms_sign_offs_and_checks_are_acts(tmp_path: Path) -> None:
    summary = told(
        tmp_path,
        event(1, 1, "check.standing", "It begins on the GO of ana.", actor="ana", verdict="go"),
        event(2, 2, "check.signed", "GO.", actor="ana", verdict="go"),
        event(3, 5, "moderation.decided", "sam hid it.", actor="sam", item_id="i1",
              decision={"kind": "hide"}),
        event(4, 6, "alarm.acknowledged", "ana has seen it.", actor="ana", alarm="feed.lost"),
        event(5, 7, "show.changed", "Changed (skip).", actor="mia", op="skip"),
        event(6, 50, "session.end", "The session was signed off.", actor="ana"),
    )  # fmt: skip
    assert acts(summary) == [
        ("ana", "check.signed", "go"),
        ("sam", "moderation.hide", "i1"),
        ("ana", "alarm.acknowledged", "feed.lost"),
        ("mia", "show.changed", "skip"),
        ("ana", "session.end", ""),
    ]


def test_an_act_that_a_later_livedesk_knows_is_listed_by_its_kind(tmp_path: Path) -> None:
    summary = told(tmp_path, event(1, 5, "lights.dimmed", "Dimmed.", actor="ben", name=[1]))
    (row,) = summary.actions
    assert row == ActionRow(5_000, START_UTC_NS + 5 * 10**9, "ben", "lights.dimmed", "Dimmed.")


def drill(seq: int, t_s: float, state: str, step: str) -> Event:
    text = f"Drill of ana {state}: {step}."
    return event(seq, t_s, "failover.drill", text, actor="ana", state=state, step=step)


def test_a_drill_is_one_row_with_the_gaps_of_its_switches(tmp_path: Path) -> None:
    switch: dict[str, Json] = {"from": "primary", "to": "bonded", "cause": "drill", "actor": "ana"}
    back: dict[str, Json] = {"from": "bonded", "to": "primary", "cause": "drill", "actor": "ana"}
    summary = told(
        tmp_path,
        event(1, 10, "order.drill", "Drill ordered.", actor="ana"),
        drill(2, 10, "running", "moves to bonded"),
        said(3, 10.1, "failover.switch", switch),
        said(4, 10.5, "failover.done", switch | {"switch_ms": 400.0}),
        said(5, 15.5, "failover.switch", back),
        said(6, 15.8, "failover.done", back | {"switch_ms": 300.0}),
        drill(7, 15.9, "passed", "back on primary"),
    )
    (row,) = summary.drills
    assert row == DrillRow(
        10_000, START_UTC_NS + 10 * 10**9, "ana", "passed", "back on primary", 15_900,
        (400.0, 300.0),
    )  # fmt: skip


def test_a_drill_whose_end_is_not_on_record_stays_open(tmp_path: Path) -> None:
    summary = told(tmp_path, drill(1, 10, "running", "a"), drill(2, 10.2, "running", "b"))
    assert [(row.state, row.end_ms) for row in summary.drills] == [("open", None)]
    only_end = told(tmp_path / "x", drill(1, 20, "failed", "bonded was not ready"))
    assert [(row.state, row.step) for row in only_end.drills] == [
        ("failed", "bonded was not ready")
    ]
