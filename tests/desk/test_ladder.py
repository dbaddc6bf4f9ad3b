"""What is shaded is what the engine would say."""

from __future__ import annotations

import pytest

from livedesk.core.ladder import SkewLadder
from livedesk.desk.ladder import bands, ticks


@pytest.mark.parametrize("max_skew_ms", [30, 60, 200])
def test_every_skew_lies_in_the_band_of_its_state(max_skew_ms: float) -> None:
    for skew_ms in (whole + 0.5 for whole in range(-400, 400, 5)):
        looks = [band.look for band in bands(max_skew_ms) if band.low_ms < skew_ms < band.high_ms]
        state = SkewLadder(max_skew_ms).state(skew_ms)
        assert looks == ([] if state == "ok" else [state])


def test_the_stores_own_limit_is_named_before_the_others() -> None:
    assert ticks(200) == (0, 200, -200, 45, -125, 90, -185)
