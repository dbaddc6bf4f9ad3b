"""Who did what at this engine, and what came of it?

One trail for all stores, as people and channels are not of one store, and as it begins before any
session does. A note never waits for the disk: what was done is done, and a pin has no time. Notes
are written in their order, at most a moment later; while the disk is away they wait, up to a limit,
and what was beyond it is counted in the trail itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from livedesk.core.audit_chain import NOTHING, Proof, sealed
from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.engine_status import AuditEntry
from livedesk.core.roles import Role
from livedesk.core.secrets import redact
from livedesk.engine.people import audit_file
from livedesk.engine.people.audit_file import AuditDamagedError

log = logging.getLogger(__name__)

WAITING_MOST: Final = 10_000
LONGEST_TEXT: Final = 300
ENGINE: Final = "engine"
"""Who acted where no person did."""
_BATCH: Final = 500
_RETRY_S: Final = 1.0
_SETTLE_S: Final = 2.0
_CLOSE_WITHIN_S: Final = 5.0


class Audit:
    """The trail of one engine. `run` writes it, until `close`."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._waiting: deque[AuditEntry] = deque()
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        self._settled.set()
        self._trail: sqlite3.Connection | None = None
        self._head = ""
        self._last_seq = 0
        self._lost = 0
        self._closing = False
        self._proving = asyncio.Lock()
        self._proven = NOTHING
        self.problem = ""
        """Why notes are not on the disk yet, for people; empty while they are."""
        self.set_aside = ""
        """The name of the trail that this engine found and could not use; empty without one."""

    def note(
        self,
        act: str,
        actor: str = ENGINE,
        role: Role = "admin",
        *,
        store: str = "",
        outcome: int = 0,
        data: Mapping[str, str] | None = None,
    ) -> None:
        """Texts come without secrets; addresses of streams lose their keys here all the same."""
        if len(self._waiting) >= WAITING_MOST:
            self._lost += 1
            return
        clean = {_clean(key): _clean(value) for key, value in (data or {}).items()}
        now_ns = self._clock.utc_ns()
        entry = AuditEntry(
            0, now_ns, _clean(actor), role, _clean(act), _clean(store), outcome, clean
        )
        self._waiting.append(entry)
        self._settled.clear()
        self._news.set()

    async def run(self) -> None:
        """Write what is noted, until `close` is called and all is written or the disk is away."""
        while True:
            await self._news.wait()
            try:
                await self._write()
            except (sqlite3.Error, OSError) as error:
                self._troubled(error)
                if self._closing:
                    return
                await asyncio.sleep(_RETRY_S)
            else:
                self.problem = ""
                if not self._waiting and self._closing:
                    return

    async def close(self, running: asyncio.Future[None]) -> None:
        """Write what waits, once more; `running` is the task of `run`."""
        self._closing = True
        self._news.set()
        await asyncio.wait((running,), timeout=_CLOSE_WITHIN_S)
        if self._waiting:
            log.error("%d acts are missing in %s", len(self._waiting), self.path)
        if self._trail is not None:
            await asyncio.to_thread(self._trail.close)
            self._trail = None

    async def page(self, after: int, limit: int) -> tuple[AuditEntry, ...]:
        """Entries with higher numbers, oldest first. Raises sqlite3.Error, AuditDamagedError."""
        await self._until_settled()
        return await asyncio.to_thread(audit_file.read_page, self.path, after, limit)

    async def proof(self, *, whole: bool = True) -> Proof:
        """Looks through the whole file, or only through what came since that was last done.

        Also broken where the file ends before what this engine wrote.
        """
        await self._until_settled()
        async with self._proving:
            written = self._last_seq
            known = NOTHING if whole else self._proven
            proof = await asyncio.to_thread(audit_file.prove_file, self.path, known)
            if proof.intact and proof.entries < written:
                proof = Proof(proof.head, proof.entries, broken_at=proof.entries + 1)
            self._proven = proof if proof.intact else NOTHING
        return proof

    async def written(self) -> bool:
        """Whether all that was noted is on the disk, or is so within a moment."""
        await self._until_settled()
        return self._settled.is_set()

    async def _until_settled(self) -> None:
        """So that who reads after an act finds it; a disk that is away is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_S):
                await self._settled.wait()

    async def _write(self) -> None:
        trail = self._trail or await self._open()
        while self._waiting or self._lost:
            lost, self._lost = self._lost, 0
            if lost:
                self._waiting.append(self._loss(lost))
            batch = [self._waiting[at] for at in range(min(_BATCH, len(self._waiting)))]
            entries, head = self._sealed(batch)
            await asyncio.to_thread(audit_file.add, trail, entries)
            self._head, self._last_seq = head, self._last_seq + len(entries)
            for _ in entries:
                self._waiting.popleft()
        self._news.clear()
        self._settled.set()

    def _sealed(self, batch: list[AuditEntry]) -> tuple[list[AuditEntry], str]:
        head, entries = self._head, []
        for at, entry in enumerate(batch, self._last_seq + 1):
            numbered = AuditEntry(
                at, entry.utc_ns, entry.actor, entry.role, entry.act, entry.store, entry.outcome,
                entry.data,
            )  # fmt: skip
            entries.append(sealed(numbered, head))
            head = entries[-1].digest
        return entries, head

    def _loss(self, lost: int) -> AuditEntry:
        text = f"{lost} acts were not written down while the disk was away"
        return AuditEntry(
            0, self._clock.utc_ns(), ENGINE, "admin", "trail.lost", data={"text": text}
        )

    async def _open(self) -> sqlite3.Connection:
        """One that cannot be used is set aside and kept; the new one begins by saying so."""
        try:
            trail, newest = await asyncio.to_thread(audit_file.open_trail, self.path)
        except (sqlite3.OperationalError, OSError):
            raise
        except (sqlite3.DatabaseError, AuditDamagedError) as error:
            aside = await asyncio.to_thread(self._set_aside)
            log.error("%s cannot be used (%s): it is now %s", self.path, error, aside.name)
            self.set_aside = aside.name
            self.note("trail.begun", data={"set_aside": aside.name})
            trail, newest = await asyncio.to_thread(audit_file.open_trail, self.path)
        self._trail = trail
        if newest is not None:
            self._head, self._last_seq = newest.digest, newest.seq
        return trail

    def _set_aside(self) -> Path:
        """Under a name of its own: an earlier one that was set aside is evidence, too."""
        stamp = datetime.fromtimestamp(self._clock.utc_ns() // NS_PER_S, UTC)
        aside = self.path.with_name(f"audit-unusable-{stamp:%Y%m%dT%H%M%SZ}.livedesk")
        for end in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + end).replace(aside.with_name(aside.name + end))
        return aside

    def _troubled(self, error: Exception) -> None:
        text = f"{self.path} cannot be written ({error})"
        if text != self.problem:
            log.warning("%s; acts wait in memory", text)
        self.problem = text


def _clean(text: str) -> str:
    """One line that the file can hold, without the key of an address."""
    line = " ".join(text[: 4 * LONGEST_TEXT].split())
    line = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)
    return redact(line, ())[:LONGEST_TEXT]
