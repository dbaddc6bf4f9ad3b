"""Where is a product's picture? Fetched once, kept on disk within bounds, and never decoded here.

What a picture's address answers with may be anything, and its address may hold a token. So the
bytes are only passed on when they begin as a picture does, names of files are digests, and no
address gets into an error's text or a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.platforms.connection import Reply
from livedesk.platforms.lanes import NoReply

MOST_BYTES: Final = 3_000_000
"""Of one picture; those of shops have 50 to 500 kB."""

_LIMIT_S: Final = 10.0
_AT_ONCE: Final = 4
_FRESH_S: Final = 24 * 3600
"""Then it is asked for again; shops change a picture under its old address."""
_PAUSE_S: Final = 60
"""So long an address that gave nothing is left alone."""
_MOST_PAUSES: Final = 2_000
_LONGEST_PATH: Final = 1_000

Fetch = Callable[[str, int, float], Awaitable[Reply | NoReply]]
"""Address, most bytes, seconds (platforms/lanes.py, fetch)."""


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    kind: str
    """`image/png`, `image/jpeg`, `image/gif` or `image/webp`, by its first bytes."""
    digest: str
    """Of the content: the same picture has the same one, as an ETag wants it."""


class PictureError(Exception):
    """There is no picture to be had. The text says why, without the address."""


class Pictures:
    """The pictures of one machine's stores; a folder of its own, which it may empty."""

    def __init__(
        self,
        folder: Path,
        fetch: Fetch,
        clock: Clock,
        most_bytes: int = 200_000_000,
        most_files: int = 5_000,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._shelf = _Shelf(folder, most_bytes, most_files)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._asked: dict[str, asyncio.Task[Picture]] = {}
        self._pauses: dict[str, tuple[int, str]] = {}

    async def picture(self, place: str, beside: Path | None) -> Picture:
        """`place`: an http(s) address, or a file in the folder `beside`. Raises PictureError."""
        if not place:
            raise PictureError("The catalogue names no picture.")
        if not place.lower().startswith(("http://", "https://")):
            return await asyncio.to_thread(_from_folder, place, beside)
        name = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()
        # Several pads that ask at once share one call; one that leaves does not end it for all.
        task = self._asked.get(name)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._known(name, place), name="picture")
            self._asked[name] = task
            task.add_done_callback(lambda done: self._done(name, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        running = list(self._asked.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _done(self, name: str, task: asyncio.Task[Picture]) -> None:
        self._asked.pop(name, None)
        if not task.cancelled():
            task.exception()  # it was told to those who waited, if any still did

    async def _known(self, name: str, address: str) -> Picture:
        now_s = self._clock.utc_ns() // NS_PER_S
        kept = await asyncio.to_thread(self._shelf.get, name, now_s)
        if kept is not None and 0 <= now_s - kept[1] < _FRESH_S:
            return kept[0]
        try:
            return await self._fetched(name, address)
        except PictureError:
            if kept is not None:  # an old picture is better than none
                return kept[0]
            raise

    async def _fetched(self, name: str, address: str) -> Picture:
        self._check_pause(name)
        async with self._gate:
            answer = await self._fetch(address, MOST_BYTES, _LIMIT_S)
        try:
            picture = _picture_of(answer)
        except PictureError as error:
            self._pause(name, str(error))
            raise
        now_s = self._clock.utc_ns() // NS_PER_S
        with contextlib.suppress(OSError):  # a full disk costs the cache, not the picture
            await asyncio.to_thread(self._shelf.put, name, picture.content, now_s)
        return picture

    def _check_pause(self, name: str) -> None:
        until_ns, text = self._pauses.get(name, (0, ""))
        if self._clock.mono_ns() < until_ns:
            raise PictureError(text)
        self._pauses.pop(name, None)

    def _pause(self, name: str, text: str) -> None:
        self._pauses[name] = (self._clock.mono_ns() + _PAUSE_S * NS_PER_S, text)
        if len(self._pauses) > _MOST_PAUSES:
            del self._pauses[next(iter(self._pauses))]


class _Shelf:
    """The files. Blocking. What was used longest ago goes first.

    A file's time of change tells when it was fetched, its time of access when it was used last;
    both are set here, because systems are mounted without keeping the latter.
    """

    def __init__(self, folder: Path, most_bytes: int, most_files: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._most_files = most_files

    def get(self, name: str, now_s: int) -> tuple[Picture, int] | None:
        """The picture, and when it was fetched."""
        path = self._folder / name
        try:
            fetched_s = int(path.stat().st_mtime)
            content = _read(path)
            os.utime(path, (now_s, fetched_s))
        except (OSError, PictureError):
            return None
        kind = kind_of(content)  # a file that was cut short, or is not ours
        return None if kind is None else (_made(content, kind), fetched_s)

    def put(self, name: str, content: bytes, now_s: int) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.utime(draft, (now_s, now_s))
            Path(draft).replace(self._folder / name)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        self._make_room(name)

    def _make_room(self, newest: str) -> None:
        """Also of drafts that a crash left, which are as old as the rest."""
        files = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):  # another thread may have removed it
                found = path.stat()
                files.append((path.name != newest, -found.st_atime, found.st_size, path))
        taken_bytes = 0
        for kept, (_, _, size, path) in enumerate(sorted(files)):
            taken_bytes += size
            if kept >= self._most_files or taken_bytes > self._most_bytes:
                path.unlink(missing_ok=True)


def kind_of(content: bytes) -> str | None:
    """By the signatures that the formats' specifications give; None when it is no picture."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def _made(content: bytes, kind: str) -> Picture:
    return Picture(content, kind, hashlib.sha256(content).hexdigest()[:32])


def _picture_of(answer: Reply | NoReply) -> Picture:
    if isinstance(answer, NoReply):
        raise PictureError(f"The picture's server: {answer.text}.")
    if answer.status != 200:
        raise PictureError(f"The picture's server answered {answer.status}.")
    return _checked(answer.body)


def _checked(content: bytes) -> Picture:
    if (kind := kind_of(content)) is None:
        raise PictureError("It is no PNG, JPEG, GIF or WebP picture.")
    return _made(content, kind)


def _from_folder(place: str, folder: Path | None) -> Picture:
    """Only what lies in the catalogue's folder, also once its links are followed."""
    if folder is None:
        raise PictureError("The catalogue names a file, but is none itself.")
    try:
        if len(place) > _LONGEST_PATH or "\0" in place:
            raise PictureError("The picture's path cannot be used.")
        path = (folder / place).resolve(strict=True)
        if not path.is_relative_to(folder.resolve(strict=True)):
            raise PictureError("The picture lies outside of the catalogue's folder.")
        return _checked(_read(path))
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead to themselves
        reason = error.strerror if isinstance(error, OSError) else "its links go round in a circle"
        raise PictureError(f"The picture's file cannot be read: {reason}.") from None


def _read(path: Path) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):
        raise PictureError("It is not a file.")
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureError(f"The picture is larger than {MOST_BYTES // 10**6} MB.")
    return content
