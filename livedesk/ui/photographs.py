"""How does a picture of the whole window get into a file, at which moment of the show?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from livedesk.ui.window import ConsoleWindow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Picture:
    """Save the whole window as a PNG, so long after the first media of the show on screen."""

    file: Path
    after_s: float


async def until_left(
    window: Callable[[], ConsoleWindow],
    wishes: tuple[Picture, ...],
    leave: asyncio.Event,
    close_after_s: float | None,
) -> None:
    """Wait for the end of the window, and take the pictures that were asked for on the way.

    `window`: the one of now; another look makes another one.
    """
    photos = [asyncio.create_task(_photograph(window, wish)) for wish in wishes]
    try:
        async with asyncio.timeout(close_after_s):
            await leave.wait()
    except TimeoutError:
        log.info("closing after %s s, as asked", close_after_s)
    for photo, wish in zip(photos, wishes, strict=True):
        if not photo.done():
            photo.cancel()
            save_picture(window(), wish.file)
    await asyncio.gather(*photos, return_exceptions=True)


async def _photograph(window: Callable[[], ConsoleWindow], wish: Picture) -> None:
    await window().has_show.wait()
    await asyncio.sleep(max(0.0, wish.after_s - (window().on_air_s or 0.0)))
    save_picture(window(), wish.file)


def save_picture(window: ConsoleWindow, file: Path) -> None:
    """Put the window as it is now into a PNG file, whole or not at all."""
    window.refresh()
    aside = file.with_name(f".{file.name}")
    if not window.grab().save(str(aside), "PNG"):
        log.error("the picture %s cannot be written; check the folder", file)
        return
    aside.replace(file)
