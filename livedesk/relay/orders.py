"""What do people order over the control channel, and what are they answered?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.failover.facts import Refusal
from livedesk.failover.orders_wire import BAD_ORDER, pass_on
from livedesk.failover.policy import Policy


class Orders:
    """Hands them to the policy. `look` shows it how things are: before it is asked, and again once
    the order was answered, so that it acts at once and not at the next poll.

    The policy may fail: that is answered, and told by `failed`.
    """

    def __init__(
        self,
        policy: Policy,
        clock: Clock,
        look: Callable[[], None],
        failed: Callable[[str, BaseException], None],
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._look = look
        self._failed = failed

    def take(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply, without its number (docs/architecture.md, "Relay control channel")."""
        self._look()
        try:
            refusal = self._ask(request)
        except Exception as fault:  # noqa: BLE001 - the control channel and the stream go on
            self._failed("failover policy", fault)
            refusal = Refusal("fault", "The failover policy failed.", "Report this, please.")
        if refusal is not None:
            return {
                "ok": False,
                "code": refusal.code,
                "error": refusal.problem,
                "action": refusal.action,
            }
        asyncio.get_running_loop().call_soon(self._look)
        return {"ok": True}

    def _ask(self, request: dict[str, Any]) -> Refusal | None:
        now_ns = self._clock.mono_ns()
        until_ns = request.get("until_mono_ns", now_ns)
        if not isinstance(until_ns, int):
            return BAD_ORDER
        if until_ns < now_ns:
            return _too_late((now_ns - until_ns) / NS_PER_S)
        return pass_on(self._policy, now_ns, request)


def _too_late(late_s: float) -> Refusal:
    """A relay that was stopped finds in its socket what somebody wanted of it long ago."""
    return Refusal(
        "too_late",
        f"The relay came to this order {late_s:.1f} s too late, and does not carry it out.",
        "Look at how things are now, and order it again if it is still wanted.",
    )
