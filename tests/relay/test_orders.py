"""What a relay answers to orders, in virtual time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.settings import FailoverSettings
from livedesk.core.status import Limits
from livedesk.failover.policy import Policy
from livedesk.relay.orders import Orders

SENT_NS = 100 * NS_PER_S


def taken(passed_s: float, **more: Any) -> dict[str, Any]:
    """The reply to a hold that is taken so long after it was sent."""

    async def take() -> dict[str, Any]:
        clock = ManualClock(SENT_NS + round(passed_s * NS_PER_S))
        policy = Policy(FailoverSettings(), Limits(), ("primary", "bonded"))
        orders = Orders(policy, clock, lambda: None, lambda _what, _fault: None)
        return orders.take({"cmd": "hold", "on": True, "actor": "Ana", **more})

    return asyncio.run(take())


def test_an_order_that_waited_while_the_relay_was_stopped_is_not_obeyed() -> None:
    until_ns = SENT_NS + 2 * NS_PER_S
    assert taken(2, until_mono_ns=until_ns)["ok"]
    late = taken(90, until_mono_ns=until_ns)
    assert (late["ok"], late["code"]) == (False, "too_late")
    assert "88.0 s too late" in late["error"]
    assert "order it again" in late["action"]


def test_an_order_without_a_deadline_is_never_late() -> None:
    assert taken(90)["ok"]


@pytest.mark.parametrize("deadline", ["soon", None, 1e30])
def test_a_deadline_that_is_none_is_refused(deadline: object) -> None:
    assert taken(0, until_mono_ns=deadline)["code"] == "bad_order"
