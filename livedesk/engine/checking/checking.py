"""The check of one store while the engine runs: what was seen of it, who signed, what is on record.

A signature holds until the session ends, or for 12 h. It may come before the session: then it
opens that session's record, and is told there again when the session begins.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from livedesk.core.check import CheckItem, CheckReport, Sign, Verdict
from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Json, Level
from livedesk.core.status import StoreStatus
from livedesk.core.tasks import Tasks
from livedesk.engine.bus import Receipt
from livedesk.engine.checking import signs
from livedesk.engine.checking.facts import CheckFacts, MachineFacts
from livedesk.engine.checking.items import hours
from livedesk.engine.checking.judge import judge, out_of_range, unmeasured
from livedesk.engine.checking.rehearsed import (
    Rehearsed,
    read_rehearsed,
    rehearsed_path,
    write_rehearsed,
)
from livedesk.engine.checking.signs import Signed, verdict_words
from livedesk.engine.checking.stage import Stage

log = logging.getLogger(__name__)

_RECORD_WITHIN_S: Final = 0.2
"""A sick disk holds no answer up for longer; the journal's alarm tells of it."""

_SLATE_KEPT_EVERY_NS: Final = 30 * NS_PER_S
"""While a slate runs its reading changes all the time, and nobody needs each on disk."""


