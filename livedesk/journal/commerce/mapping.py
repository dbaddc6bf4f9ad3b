"""How does an agency's mapping of columns stay known? `<data>/order-columns.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livedesk.core.whole_file import write_whole
from livedesk.journal.commerce.fields import FIELDS, SETTINGS, guess_mapping

FILE_NAME: Final = "order-columns.json"
_MOST: Final = 200
_MOST_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    columns: tuple[str, ...]
    mapping: dict[str, str]

    def fits(self, columns: Sequence[str]) -> bool:
        return all(name in SETTINGS or column in columns for name, column in self.mapping.items())


class MappingFile:
    """Mappings that a person confirmed, the newest first. Blocks: call it in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, columns: Sequence[str]) -> dict[str, str] | None:
        """For a file with the same columns; else the newest whose columns are all among these,
        because exports gain columns now and then. None: none fits."""
        kept = self._read()
        same = (each for each in kept if set(each.columns) == set(columns))
        fitting = (each for each in kept if each.fits(columns))
        found = next(same, None) or next(fitting, None)
        return None if found is None else dict(found.mapping)

    def find_or_guess(self, columns: Sequence[str]) -> dict[str, str]:
        """What a person once said of such a file; else what the names of its columns suggest."""
        found = self.find(columns)
        return guess_mapping(columns) if found is None else found

    def keep(self, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
        """Remember it for files with these columns. Raises OSError.

        A file that cannot be understood is put beside, so that nothing of it is lost.
        """
        others = [each for each in self._read(aside=True) if set(each.columns) != set(columns)]
        kept = [_Kept(tuple(columns), dict(mapping)), *others][:_MOST]
        lines = [{"columns": each.columns, "mapping": each.mapping} for each in kept]
        content = json.dumps({"version": 1, "files": lines}, ensure_ascii=False, indent=1)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, content.encode("utf-8", "replace"))

    def _read(self, *, aside: bool = False) -> list[_Kept]:
        try:
            if self._path.stat().st_size > _MOST_BYTES:
                raise ValueError("too large")
            return _parse(json.loads(self._path.read_bytes()))
        except OSError:
            return []
        except (ValueError, RecursionError):
            if aside:
                self._path.replace(self._path.with_suffix(".broken.json"))
            return []


def _parse(content: object) -> list[_Kept]:
    """Entries that are what they should be; a broken one does not take the others along."""
    if not isinstance(content, dict) or not isinstance(content.get("files"), list):
        raise ValueError("no list of files")
    return [kept for each in content["files"] if (kept := _entry(each)) is not None]


def _entry(entry: object) -> _Kept | None:
    if not isinstance(entry, dict):
        return None
    columns, mapping = entry.get("columns"), entry.get("mapping")
    if not isinstance(columns, list) or not isinstance(mapping, dict):
        return None
    known = {
        name: column
        for name, column in mapping.items()
        if (name in FIELDS or name in SETTINGS) and isinstance(column, str)
    }
    return _Kept(tuple(str(column) for column in columns), known)
