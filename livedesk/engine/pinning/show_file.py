"""How does a store's run of show outlive the engine? A small file, written whole or not at all."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import secrets
from pathlib import Path

log = logging.getLogger(__name__)

_LARGEST_BYTES = 4_000_000


def show_path(data: Path, store: str) -> Path:
    return data / "shows" / f"{re.sub(r'[^A-Za-z0-9_-]', '_', store) or '_'}.json"


def read_show_file(path: Path) -> bytes | None:
    """None when there is none that could be used; reads files: call it in a thread."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            log.warning("%s is too large for a run of show; it is not used", path)
            return None
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error.strerror or error)
        return None


class ShowFile:
    """Writes the newest content; what was not yet written when newer came is passed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: bytes | None = None
        self._changed = asyncio.Event()
        self.problem = ""
        """Why the newest content is not in the file, for people."""

    def put(self, content: bytes) -> None:
        self._content = content
        self._changed.set()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            await self.flush()

    async def flush(self) -> None:
        """Write what waits; a disk that fails is told and asked again with the next change."""
        self._changed.clear()
        content, self._content = self._content, None
        if content is None:
            return
        try:
            await asyncio.to_thread(_replace, self._path, content)
        except OSError as error:
            reason = error.strerror or str(error)
            self.problem = f"{self._path} cannot be written: {reason}"
            log.warning("%s", self.problem)
        else:
            self.problem = ""


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
