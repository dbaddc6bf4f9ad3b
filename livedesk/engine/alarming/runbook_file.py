"""How does the agency's runbook outlive the engine? A small file, written whole or not at all."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import msgspec

from livedesk.alarms.runbook import Runbook, RunbookKind, UnusableStepsError, checked_steps
from livedesk.core.whole_file import write_whole

log = logging.getLogger(__name__)

_LARGEST_BYTES = 1_000_000


class RunbookFile:
    """The steps that hold now, in memory; each change is on the disk before it holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runbook = Runbook()
        self._changing = asyncio.Lock()
        self.problem = ""
        """Why the agency's own steps do not hold, for people; empty while they do."""

    async def open(self) -> None:
        """Without a file that can be used, the defaults hold. One that cannot be is kept aside."""
        self._runbook, self.problem = await asyncio.to_thread(_read, self._path)

    def steps(self, alarm_id: str) -> tuple[str, ...]:
        return self._runbook.steps(alarm_id)

    def kinds(self) -> tuple[RunbookKind, ...]:
        return self._runbook.kinds()

    async def change(self, kind: str, steps: tuple[str, ...] | None) -> RunbookKind:
        """None: the default again. Raises KeyError, UnusableStepsError, OSError."""
        async with self._changing:
            changed = self._runbook.with_steps(kind, steps)
            await asyncio.to_thread(_write, self._path, changed.own())
            self._runbook, self.problem = changed, ""
        return next(entry for entry in changed.kinds() if entry.kind == kind)


def runbook_path(data: Path) -> Path:
    return data / "runbook.json"


def _write(path: Path, own: dict[str, tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, msgspec.json.format(msgspec.json.encode({"steps": own})))


def _read(path: Path) -> tuple[Runbook, str]:
    """And what is wrong with the file."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return _set_aside(path, "it is too large")
        content = msgspec.json.decode(path.read_bytes(), type=_Content)
        steps = {kind: checked_steps(each) for kind, each in content.steps.items()}
        return Runbook(steps), ""
    except FileNotFoundError:
        return Runbook(), ""
    except OSError as error:
        problem = f"{path} cannot be read ({error.strerror or error})"
        log.warning("%s; the default steps hold", problem)
        return Runbook(), problem
    except (msgspec.DecodeError, UnicodeDecodeError, UnusableStepsError) as error:
        return _set_aside(path, str(error))


def _set_aside(path: Path, why: str) -> tuple[Runbook, str]:
    """What somebody wrote is not written over by the next change."""
    aside = path.with_suffix(".unusable.json")
    log.warning(
        "%s cannot be used (%s); it is kept as %s, the default steps hold", path, why, aside
    )
    try:
        path.replace(aside)
    except OSError as error:
        log.warning("%s cannot be kept: %s", path, error.strerror or error)
        return Runbook(), f"{path} cannot be used ({why})"
    return Runbook(), f"{path} cannot be used ({why}), and is kept as {aside.name}"


class _Content(msgspec.Struct):
    steps: dict[str, list[str]]
