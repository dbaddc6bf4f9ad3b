"""How does the clip get onto the screen? By a media player that is installed, never by our own.

Players keep picture and sound together to a few milliseconds; a window of ours would have to learn
that first. Screen and speakers add their own delay, which no player knows.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

# Without the user's configuration: a delay that is set there would be taken for the show's.
_PLAYERS: Final[dict[str, tuple[str, ...]]] = {
    "mpv": ("--no-config", "--really-quiet", "--fullscreen", "--loop-file=inf", "--osc=no", "--"),
    "ffplay": ("-hide_banner", "-loglevel", "error", "-nostats", "-fs", "-loop", "0", "-i"),
    "vlc": ("--ignore-config", "--intf=dummy", "--fullscreen", "--repeat", "--no-video-title-show"),
    "cvlc": ("--ignore-config", "--fullscreen", "--repeat", "--no-video-title-show"),
}
_END_S: Final = 3.0
_MOST_TOLD: Final = 300


class ShowError(Exception):
    """The clip is written but cannot be shown; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Player:
    """A player and the command that shows a clip full screen, again and again."""

    name: str
    program: str

    def command(self, clip: Path) -> list[str]:
        """An absolute path: it is neither taken for an option nor for an address."""
        return [self.program, *_PLAYERS[self.name], str(clip.resolve())]


def find_player(which: Callable[[str], str | None]) -> Player:
    """The first of mpv, ffplay, VLC that is installed. Raises ShowError."""
    for name in _PLAYERS:
        program = which(name)
        if program is not None:
            return Player(name, program)
    raise ShowError(
        "no player was found to show it; install mpv (sudo apt-get install mpv), ffmpeg or VLC, "
        "or open the clip in any player, full screen and repeating"
    )


def show(player: Player, clip: Path, seconds: float | None = None) -> None:
    """Return when the person closes the player, after `seconds`, or at ^C. Raises ShowError."""
    with tempfile.TemporaryFile() as told:
        try:
            process = subprocess.Popen(
                player.command(clip),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=told,
            )
        except OSError as error:
            raise ShowError(
                f"{player.program} cannot be started ({error.strerror}); install mpv"
            ) from None
        try:
            status = process.wait(seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            return
        finally:
            _end(process)
        if status > 0:
            reason = _last_line(told) or f"status {status}"
            raise ShowError(
                f"{player.name} could not show it ({reason}); "
                "open the clip in any player, full screen and repeating"
            )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
        process.wait(_END_S)
        return
    process.kill()
    process.wait()


def _last_line(told: IO[bytes]) -> str:
    told.seek(0)
    lines = told.read(65_536).decode(errors="replace").split("\n")
    return next((line.strip()[:_MOST_TOLD] for line in reversed(lines) if line.strip()), "")
