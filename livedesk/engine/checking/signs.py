"""Who said GO, and what did they take on? Waivers and the signature of one store. Pure.

A waiver is of a line as it stood. It ends when the line is good again, so that what comes back
stands against the show again, and when what was only unknown turns out to be wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from livedesk.core.check import CheckItem, CheckReport, CheckState, Sign, Verdict
from livedesk.core.clock import NS_PER_S
from livedesk.engine.checking.judge import STANDS, verdict

LASTS_NS: Final = 12 * 3600 * NS_PER_S
"""A signature of yesterday says nothing about today's show."""


class NotGoError(Exception):
    """Something stands against a GO, and nobody takes it on. `against`: its titles."""

    def __init__(self, against: Sequence[str]) -> None:
        super().__init__(f"These stand against a GO: {', '.join(against)}.")
        self.against = tuple(against)


class UnknownLineError(Exception):
    """The check has no such line."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody takes a line on, in the state in which it was then."""

    by: str
    state: CheckState
    utc_ns: int


@dataclass(frozen=True, slots=True)
class Signed:
    """What people have said of one store's check."""

    sign: Sign | None = None
    waivers: Mapping[str, Waiver] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, utc_ns: int) -> Signed:
        """What of it still holds."""
        sign = self.sign if self.sign and utc_ns - self.sign.utc_ns < LASTS_NS else None
        waivers = {
            line: waiver
            for line, waiver in self.waivers.items()
            if utc_ns - waiver.utc_ns < LASTS_NS
        }
        return Signed(sign, waivers)

    def seen(self, items: Sequence[CheckItem]) -> Signed:
        """Without the waivers of lines that have changed since."""
        states = {item.id: item.state for item in items}
        waivers = {
            line: waiver
            for line, waiver in self.waivers.items()
            if states.get(line) == waiver.state
            or (waiver.state, states.get(line)) == ("no_go", "unknown")
        }
        return self if len(waivers) == len(self.waivers) else Signed(self.sign, waivers)


def report(store: str, utc_ns: int, items: Sequence[CheckItem], signed: Signed) -> CheckReport:
    """The check as it is shown: with what is waived, and what then stands against the show."""
    shown = tuple(_as_waived(item, signed.waivers.get(item.id)) for item in items)
    is_go, against = verdict(shown)
    return CheckReport(store, utc_ns, is_go, shown, against, signed.sign)


def _as_waived(item: CheckItem, waiver: Waiver | None) -> CheckItem:
    if waiver is None or item.state not in STANDS:
        return item
    return replace(item, state="waived", waived_by=waiver.by)


def sign(signed: Signed, items: Sequence[CheckItem], given: Sign, waive: Collection[str]) -> Signed:
    """What holds once a person has signed. Raises NotGoError and UnknownLineError.

    To waive what is good already is no error: it was not a moment ago.
    """
    if unknown := sorted(set(waive) - {item.id for item in items}):
        raise UnknownLineError(f"The check has no line {', '.join(unknown)}.")
    new = {
        item.id: Waiver(given.by, item.state, given.utc_ns)
        for item in items
        if item.id in waive and item.state in STANDS
    }
    then = Signed(given, {**signed.waivers, **new})
    if given.verdict == "go" and (against := report("", 0, items, then).against):
        raise NotGoError(against)
    return then


def verdict_words(given: Verdict) -> str:
    return "GO" if given == "go" else "NO-GO"
