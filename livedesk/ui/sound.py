"""Which sound is heard, and when? One for each priority and one for the end, never two at once."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal, Protocol

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.status import Priority
from livedesk.desk.preferences import PreferenceBook

Cue = Literal["high", "medium", "low", "over"]
"""The sounds by name (tools/make_sounds.py). `over`: an alarm that sounded has ended."""

LOUDNESS: Final[dict[Cue, int]] = {"over": 0, "low": 1, "medium": 2, "high": 3}

APART_NS: Final = 2 * NS_PER_S
"""Within so long of a sound only a louder one begins: alarms that come together are one sound."""


class Player(Protocol):
    """What makes a file heard."""

    def play(self, file: Path) -> None: ...

    @property
    def problem(self) -> str:
        """Why nothing is heard, for a person; empty while it works."""
        ...


class Sounds:
    """Plays what the operator wants to hear. That nothing can be heard is told, never raised."""

    def __init__(
        self, book: PreferenceBook, clock: Clock, make_player: Callable[[], Player]
    ) -> None:
        """`make_player` is called with the first sound: many shows have none."""
        self._book = book
        self._clock = clock
        self._make_player = make_player
        self._player: Player | None = None
        self._last: tuple[Cue, int] | None = None

    @property
    def problem(self) -> str:
        return self._player.problem if self._player is not None else ""

    def alarm(self, priority: Priority) -> None:
        """A new alarm."""
        if self._book.now.sounds_for(priority):
            self._play(priority)

    def over(self) -> None:
        """An alarm that sounded has ended."""
        if self._book.now.sounds_when_over:
            self._play("over")

    def test(self, cue: Cue) -> None:
        """Let it be heard, whatever is preferred: somebody asked."""
        self._last = None
        self._play(cue)

    def _play(self, cue: Cue) -> None:
        now_ns = self._clock.mono_ns()
        if self._last is not None:
            last, at_ns = self._last
            if now_ns - at_ns < APART_NS and LOUDNESS[cue] <= LOUDNESS[last]:
                return
        self._last = cue, now_ns
        if self._player is None:
            self._player = self._make_player()
        self._player.play(sound_file(cue))


def sound_file(cue: Cue) -> Path:
    return Path(str(files("livedesk.ui"))) / "sounds" / f"{cue}.wav"
