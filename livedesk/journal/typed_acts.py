"""What was done to sessions on the command line, that no engine has in its audit trail yet?

The trail is written by the engine alone, and often none runs when somebody tidies up. So each act
is a line beside the sessions, and the engine that runs, or the next one, takes the lines over.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from livedesk.core.whole_file import PRIVATE
from livedesk.journal.retention import locked

_FILE: Final = "typed-acts.jsonl"
_TAKEN: Final = "typed-acts-taken.jsonl"
"""Those that an engine is about to write into its trail: after a crash there, it does so again."""

UNREADABLE: Final = "session.typed_act_unreadable"


@dataclass(frozen=True, slots=True)
class TypedAct:
    """`actor`: the name of the system's user. `data`: as an audit entry has them."""

    act: str
    actor: str
    utc_ns: int
    store: str = ""
    data: dict[str, str] = field(default_factory=dict)


def write_down(data: Path, act: TypedAct) -> None:
    """On the disk when this returns. Raises KeptMarksError, OSError."""
    with locked(data):
        handle = os.open(_path(data, _FILE), os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
        with os.fdopen(handle, "ab") as file:
            file.write(msgspec.json.encode(act) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def take(data: Path) -> list[TypedAct]:
    """What waits, in order. It waits on until `forget`. Raises KeptMarksError, OSError."""
    new, taken = _path(data, _FILE), _path(data, _TAKEN)
    if not new.exists() and not taken.exists():
        return []
    with locked(data):
        if not taken.exists():
            new.replace(taken)
        return [_act(line) for line in taken.read_bytes().splitlines() if line.strip()]


def forget(data: Path) -> None:
    """What was taken is in the trail. Raises OSError."""
    _path(data, _TAKEN).unlink(missing_ok=True)


def _act(line: bytes) -> TypedAct:
    """A line that was cut off by a full disk is not passed over in silence."""
    try:
        return msgspec.json.decode(line, type=TypedAct)
    except msgspec.MsgspecError:
        return TypedAct(UNREADABLE, "", 0, data={"line": line[:200].decode("utf-8", "replace")})


def _path(data: Path, name: str) -> Path:
    return data / "sessions" / name
