"""How are the channels kept that were set up over the API? Beside those of the settings file.

Each stands there as a `[[channel]]` table would, with references in place of secrets.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from livedesk.core.whole_file import write_whole

_LARGEST_BYTES: Final = 1_000_000
_VERSION: Final = 1

Tables = dict[str, dict[str, object]]
"""By the channel's name."""


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    channels: Tables


class ChannelsFile:
    """`channels.json`. The methods block: call them in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_unreadable = False

    def read(self) -> tuple[Tables, str]:
        """The tables, and what was wrong with the file, for people."""
        try:
            if self.path.stat().st_size > _LARGEST_BYTES:
                return {}, self._set_aside("it is too large")
            content = msgspec.json.decode(self.path.read_bytes(), type=_Content)
        except FileNotFoundError:
            return {}, ""
        except OSError as error:
            self._is_unreadable = True
            reason = error.strerror or error
            return {}, f"{self.path} cannot be read ({reason}): no channel of it is used"
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}, self._set_aside("it is damaged")
        if content.version != _VERSION:
            return {}, self._set_aside("another version of livedesk wrote it")
        return content.channels, ""

    def write(self, tables: Mapping[str, Mapping[str, object]]) -> None:
        """Raises OSError; also while there is a file that could not be read."""
        if self._is_unreadable:
            raise OSError("it could not be read when the engine started; restart the engine")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = msgspec.json.encode({"version": _VERSION, "channels": tables})
        write_whole(self.path, msgspec.json.format(content))

    def _set_aside(self, why: str) -> str:
        aside = self.path.with_suffix(".unusable.json")
        try:
            self.path.replace(aside)
        except OSError as error:
            self._is_unreadable = True
            return f"{self.path} cannot be used ({why}) nor set aside ({error.strerror or error})"
        return (
            f"{self.path} cannot be used ({why}): it is now {aside.name}, and no channel of it is "
            "used; set them up anew"
        )
