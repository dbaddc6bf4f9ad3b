"""Where did the windows and their parts stand last time? Kept in one small file, by name.

What cannot be read is forgotten: a window in its usual place is better than a word about a file.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QWidget

from livedesk.core.whole_file import write_whole

log = logging.getLogger(__name__)

FILE = "windows.json"
LONGEST = 64 * 1024
"""Bytes of the file that are read at most; a window's place takes about a hundred."""


class Layouts:
    """Places (where a window stands) and arrangements (of the docks in one), as Qt's own bytes."""

    def __init__(self, folder: Path | None) -> None:
        """Without a folder nothing outlives this object."""
        self._file = None if folder is None else folder / FILE
        self._kept = _read(self._file)

    def place(self, window: QWidget, name: str) -> bool:
        """Put a window where it stood; False when that is not known. Qt keeps it on a screen that
        is still there."""
        return window.restoreGeometry(self._bytes(f"place.{name}"))

    def keep_place(self, window: QWidget, name: str) -> None:
        self._keep(f"place.{name}", window.saveGeometry())

    def arrange(self, window: QMainWindow, name: str, version: int) -> bool:
        """Give a window's docks their places; False when they are of another `version`."""
        return window.restoreState(self._bytes(f"docks.{name}"), version)

    def keep_arrangement(self, window: QMainWindow, name: str, version: int) -> None:
        self._keep(f"docks.{name}", window.saveState(version))

    def forget(self, name: str) -> None:
        """The usual place and arrangement, from the next time on."""
        for kind in ("place", "docks"):
            self._kept.pop(f"{kind}.{name}", None)

    def keep_open(self, kind: str, names: tuple[str, ...]) -> None:
        """Which windows of a kind stood open."""
        self.keep_names(f"open.{kind}", names)

    def open_ones(self, kind: str) -> tuple[str, ...]:
        return self.names(f"open.{kind}")

    def keep_names(self, key: str, names: tuple[str, ...]) -> None:
        """What was chosen where there was something to choose."""
        self._kept[key] = json.dumps(names)

    def names(self, key: str) -> tuple[str, ...]:
        """Empty where nothing was chosen."""
        try:
            names = json.loads(self._kept.get(key, "[]"))
        except (ValueError, RecursionError):
            return ()
        known = names if isinstance(names, list) else []
        return tuple(name for name in known if isinstance(name, str))

    def save(self) -> None:
        """Write it down. Blocks for about a millisecond: call it when a window closes."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, json.dumps(self._kept, indent=1).encode(), durable=False)
        except OSError as error:
            log.warning("where the windows stand cannot be kept in %s: %s", self._file, error)

    def _bytes(self, key: str) -> QByteArray:
        try:
            return QByteArray(base64.b64decode(self._kept.get(key, ""), validate=True))
        except binascii.Error:
            return QByteArray()

    def _keep(self, key: str, value: QByteArray) -> None:
        self._kept[key] = base64.b64encode(value.data()).decode()


def _read(file: Path | None) -> dict[str, str]:
    if file is None or not file.exists():
        return {}
    try:
        with file.open("rb") as source:
            kept = json.loads(source.read(LONGEST))
    except (OSError, ValueError, RecursionError) as error:
        log.info("where the windows stood is not known: %s", error)
        return {}
    if not isinstance(kept, dict):
        return {}
    return {key: value for key, value in kept.items() if isinstance(value, str)}
