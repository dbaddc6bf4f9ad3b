from __future__ import annotations

import pytest

from livedesk.core.ladder import SkewLadder


@pytest.mark.parametrize(
    ("skew_ms", "state"),
    [
        (None, "no_data"),
        (0, "ok"),
        (44, "ok"),
        (-124, "ok"),
        (45, "notice"),
        (-125, "notice"),
        (90, "warning"),
        (-185, "warning"),
        (200, "critical"),
        (-200, "critical"),
        (-1e6, "critical"),
    ],
)
def test_sound_ahead_disturbs_sooner_than_sound_behind(skew_ms: float | None, state: str) -> None:
    assert SkewLadder().state(skew_ms) == state


def test_the_critical_step_is_the_stores_own() -> None:
    assert SkewLadder(critical_ms=80).state(85) == "critical"


def test_bounds_are_where_the_state_changes() -> None:
    for ladder in (SkewLadder(), SkewLadder(critical_ms=60)):
        for bound, state in ladder.bounds():
            inside = bound - 1 if bound > 0 else bound + 1
            assert ladder.state(bound) == state != ladder.state(inside)


def test_a_limit_inside_the_others_hides_them() -> None:
    assert [bound for bound, _ in SkewLadder(critical_ms=60).bounds()] == [60, -60, 45]
