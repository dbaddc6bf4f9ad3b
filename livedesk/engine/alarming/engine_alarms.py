"""Which alarms has the engine itself, those of no single store? Channels, disk, clock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from livedesk.alarms.life import Finding
from livedesk.core.clock import Clock
from livedesk.core.events import Json, Level, Source
from livedesk.engine.alarming.announce import Telling
from livedesk.engine.alarming.common_alarms import CommonAlarms
from livedesk.engine.alarming.engine_file import EngineAlarmsFile
from livedesk.engine.alarming.following import Following, Place, Post
from livedesk.engine.alarming.left import Left, left_shelved

log = logging.getLogger(__name__)


class Note(Protocol):
    """Puts an act of nobody into the audit trail."""

    def __call__(self, act: str, *, data: Mapping[str, str]) -> object: ...


_LOG_LEVELS: dict[Level, int] = {
    "info": logging.INFO,
    "notice": logging.INFO,
    "warning": logging.WARNING,
    "critical": logging.ERROR,
}


class EngineAlarms(Following):
    """Judged by `look`, about once a second: delays count a second at most between two looks.

    No session's record is theirs: they are in the engine's log, and where `note` puts them. Those
    that are over are also of engines before.
    """

    def __init__(
        self,
        clock: Clock,
        telling: Telling,
        steps: Callable[[str], tuple[str, ...]] = lambda _alarm: (),
        post: Post | None = None,
    ) -> None:
        self.note: Note = _nowhere
        """Of the audit trail, which is there once the engine is."""
        self.common = CommonAlarms(clock)
        self._keep: Callable[[Left], None] = _kept_nowhere
        super().__init__(Place(clock, post or self._post, telling, steps))

    async def open(self, file: EngineAlarmsFile) -> None:
        """Take up what an earlier engine left there, and keep it from now on."""
        self.recall(await file.read())
        self._keep = file.keep

    def look(self, findings: Mapping[str, Finding]) -> None:
        """Every condition that can be judged now, by alarm id; one not mentioned is gone."""
        super().look(self.common.beside(findings))
        self.common.stand(self.active())
        alarms = self.alarms
        self._keep(Left(alarms.standing(), alarms.ended()[::-1], left_shelved(alarms.shelved())))

    def _post(
        self,
        kind: str,
        level: Level,
        source: Source,
        text: str,
        data: dict[str, Json],
        actor: str | None,
    ) -> None:
        log.log(_LOG_LEVELS[level], "%s: %s", kind, text)
        if actor is None:
            # What a person does is noted with the call.
            self.note(kind, data={"text": text})


def _kept_nowhere(left: Left) -> None:
    """Where no engine is to take it up: tests."""


def _nowhere(act: str, *, data: Mapping[str, str]) -> None:
    """There is no trail yet."""
