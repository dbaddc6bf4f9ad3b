"""Is a store ready to go on air? One list, each line with its reason, and a verdict with names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CheckState = Literal["go", "no_go", "unknown", "waived", "not_used"]
"""`unknown`: it could not be looked at, which is no go. `waived`: a person takes it on.
`not_used`: the store's settings have no such thing."""

Verdict = Literal["go", "no_go"]


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One line: what was looked at, what was found, and what to do about a no."""

    id: str
    title: str
    state: CheckState
    text: str
    action: str = ""
    waived_by: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a person said of the whole list, and when. It ends with the session, or after 12 h."""

    verdict: Verdict
    by: str
    utc_ns: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The check before the show of one store. `verdict` follows from the items alone: one that is
    no_go or unknown makes it no_go, and `against` names it."""

    store: str
    utc_ns: int
    verdict: Verdict
    items: tuple[CheckItem, ...]
    against: tuple[str, ...] = ()
    """Titles of what stands against going on air."""
    sign: Sign | None = None
