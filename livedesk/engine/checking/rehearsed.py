"""What was rehearsed and signed, and how does it outlive the engine? A small file for each store.

Nothing in it is worth a failed start: a file that cannot be used is set aside, and the slate is
shown and the drill made again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from livedesk.core.check import Sign
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import StoreStatus
from livedesk.core.whole_file import write_whole
from livedesk.engine.checking.facts import Drilled, SlateSeen
from livedesk.engine.checking.signs import Signed, Waiver
from livedesk.engine.checking.ways import rehearsals

log = logging.getLogger(__name__)

_LARGEST_BYTES: Final = 1_000_000
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The newest slate, and the newest drill onto each uplink."""

    slate: SlateSeen | None = None
    drills: Mapping[str, Drilled] = field(default_factory=lambda: MappingProxyType({}))

    def seen(self, status: StoreStatus) -> Rehearsed:
        """With what a status tells; itself when that is nothing new."""
        then = Rehearsed(_slate(self.slate, status), rehearsals(status, self.drills))
        return self if then == self else then


def _slate(known: SlateSeen | None, status: StoreStatus) -> SlateSeen | None:
    """A reading stays in the status long after the slate is gone, so its age tells when it was.

    To the second: an age that is measured and sent would otherwise be a new instant each time.
    """
    sync = status.sync
    if sync.offset_ms is None or sync.offset_age_s is None:
        return known
    utc_ns = status.utc_ns - round(sync.offset_age_s) * NS_PER_S
    is_same = known is not None and abs(utc_ns - known.utc_ns) < 2 * NS_PER_S
    if known is not None and (is_same or utc_ns < known.utc_ns):
        return known
    return SlateSeen(utc_ns, sync.offset_ms)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    slate: SlateSeen | None = None
    drills: dict[str, Drilled] = {}
    sign: Sign | None = None
    waivers: dict[str, Waiver] = {}


def rehearsed_path(data: Path, store: str) -> Path:
    return data / "rehearsed" / f"{re.sub(r'[^A-Za-z0-9_-]', '_', store) or '_'}.json"


def read_rehearsed(path: Path) -> tuple[Rehearsed, Signed]:
    """What an earlier engine left; nothing where it left nothing. Reads files: call it in a
    thread."""
    try:
        content = path.read_bytes() if path.stat().st_size <= _LARGEST_BYTES else b""
        kept = msgspec.json.decode(content, type=_File)
        if kept.version != _VERSION:
            raise msgspec.ValidationError(f"version {kept.version}")
    except FileNotFoundError:
        return Rehearsed(), Signed()
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error.strerror or error)
        return Rehearsed(), Signed()
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        _set_aside(path, str(error))
        return Rehearsed(), Signed()
    return Rehearsed(kept.slate, kept.drills), Signed(kept.sign, kept.waivers)


def _set_aside(path: Path, why: str) -> None:
    aside = path.with_suffix(".unusable")
    log.warning("%s cannot be used (%s); it is set aside as %s", path, why, aside.name)
    try:
        path.replace(aside)
    except OSError as error:
        log.warning("%s cannot be renamed: %s", path, error.strerror or error)


def write_rehearsed(path: Path, rehearsed: Rehearsed, signed: Signed) -> None:
    """Writes files: call it in a thread. Raises OSError."""
    kept = _File(
        _VERSION, rehearsed.slate, dict(rehearsed.drills), signed.sign, dict(signed.waivers)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, msgspec.json.encode(kept))
