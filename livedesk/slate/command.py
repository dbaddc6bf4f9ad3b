"""`livedesk slate`: write the flash-and-beep clip and show it, so that a camera can film it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TextIO

from livedesk.core.display import has_display
from livedesk.slate.clip import DEFAULT_S, ClipError, ClipWish, write_clip
from livedesk.slate.show import ShowError, find_player, show

DEFAULT_OUT: Final = Path("livedesk-slate.mp4")

_ADVICE: Final = """\
Film the screen with the show's camera and microphone. After some 10 s livedesk reads the sync
offset; positive means that sound is ahead. By eye: where the hand is when the beep begins (marks
of 100 ms; left of the middle, sound is ahead).
The screen's delay (a frame or two, a television's more) and the speaker's (Bluetooth: 200 ms and
more) are part of both. Use a wired speaker near the microphone and a screen in game mode; to know
what is not the camera's, play the file into the encoder as a source and compare.
Close the player or press ^C to end."""


class SlateError(Exception):
    """The slate cannot be written or shown; the text says what is wrong, where, what to do."""


def main_slate(
    out: TextIO,
    *,
    path: Path | None = None,
    seconds: float | None = None,
    fps: int = 30,
    with_show: bool = True,
    environ: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> None:
    """Write the clip and, unless told not to, show it until closed. Raises SlateError.

    `seconds` is the length of the clip, and when it is shown, of the show as well.
    """
    path = DEFAULT_OUT if path is None else path
    try:
        wish = ClipWish(path, DEFAULT_S if seconds is None else seconds, fps)
        write_clip(wish)
    except ClipError as error:
        raise SlateError(str(error)) from None
    out.write(f"{path.resolve()}: {wish.seconds:g} s, {fps} frames a second\n")
    out.flush()
    if not with_show:
        return
    try:
        player = find_player(which)
        if not has_display(environ):
            raise ShowError(
                "there is no screen here; open the clip where there is one, full screen and "
                "repeating, or leave the showing out with --no-show"
            )
        out.write(f"{_ADVICE}\n")
        out.flush()
        show(player, path, seconds)
    except ShowError as error:
        raise SlateError(f"the clip is {path.resolve()}, but {error}") from None
