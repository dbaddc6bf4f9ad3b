"""What does a person want, as it is written on the wire? Hands it to the policy, or refuses it.

The same for the relay's control channel and for a stream that is moved from outside
(docs/architecture.md, "Relay control channel").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from livedesk.core.order_limits import LONGEST_REASON
from livedesk.failover.facts import Refusal
from livedesk.failover.policy import Policy

BAD_ORDER: Final = Refusal(
    "bad_order",
    "A field of the order is missing or wrong.",
    "This is a fault in livedesk; please report it.",
)


def pass_on(policy: Policy, mono_ns: int, order: Mapping[str, object]) -> Refusal | None:
    """`order`: a decoded line, with `cmd` and the fields that go with it."""
    actor = _text(order.get("actor"))
    match order:
        case {"cmd": "failover", "to": str(to)}:
            return policy.order_switch(mono_ns, to, _text(order.get("reason")), actor)
        case {"cmd": "hold", "on": bool(on)}:
            return policy.order_hold(mono_ns, on, actor)
        case {"cmd": "drill", "stay_s": int() | float() as stay_s} if math.isfinite(stay_s):
            return policy.order_drill(mono_ns, float(stay_s), actor)
    return BAD_ORDER


def _text(value: object) -> str:
    return value[:LONGEST_REASON] if isinstance(value, str) else ""