class Checking:
    """Called from the engine's event loop only. `machine`: the facts that all stores share."""

    def __init__(
        self,
        stage: Stage,
        data: Path,
        clock: Clock,
        show_hours: float,
        machine: Callable[[], MachineFacts],
    ) -> None:
        self._stage = stage
        self._path = rehearsed_path(data, stage.settings.id)
        self._clock = clock
        self._show_hours = show_hours
        self._machine = machine
        self._rehearsed = Rehearsed()
        self._signed = Signed()
        self._kept = self._rehearsed, self._signed
        self._steady_ns: int | None = None
        self._changed = asyncio.Event()
        self._tasks = Tasks()

    async def start(self) -> None:
        """Take up what an earlier engine left. Before the session is, which may be over by now."""
        self._rehearsed, self._signed = await asyncio.to_thread(read_rehearsed, self._path)
        self._kept = self._rehearsed, self._signed
        self._tasks.spawn("check file", self._keep())

    def tick(self, status: StoreStatus) -> None:
        """Notice what has changed since; four times a second."""
        before, self._rehearsed = self._rehearsed, self._rehearsed.seen(status)
        if self._rehearsed is not before and self._is_news():
            self._changed.set()
        is_steady = status.feed.state == "OK" and not (
            out_of_range(status) or unmeasured(status, self._stage.settings.probe.decode)
        )
        if not is_steady:
            self._steady_ns = None
        elif self._steady_ns is None:
            self._steady_ns = self._clock.mono_ns()
        if self._signed.waivers:
            self._items(status)

    def _is_news(self) -> bool:
        now, kept = self._rehearsed, self._kept[0]
        if now.drills != kept.drills or now.slate is None or kept.slate is None:
            return True
        return now.slate.utc_ns - kept.slate.utc_ns >= _SLATE_KEPT_EVERY_NS

    def report(self) -> CheckReport:
        """The check as it is now."""
        items = self._items(self._stage.status())
        return signs.report(self._stage.settings.id, self._clock.utc_ns(), items, self._signed)

    def _items(self, status: StoreStatus) -> tuple[CheckItem, ...]:
        """The lines; what people said of them is held against how they stand."""
        items = judge(self._facts(status))
        signed = self._signed.at(self._clock.utc_ns()).seen(items)
        if signed != self._signed:
            self._signed = signed
            self._changed.set()
        return items

    def _facts(self, status: StoreStatus) -> CheckFacts:
        settings, since_ns = self._stage.settings, self._steady_ns
        steady_s = 0.0 if since_ns is None else (self._clock.mono_ns() - since_ns) / NS_PER_S
        return CheckFacts(
            status=status,
            utc_ns=self._clock.utc_ns(),
            show_hours=self._show_hours if settings.pins is None else settings.pins.show_hours,
            steady_s=steady_s,
            decode=settings.probe.decode,
            slate=self._rehearsed.slate,
            drills=self._rehearsed.drills,
            refresh_s=60.0 if settings.pins is None else settings.pins.catalogue.refresh_s,
            products_access=self._stage.products_access(),
            machine=self._machine(),
            unseen=self._stage.unseen_alarms(),
        )

    async def sign(
        self, verdict: Verdict, by: str, text: str, waive: Collection[str]
    ) -> CheckReport:
        """A person's word on the whole list; returns when it is on record, or soon.

        Raises NotGoError and UnknownLineError (`signs`)."""
        items = self._items(self._stage.status())
        given = Sign(verdict, by, self._clock.utc_ns(), text)
        self._signed = signs.sign(self._signed, items, given, waive)
        self._changed.set()
        report = signs.report(self._stage.settings.id, given.utc_ns, items, self._signed)
        await self._tell(report, given).recorded(_RECORD_WITHIN_S)
        return report

    def _tell(self, report: CheckReport, given: Sign) -> Receipt:
        note = f" {given.text}" if given.text else ""
        words = f"{verdict_words(given.verdict)} for going on air{_beside(report)}.{note}"
        is_plain = report.verdict == "go" and not _waived(report)
        level: Level = "info" if is_plain and given.verdict == "go" else "notice"
        return self._stage.check_event("check.signed", level, words, _data(report), given.by)

    def session_begins(self) -> None:
        """On whose word the session begins, for its record; or that it begins on nobody's."""
        report = self.report()
        given = report.sign
        if given is None:
            text = f"The session begins, and nobody has signed its check{_beside(report)}."
            self._stage.check_event("check.standing", "notice", text, _data(report))
            return
        ago_h = (self._clock.utc_ns() - given.utc_ns) / (3600 * NS_PER_S)
        text = (
            f"The session begins on the {verdict_words(given.verdict)} that {given.by} signed "
            f"{hours(ago_h)} before{_beside(report)}."
        )
        self._stage.check_event("check.standing", "info", text, _data(report), given.by)

    def session_ends(self) -> None:
        """What was said holds for no other session; what was rehearsed does."""
        if self._signed != Signed():
            self._signed = Signed()
            self._changed.set()

    async def close(self) -> None:
        await self._tasks.close()
        await self._write()

    async def _keep(self) -> None:
        while True:
            await self._changed.wait()
            await self._write()

    async def _write(self) -> None:
        """A disk that fails is told, and asked again with the next change."""
        self._changed.clear()
        wanted = self._rehearsed, self._signed
        if wanted == self._kept:
            return
        try:
            await asyncio.to_thread(write_rehearsed, self._path, *wanted)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror or error)
        else:
            self._kept = wanted


def _waived(report: CheckReport) -> list[CheckItem]:
    return [item for item in report.items if item.state == "waived"]


def _beside(report: CheckReport) -> str:
    """What stands against it, and what somebody took on."""
    parts = []
    if report.against:
        parts.append(f"against it: {', '.join(report.against)}")
    if waived := _waived(report):
        parts.append(f"waived: {', '.join(f'{item.title} ({item.waived_by})' for item in waived)}")
    return f"; {'; '.join(parts)}" if parts else ""


def _data(report: CheckReport) -> dict[str, Json]:
    given = report.sign
    lines: dict[str, Json] = {item.id: item.state for item in report.items}
    against: list[Json] = list(report.against)
    waived: list[Json] = [item.title for item in _waived(report)]
    return {
        "verdict": None if given is None else given.verdict,
        "check": report.verdict,
        "signed_utc_ns": None if given is None else given.utc_ns,
        "note": "" if given is None else given.text,
        "against": against,
        "waived": waived,
        "lines": lines,
    }
