"""Which steps does the agency take for an alarm: its own, or ours by default?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from livedesk.alarms.runbook_defaults import DEFAULTS

MOST_STEPS = 12
LONGEST_STEP = 300

_SUBJECT = re.compile(r"[/:]")


@dataclass(frozen=True, slots=True)
class RunbookKind:
    """A kind of alarm, with the steps that hold and those of the default."""

    kind: str
    title: str
    steps: tuple[str, ...]
    default: tuple[str, ...]


class UnusableStepsError(ValueError):
    """Why these are no steps, in words."""


class Runbook:
    """The steps of every kind; an agency's own stand in place of ours."""

    def __init__(self, own: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._own = {kind: steps for kind, steps in (own or {}).items() if kind in DEFAULTS}

    def steps(self, alarm_id: str) -> tuple[str, ...]:
        kind = kind_of(alarm_id)
        entry = DEFAULTS.get(kind)
        return self._own.get(kind, () if entry is None else entry.steps)

    def kinds(self) -> tuple[RunbookKind, ...]:
        return tuple(
            RunbookKind(kind, entry.title, self._own.get(kind, entry.steps), entry.steps)
            for kind, entry in DEFAULTS.items()
        )

    def own(self) -> dict[str, tuple[str, ...]]:
        return dict(self._own)

    def with_steps(self, kind: str, steps: Iterable[str] | None) -> Runbook:
        """None: the default again. Raises KeyError for an unknown kind, UnusableStepsError."""
        if kind not in DEFAULTS:
            raise KeyError(kind)
        own = {other: kept for other, kept in self._own.items() if other != kind}
        if steps is not None:
            own[kind] = checked_steps(steps)
        return Runbook(own)


def kind_of(alarm_id: str) -> str:
    """What comes before the subject: `uplink.down` of `uplink.down:primary`.

    Some kinds name their subject behind a dot (`compliance.w1`): there the first word is the kind.
    """
    kind = _SUBJECT.split(alarm_id, maxsplit=1)[0]
    if kind in DEFAULTS:
        return kind
    family = kind.partition(".")[0]
    return family if family in DEFAULTS else kind


def checked_steps(steps: Iterable[str]) -> tuple[str, ...]:
    """Without blanks around them. Raises UnusableStepsError."""
    taken = tuple(" ".join(step.split()) for step in steps)
    if not taken:
        raise UnusableStepsError("there is no step; send null for the default")
    if len(taken) > MOST_STEPS:
        raise UnusableStepsError(f"there are {len(taken)} steps; at most {MOST_STEPS} are read")
    if not all(taken):
        raise UnusableStepsError("a step is empty")
    if any(len(step) > LONGEST_STEP for step in taken):
        raise UnusableStepsError(f"a step is longer than {LONGEST_STEP} characters")
    return taken
