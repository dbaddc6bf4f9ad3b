"""Which phones and tablets are a pad, of which store, and until when?

Only digests of their tokens are kept, in memory and in the data folder: who reads the file cannot
become a pad. The file lets a phone on the set outlive a restart of the engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import secrets
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.secrets import Secret
from livedesk.core.whole_file import write_whole
from livedesk.engine.people.identity import digest_of

log = logging.getLogger(__name__)

PADS_PER_STORE = 20
HOURS_DEFAULT = 24.0
HOURS_LONGEST = 24.0 * 7
NAME_LONGEST = 40
_NS_PER_HOUR = 3600 * NS_PER_S
_LARGEST_FILE_BYTES = 4_000_000


class TooManyPadsError(Exception):
    """A store has as many pads as it may."""


@dataclass(frozen=True, slots=True)
class Pad:
    """A device that was let in. It may call what a host may, of its store only."""

    id: str
    store: str
    name: str
    created_utc_ns: int
    expires_utc_ns: int


Tell = Callable[[str, Pad, str], Awaitable[None]]
"""Is given `pad.admitted` or `pad.revoked`, the pad, and who did it."""


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pad as it stands in the file. `digest`: SHA-256 of its token, hexadecimal."""

    id: str
    store: str
    name: str
    digest: str
    created_utc_ns: int
    expires_utc_ns: int

    @property
    def pad(self) -> Pad:
        return Pad(self.id, self.store, self.name, self.created_utc_ns, self.expires_utc_ns)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    pads: tuple[_Kept, ...]


class PadTokens:
    """The pads of all stores of an engine. `load` it once, before anybody calls."""

    def __init__(self, path: Path, clock: Clock, tell: Tell | None = None) -> None:
        self._path = path
        self._clock = clock
        self._tell = tell
        self._kept: dict[str, _Kept] = {}
        self._ends: dict[str, asyncio.Event] = {}
        self._writing = asyncio.Lock()
        self.problem = ""
        """What went wrong with the file, for people; empty when nothing did."""

    async def load(self) -> None:
        """Take up the pads of an earlier engine. A file that cannot be used is set aside."""
        kept, self.problem = await asyncio.to_thread(_read, self._path)
        self._kept = {each.id: each for each in kept if self._is_current(each)}
        if self.problem:
            log.warning("%s", self.problem)

    def find(self, token: str) -> Pad | None:
        """Whose token it is. Compares with each in constant time, so that timing tells nothing."""
        given = digest_of(token).hex()
        found: Pad | None = None
        for each in self._kept.values():
            if hmac.compare_digest(given, each.digest) and self._is_current(each):
                found = each.pad
        return found

    def of(self, store: str) -> tuple[Pad, ...]:
        """Those that may call now, oldest first."""
        found = (each.pad for each in self._kept.values() if self._is_current(each))
        return tuple(pad for pad in found if pad.store == store)

    async def admit(
        self, store: str, name: str, actor: str, hours: float = HOURS_DEFAULT
    ) -> tuple[Pad, Secret]:
        """A new pad, and its token, which is told this once. Raises TooManyPadsError."""
        others = self.of(store)
        if len(others) >= PADS_PER_STORE:
            raise TooManyPadsError
        token = Secret(secrets.token_urlsafe(32))
        now_ns = self._clock.utc_ns()
        kept = _Kept(
            id=secrets.token_hex(6),
            store=store,
            name=clean_name(name) or f"Pad {len(others) + 1}",
            digest=digest_of(token.reveal()).hex(),
            created_utc_ns=now_ns,
            expires_utc_ns=now_ns + round(hours * _NS_PER_HOUR),
        )
        self._kept[kept.id] = kept
        await self._write()
        await self._say("pad.admitted", kept.pad, actor)
        return kept.pad, token

    async def revoke(self, store: str, pad_id: str, actor: str) -> Pad | None:
        """From now on its token is nobody's, and its streams end. None: there is no such pad."""
        kept = self._kept.get(pad_id)
        if kept is None or kept.store != store:
            return None
        del self._kept[pad_id]
        self._ends.pop(pad_id, asyncio.Event()).set()
        await self._write()
        await self._say("pad.revoked", kept.pad, actor)
        return kept.pad

    async def ended(self, pad: Pad) -> None:
        """Return when the pad is revoked or its time is over."""
        if pad.id not in self._kept:
            return
        end = self._ends.setdefault(pad.id, asyncio.Event())
        left_s = (pad.expires_utc_ns - self._clock.utc_ns()) / NS_PER_S
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, left_s)):
                await end.wait()

    def _is_current(self, kept: _Kept) -> bool:
        return self._clock.utc_ns() < kept.expires_utc_ns

    async def _say(self, event: str, pad: Pad, actor: str) -> None:
        if self._tell is not None:
            await self._tell(event, pad, actor)

    async def _write(self) -> None:
        """Memory is what counts; a file that cannot be written is told and tried again later."""
        async with self._writing:
            self._kept = {key: each for key, each in self._kept.items() if self._is_current(each)}
            self._ends = {key: end for key, end in self._ends.items() if key in self._kept}
            content = msgspec.json.encode(_File(1, tuple(self._kept.values())))
            try:
                await asyncio.to_thread(write_whole, self._path, content)
            except OSError as error:
                self.problem = (
                    f"{self._path} cannot be written ({error.strerror or error}): changes of the "
                    "pads are lost when the engine restarts; free the folder"
                )
                log.warning("%s", self.problem)
            else:
                self.problem = ""


def clean_name(name: str) -> str:
    """One short line without control, direction and other invisible characters."""
    words = "".join(" " if each.isspace() else each for each in name[: 10 * NAME_LONGEST]).split()
    shown = "".join(each for each in " ".join(words) if unicodedata.category(each)[0] != "C")
    return shown[:NAME_LONGEST].strip()


def _read(path: Path) -> tuple[tuple[_Kept, ...], str]:
    """The pads of the file, and what was wrong with it; reads files: call it in a thread."""
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            return (), _set_aside(path, "it is too large")
        content = msgspec.json.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return (), ""
    except OSError as error:
        return (), f"{path} cannot be read ({error.strerror or error}): devices must be let in anew"
    except (msgspec.DecodeError, RecursionError):
        return (), _set_aside(path, "it is damaged")
    if content.version != 1:
        return (), _set_aside(path, "another version of livedesk wrote it")
    return content.pads, ""


def _set_aside(path: Path, why: str) -> str:
    aside = path.with_suffix(".unusable.json")
    try:
        path.replace(aside)
    except OSError as error:
        return f"{path} cannot be used ({why}) nor set aside ({error.strerror or error})"
    return f"{path} cannot be used ({why}): it is now {aside.name}; let the devices in anew"
