"""What is known of each path: is it ready, for how long is it good, what did it carry?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.held import Held
from livedesk.failover.facts import PathFacts

_LEAST_RTT_RISE_MS: Final = 100.0
"""A standby whose pings take this much longer than its best, and twice as long, is not well."""


@dataclass(slots=True)
class _Page:
    facts: PathFacts
    good: Held = field(default_factory=Held)
    good_ns: int = 0
    failed_ns: list[int] = field(default_factory=list)
    left_kbps: float | None = None


class PathBook:
    """Keeps a page for each path, in the order of the settings."""

    def __init__(self, uplinks: tuple[str, ...]) -> None:
        self.names = uplinks
        self._pages = {name: _Page(PathFacts(name, "down")) for name in uplinks}

    def look(
        self, mono_ns: int, paths: tuple[PathFacts, ...], active: str, has_fault: bool
    ) -> None:
        """`has_fault`: whether the active path has one."""
        for facts in paths:
            page = self._pages.get(facts.name)
            if page is None:
                continue
            page.facts = facts
            is_good = _is_active_good(facts, has_fault) if facts.name == active else _is_good(facts)
            page.good_ns = page.good.ns(mono_ns, is_good)

    def facts(self, name: str) -> PathFacts:
        return self._pages[name].facts

    def others(self, active: str) -> list[PathFacts]:
        return [page.facts for name, page in self._pages.items() if name != active]

    def ready_others(self, active: str) -> list[str]:
        return [facts.name for facts in self.others(active) if facts.ready]

    def better_ready(self, active: str) -> str | None:
        """The first ready one that stands before the active one in the order of the settings."""
        for name, page in self._pages.items():
            if name == active:
                return None
            if page.facts.ready and page.good.since_ns is not None:
                return name
        return None

    def healthy_s(self, name: str) -> float | None:
        page = self._pages[name]
        return None if page.good.since_ns is None else page.good_ns / NS_PER_S

    def leave(
        self,
        mono_ns: int,
        name: str,
        carried_kbps: float | None,
        *,
        for_its_rate: bool,
        was_attempt: bool,
    ) -> None:
        """The stream leaves this path; what it did then is remembered.

        `was_attempt`: it came back only lately, and is left for a fault.
        """
        page = self._pages[name]
        page.good = Held()
        page.left_kbps = carried_kbps if for_its_rate else None
        if for_its_rate or was_attempt:
            page.failed_ns.append(mono_ns)

    def failures(self, mono_ns: int, name: str, within_s: float) -> int:
        """How often it was left because it carried too little, or failed when it was tried."""
        page = self._pages[name]
        page.failed_ns = [ns for ns in page.failed_ns if mono_ns - ns <= within_s * NS_PER_S]
        return len(page.failed_ns)

    def left_s(self, mono_ns: int, name: str) -> float | None:
        """Since it last failed so."""
        failed_ns = self._pages[name].failed_ns
        return (mono_ns - failed_ns[-1]) / NS_PER_S if failed_ns else None

    def left_kbps(self, mono_ns: int, name: str, within_s: float) -> float | None:
        """What it carried when it was left for that, so lately."""
        left_s = self.left_s(mono_ns, name)
        return None if left_s is None or left_s > within_s else self._pages[name].left_kbps


def _is_active_good(facts: PathFacts, has_fault: bool) -> bool:
    return facts.state == "carrying" and not has_fault


def _is_good(facts: PathFacts) -> bool:
    if not facts.ready:
        return False
    if facts.rtt_ms is None or facts.base_rtt_ms is None:
        return True
    return facts.rtt_ms <= facts.base_rtt_ms + max(_LEAST_RTT_RISE_MS, facts.base_rtt_ms)
