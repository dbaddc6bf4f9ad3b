"""How does this operator like the console? Look, size, sounds: kept for the machine's next start.

They are of a person at a screen and never of a show, so the engine does not know them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from livedesk.core.status import Priority
from livedesk.core.whole_file import write_whole
from livedesk.desk.words import tr

LookChoice = Literal["dark", "light", "system"]
MotionChoice = Literal["system", "reduced", "full"]

FILE: Final = "preferences.json"
LONGEST: Final = 16 * 1024
"""Bytes of the file that are read at most; all preferences take about three hundred."""

LEAST_SCALE: Final = 1.0
MOST_SCALE: Final = 2.0
SCALES: Final = (1.0, 1.25, 1.5, 1.75, 2.0)
"""Those that are offered; any between least and most can stand in the file."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """`scale`: of text and all with it; None takes what the screen needs."""

    look: LookChoice = "dark"
    scale: float | None = None
    motion: MotionChoice = "system"
    low_sounds: bool = False
    medium_sounds: bool = True
    high_sounds: bool = True
    over_sounds: bool = True
    """When an alarm that sounded is over."""
    muted: bool = False
    """All sounds, whatever the others say."""
    notifications: bool = True
    """Of the desktop, while no window of ours is in front."""

    def sounds_for(self, priority: Priority) -> bool:
        """Whether a new alarm of this priority is heard."""
        wanted = {"low": self.low_sounds, "medium": self.medium_sounds, "high": self.high_sounds}
        return wanted[priority] and not self.muted

    @property
    def sounds_when_over(self) -> bool:
        return self.over_sounds and not self.muted


@dataclass(frozen=True, slots=True)
class Kept:
    """What the file said; `note` is for a person when it could not be used."""

    preferences: Preferences
    note: str = ""


def read_preferences(content: bytes) -> Kept:
    """The preferences in the file's content; each that cannot be used is as it usually is."""
    try:
        kept = json.loads(content)
    except (ValueError, RecursionError):
        return Kept(Preferences(), tr("Your preferences could not be read: it looks as at first."))
    if not isinstance(kept, dict):
        return Kept(Preferences(), tr("Your preferences could not be read: it looks as at first."))
    checks = _checks()
    usable = {name: value for name, value in kept.items() if name in checks and checks[name](value)}
    wrong = sorted(checks.keys() & kept.keys() - usable.keys())
    note = tr("These preferences cannot be used, and are as at first: {names}")
    preferences = replace(Preferences(), **usable)
    return Kept(preferences, note.format(names=", ".join(wrong)) if wrong else "")


def preferences_json(preferences: Preferences) -> bytes:
    return json.dumps(asdict(preferences), indent=1).encode()


def _checks() -> dict[str, Callable[[Any], bool]]:
    """Of each field, whether a value of the file is one."""
    flags = ("low_sounds", "medium_sounds", "high_sounds", "over_sounds", "muted", "notifications")
    return {
        "look": _one_of(get_args(LookChoice)),
        "motion": _one_of(get_args(MotionChoice)),
        "scale": _is_scale,
        **dict.fromkeys(flags, _is_flag),
    }


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in choices


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_scale(value: object) -> bool:
    if value is None:
        return True
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and LEAST_SCALE <= value <= MOST_SCALE  # type: ignore[operator]


class PreferenceBook:
    """The preferences of now. Who shows or obeys them listens for changes."""

    def __init__(self, folder: Path | None = None) -> None:
        """Reads the file at once. Without a folder nothing outlives this object."""
        self._file = None if folder is None else folder / FILE
        kept = _load(self._file)
        self._now = kept.preferences
        self.note = kept.note
        """Why the file could not be used, or not be written; empty when all is well."""
        self.on_change: list[Callable[[Preferences, Preferences], None]] = []
        """Called with the preferences before and after."""

    @property
    def now(self) -> Preferences:
        return self._now

    def change(self, preferences: Preferences) -> None:
        """Take them from now on and write them down, which takes about a millisecond."""
        before = self._now
        if preferences == before:
            return
        self._now = preferences
        self._save()
        for listener in tuple(self.on_change):
            listener(before, preferences)

    def _save(self) -> None:
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, preferences_json(self._now), durable=False)
        except OSError as error:
            note = tr(
                "Your preferences hold until you close livedesk; {file} cannot be written: {why}"
            )
            self.note = note.format(file=self._file, why=error.strerror or str(error))
        else:
            self.note = ""


def _load(file: Path | None) -> Kept:
    if file is None or not file.exists():
        return Kept(Preferences())
    try:
        with file.open("rb") as source:
            return read_preferences(source.read(LONGEST))
    except OSError as error:
        note = tr("Your preferences in {file} cannot be read: {why}")
        return Kept(Preferences(), note.format(file=file, why=error.strerror or str(error)))
