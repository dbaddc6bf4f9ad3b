"""The ladder over time: worse at once, better when clearly below, unknown at once."""

from __future__ import annotations

from livedesk.monitors.limits import SkewJudge


def test_a_rung_is_left_only_when_clearly_below_it() -> None:
    judge = SkewJudge(200)
    assert judge.update(46) == "notice"
    assert judge.update(43) == "notice"
    assert judge.update(39) == "ok"
    assert judge.update(43) == "ok"
    assert judge.update(-186) == "warning"
    assert judge.update(-183) == "warning"
    assert judge.update(-179) == "notice"


def test_from_critical_straight_to_ok_and_no_data_at_once() -> None:
    judge = SkewJudge(200)
    assert judge.update(250) == "critical"
    assert judge.update(0) == "ok"
    assert judge.update(None) == "no_data"
