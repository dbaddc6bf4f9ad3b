"""How is a small file written, so that a power cut leaves all of it or the one before?"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PRIVATE = 0o600
"""For this user only. What is kept of a show is nobody else's, and often a secret."""


def write_whole(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write aside, then rename, mode 0600; the folder must be there.

    `durable`: not only whole but on the disk when this returns (file and folder are synced, as
    POSIX promises a rename to last only then). Blocks: call it in a thread. Raises OSError.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Windows opens no folders, and keeps renames without."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
