"""What became of an export? Asks the engine for it, follows it, and brings its files here whole.

A file is written beside its final name and renamed when all of it has come. One that stands there
already is left alone: the new one gets a number.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryFile
from typing import Any, Final, Literal, Protocol

from livedesk.core.records import ExportedFile, ExportJob
from livedesk.desk.errors import DeskError, UnreachableError
from livedesk.desk.looks import Card, Look
from livedesk.desk.record_client import ExportWish, RecordClient
from livedesk.desk.record_words import trouble_words
from livedesk.desk.words import number, tr, trn

ASK_EVERY_S: Final = 0.5
PATIENCE: Final = 20
"""Looks in a row that may fail: an engine is up again within seconds."""

Stage = Literal["asking", "queued", "running", "saving", "done", "cancelled", "failed"]
OVER: Final[frozenset[Stage]] = frozenset(("done", "cancelled", "failed"))


@dataclass(frozen=True, slots=True)
class ExportRun:
    """An export of this console. `share`: of its stage, from 0 to 1."""

    wish: ExportWish
    folder: Path
    stage: Stage = "asking"
    share: float = 0.0
    doing: str = ""
    saved: tuple[Path, ...] = ()
    problem: str = ""

    @property
    def is_over(self) -> bool:
        return self.stage in OVER


class ExportSource(Protocol):
    """What a window needs to export; tests put a stage in its place."""

    def run(self) -> ExportRun | None: ...

    def start(self, wish: ExportWish, folder: Path) -> None: ...

    def cancel(self) -> None: ...

    def forget(self) -> None: ...


class Exporting:
    """One export at a time, also while no dialog shows it."""

    def __init__(
        self,
        client: Callable[[], RecordClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        every_s: float = ASK_EVERY_S,
    ) -> None:
        self._client, self._spawn, self._every_s = client, spawn, every_s
        self._run: ExportRun | None = None
        self._cancelled = False
        self._turn = 0

    def run(self) -> ExportRun | None:
        return self._run

    def start(self, wish: ExportWish, folder: Path) -> None:
        """Does nothing while one is under way."""
        if self._run is not None and not self._run.is_over:
            return
        self._turn += 1
        self._cancelled = False
        self._run = ExportRun(wish, folder)
        self._spawn("export", self._work(self._turn, wish, folder))

    def cancel(self) -> None:
        """Ends at the next step; what was saved until then stays."""
        if self._run is not None and not self._run.is_over:
            self._cancelled = True
            self._tell(doing=tr("Cancelling…"))

    def forget(self) -> None:
        """Somebody has read what became of it."""
        if self._run is not None and self._run.is_over:
            self._run = None

    def attached(self) -> None:
        """Calls of before are over, and another engine may not know of the export."""
        if self._run is not None and not self._run.is_over:
            self._turn += 1
            self._tell(stage="failed", problem=tr("The engine went away. Export once more."))

    def _tell(self, **changes: Any) -> None:
        if self._run is not None:
            self._run = replace(self._run, **changes)

    async def _work(self, turn: int, wish: ExportWish, folder: Path) -> None:
        job: ExportJob | None = None
        try:
            # Before the engine works for minutes on what then has no place.
            await asyncio.to_thread(_try_folder, folder)
            client = self._client()
            job = await client.export(wish)
            job = await self._follow(client, job)
            await self._save(client, job, folder)
        except _CancelledError:
            await self._call_off(job)
            self._tell(stage="cancelled", doing="")
        except DeskError as error:
            self._tell(stage="failed", problem=trouble_words(error))
        except OSError as error:
            self._tell(stage="failed", problem=_disk_words(error, folder))
        finally:
            # Ended from outside: the window closes, or the connection is lost.
            if turn == self._turn and self._run is not None and not self._run.is_over:
                self._tell(
                    stage="failed", problem=tr("The export was broken off. Export once more.")
                )

    async def _call_off(self, job: ExportJob | None) -> None:
        """If the engine cannot be told, its files go by themselves within the hour."""
        if job is not None:
            with suppress(DeskError):
                await self._client().cancel(job.id)

    async def _follow(self, client: RecordClient, job: ExportJob) -> ExportJob:
        """Until it is over. Raises what it failed with."""
        failures = 0
        while True:
            self._check()
            match job.state:
                case "done":
                    return job
                case "failed":
                    why = job.problem or tr("The engine does not say why.")
                    raise DeskError(why, _where(), "")
                case "cancelled":
                    raise _CancelledError
                case stage:
                    self._tell(stage=stage, share=job.done, doing=job.doing)
            await asyncio.sleep(self._every_s)
            try:
                job = await client.job(job.id)
                failures = 0
            except UnreachableError:
                failures += 1
                if failures > PATIENCE:
                    raise

    async def _save(self, client: RecordClient, job: ExportJob, folder: Path) -> None:
        whole = max(1, sum(file.bytes for file in job.files))
        before = 0
        saved: list[Path] = []
        for file in job.files:
            self._tell(stage="saving", share=before / whole, doing=file.name)
            saved.append(await self._fetch(client, job.id, file, folder, before / whole, whole))
            before += file.bytes
            self._tell(saved=tuple(saved))
        self._tell(stage="done", share=1.0, doing="")

    async def _fetch(
        self, client: RecordClient, job: str, file: ExportedFile, folder: Path, begin: float,
        whole: int,
    ) -> Path:  # fmt: skip
        name = safe_name(file.name)
        part = folder / f".{name}.part"
        taken = 0
        target = await asyncio.to_thread(part.open, "wb")
        try:
            with target:

                async def take(piece: bytes) -> None:
                    nonlocal taken
                    self._check()
                    await asyncio.to_thread(target.write, piece)
                    taken += len(piece)
                    self._tell(share=min(1.0, begin + taken / whole))

                await client.download(job, file.name, take)
            if file.bytes and taken != file.bytes:
                raise UnreachableError(
                    tr("{file} did not come whole.").format(file=name), _where(),
                    tr("Export once more."),
                )  # fmt: skip
            return await asyncio.to_thread(_settle, part, folder, name)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _check(self) -> None:
        if self._cancelled:
            raise _CancelledError


class _CancelledError(Exception):
    """Somebody pressed cancel, here or elsewhere."""


def _where() -> str:
    return tr("engine")


def safe_name(name: str) -> str:
    """The last part of a name, which leads nowhere else and hides from nobody."""
    last = PureWindowsPath(PurePosixPath(name).name).name.lstrip(".")
    return (
        "".join(each for each in last if each.isprintable() and each not in '<>:"|?*') or "export"
    )


def _try_folder(folder: Path) -> None:
    """Raises OSError where nothing can be written. One level is made: a stick that was pulled out
    is not to become a folder of the same name."""
    folder.mkdir(exist_ok=True)
    with TemporaryFile(dir=folder):
        pass


def _settle(part: Path, folder: Path, name: str) -> Path:
    """Give the whole file its name, or the name with the first free number."""
    with part.open("rb") as written:
        os.fsync(written.fileno())
    stem, dot, suffix = name.partition(".")
    n = 1
    while True:
        path = folder / (name if n == 1 else f"{stem} ({n}){dot}{suffix}")
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            n += 1
            continue
        part.replace(path)
        return path


def _disk_words(error: OSError, folder: Path) -> str:
    why = error.strerror or str(error)
    return tr("{folder} cannot be written: {why}. Choose another folder.").format(
        folder=folder, why=why
    )


def run_look(run: ExportRun) -> Look:
    match run.stage:
        case "done":
            return "ok"
        case "failed":
            return "warning"
        case "cancelled":
            return "idle"
        case _:
            return "busy"


def record_card(run: ExportRun | None) -> Card:
    """The record's part of the window's top line: what it is busy with."""
    if run is None:
        return Card("sessions", tr("Sessions"), "idle", tr("no export is under way"))
    return Card("sessions", tr("Export"), run_look(run), stage_words(run))


def stage_words(run: ExportRun) -> str:
    """How it stands, in one line."""
    percent = number(100 * run.share)
    match run.stage:
        case "asking":
            return tr("Asking the engine…")
        case "queued":
            return tr("Waits for exports that were asked for before")
        case "running":
            doing = run.doing or tr("being written")
            return tr("{percent} % · {doing}").format(percent=percent, doing=doing)
        case "saving":
            return tr("{percent} % · saving {file}").format(percent=percent, file=run.doing)
        case "done":
            return trn("{n} file in {folder}", "{n} files in {folder}", len(run.saved)).format(
                n=len(run.saved), folder=run.folder
            )
        case "cancelled":
            return tr("Cancelled. {n} files were saved before.").format(n=len(run.saved))
        case "failed":
            return run.problem
