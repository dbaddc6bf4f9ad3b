"""When does a store look at what comes out of its platform, and what did it see after a switch?"""

from __future__ import annotations

from livedesk.core.status import ReturnStatus
from livedesk.engine.entries import media_flows
from livedesk.engine.fold import StoreFold
from livedesk.engine.handles import ReturnHandle
from livedesk.engine.switch_return import SwitchReturn, SwitchSeen


class ReturnWatch:
    """The return check of a store, where it has one."""

    def __init__(self, check: ReturnHandle | None) -> None:
        self._check = check
        self._after_switch = SwitchReturn()

    def look(self, mono_ns: int, utc_ns: int, fold: StoreFold) -> SwitchSeen | None:
        """What is to be told of the newest switch. Nothing comes back of what is not carried."""
        if self._check is None:
            return None
        self._check.watch(_is_carried(mono_ns, fold))
        return self._after_switch.update(utc_ns, fold.paths.failover(mono_ns), self._check.status())

    def status(self) -> ReturnStatus | None:
        return None if self._check is None else self._check.status()

    async def close(self) -> None:
        if self._check is not None:
            await self._check.close()


def _is_carried(mono_ns: int, fold: StoreFold) -> bool:
    sample = fold.relay
    return (
        sample is not None
        and fold.relay_is_fresh(mono_ns)
        and media_flows(sample.feed)
        and any(uplink.state == "carrying" for uplink in sample.uplinks)
    )
