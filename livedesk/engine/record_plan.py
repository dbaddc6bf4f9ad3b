"""What does a store's record keep beside what happens, and who hears of its seal?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from livedesk.core.settings import RecordSettings
from livedesk.core.true_time import TrueTime, read_true_time
from livedesk.engine.past import SealedRecord
from livedesk.journal.noted import SEALED_ACT


class Note(Protocol):
    """Puts an act of nobody into the audit trail."""

    def __call__(self, act: str, *, store: str, data: dict[str, str]) -> object: ...


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """`sealed` is told the store and what its record stands at, once a session's file is closed."""

    settings: RecordSettings = field(default_factory=RecordSettings)
    sealed: Callable[[str, SealedRecord], None] = lambda _store, _seal: None
    read_time: Callable[[], TrueTime] = read_true_time


def noting(note: Note) -> Callable[[str, SealedRecord], None]:
    """Puts the heads into the trail: the one place that a change of a session file misses."""

    def sealed(store: str, seal: SealedRecord) -> None:
        data = {"session": seal.session, "head": seal.head, "events": str(seal.events)}
        if seal.problem:
            data = {"session": seal.session, "problem": seal.problem}
        note(SEALED_ACT, store=store, data=data)

    return sealed
