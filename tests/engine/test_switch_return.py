"""After a switch: whether and when the stream came back from the platform, told once."""

from __future__ import annotations

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.status import FailoverStatus, HealthClass, LastSwitch, ReturnStatus
from livedesk.engine.switch_return import SwitchReturn, SwitchSeen

DECIDED_NS = 1_795_327_074 * NS_PER_S
LAST: LastSwitch = {
    "from": "primary", "to": "bonded", "cause": "silence", "reason": "", "actor": "failover",
    "state": "done", "utc_ns": DECIDED_NS, "detect_ms": 200, "publish_ms": 40, "switch_ms": 400,
    "frames_lost": 0, "frames_repeated": 3, "lost_ms": 0,
}  # fmt: skip


def told(
    *stretches: tuple[float, HealthClass], last: LastSwitch = LAST, begins_s: float = 0.25
) -> list[SwitchSeen]:
    """What is said while the return check sees each class until so many seconds after."""
    follow, found, at_s = SwitchReturn(), [], begins_s
    for until_s, state in stretches:
        while at_s < until_s:
            utc_ns = DECIDED_NS + round(at_s * NS_PER_S)
            seen = follow.update(
                utc_ns, FailoverStatus("bonded", last=last), ReturnStatus(state, reason="why")
            )
            if seen is not None:
                found.append(seen)
            at_s += 0.25
    return found


def test_a_stream_that_comes_back_after_a_gap_is_told_with_its_time() -> None:
    (seen,) = told((1.0, "OK"), (3.0, "GONE"), (30, "OK"))
    assert (seen.level, seen.data["ms"], seen.data["gap"]) == ("info", 3_000, True)
    assert seen.text == "bonded's stream came back from the platform after 3.0 s."


def test_without_a_gap_no_time_is_claimed() -> None:
    (seen,) = told((30, "OK"))
    assert (seen.data["ms"], seen.data["gap"]) == (None, False)


def test_the_old_paths_last_media_is_not_taken_for_the_new_ones() -> None:
    (seen,) = told((2.0, "OK"), (5.0, "STALLED"), (30, "OK"))
    assert seen.data["ms"] == 5_000


def test_what_does_not_come_back_is_a_warning_once() -> None:
    (seen,) = told((40, "GONE"))
    assert seen.level == "warning"
    assert "has not come back" in seen.text
    (unknown,) = told((40, "BLIND"))
    assert "is not known (why)" in unknown.text


def test_a_switch_of_before_our_time_is_not_followed() -> None:
    assert told((90, "OK"), begins_s=40) == []


def test_nothing_is_said_while_a_switch_runs_or_no_check_is_configured() -> None:
    assert told((40, "OK"), last={**LAST, "state": "running"}) == []
    later_ns = DECIDED_NS + 5_000 * NS_PER_MS
    assert SwitchReturn().update(later_ns, FailoverStatus(last=LAST), None) is None
