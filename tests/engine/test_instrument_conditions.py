"""Our own instruments: when is one that says nothing an alarm, and when does it only begin?"""

from __future__ import annotations

import pytest

from livedesk.alarms.life import Alarms
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import PartState, PartStatus, StoreStatus
from livedesk.engine.instrument_conditions import instrument_findings


def raised_after_s(state: PartState, limit_s: int = 60) -> int | None:
    """Seconds until a relay in this state is an alarm."""
    alarms = Alarms()
    status = StoreStatus("glow", "Glow", 0, relay=PartStatus(state, "it says nothing"))
    for quarter in range(4 * limit_s):
        now_ns = quarter * NS_PER_S // 4
        found = {"relay": instrument_findings(status, None)["relay"]}
        if alarms.update(now_ns, now_ns, found):
            return quarter // 4
    return None


@pytest.mark.parametrize(
    ("state", "expected_s"), [("up", None), ("down", 3), ("stale", 3), ("starting", 15)]
)
def test_a_relay_has_longer_to_begin_than_to_come_back(
    state: PartState, expected_s: int | None
) -> None:
    assert raised_after_s(state) == expected_s
