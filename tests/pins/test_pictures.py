"""A picture is fetched once, kept within bounds, and only passed on when it is one."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.pins.pictures import MOST_BYTES, Picture, PictureError, Pictures, kind_of
from livedesk.platforms.connection import Reply
from livedesk.platforms.lanes import NoReply

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
URL = "https://cdn.example/a.png?token=s3cret"


class Server:
    """Answers each address, and counts."""

    def __init__(self, answer: Reply | NoReply | None = None) -> None:
        self.answer = answer or Reply(200, {}, PNG)
        self.asked: list[str] = []

    async def fetch(self, url: str, max_bytes: int, limit_s: float) -> Reply | NoReply:
        assert max_bytes == MOST_BYTES
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.answer


def run(
    folder: Path,
    server: Server,
    work: Callable[[Pictures, ManualClock], Awaitable[None]],
    **bounds: int,
) -> None:
    async def main() -> None:
        clock = ManualClock()
        pictures = Pictures(folder / "pictures", server.fetch, clock, **bounds)
        await work(pictures, clock)
        await pictures.close()

    asyncio.run(main())


async def refused(pictures: Pictures, place: str, beside: Path | None = None) -> str:
    with pytest.raises(PictureError) as caught:
        await pictures.picture(place, beside)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), (JPEG, "image/jpeg"), (b"GIF89a..", "image/gif"),
     (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"), (b"<svg onload=x>", None), (b"", None)],
)  # fmt: skip
def test_a_picture_is_known_by_its_first_bytes(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind


def test_it_is_fetched_once_for_all_who_ask_and_kept_over_a_restart(tmp_path: Path) -> None:
    server = Server()

    async def many(pictures: Pictures, clock: ManualClock) -> None:
        found = await asyncio.gather(*(pictures.picture(URL, None) for _ in range(20)))
        assert {each.kind for each in found} == {"image/png"}

    async def once(pictures: Pictures, clock: ManualClock) -> None:
        assert await pictures.picture(URL, None) == Picture(
            PNG, "image/png", hashlib.sha256(PNG).hexdigest()[:32]
        )

    run(tmp_path, server, many)
    run(tmp_path, server, once)
    assert server.asked == [URL]
    (kept,) = (tmp_path / "pictures").iterdir()
    assert "s3cret" not in kept.name
    assert kept.stat().st_mode & 0o077 == 0


def test_one_who_leaves_does_not_end_it_for_the_others(tmp_path: Path) -> None:
    async def work(pictures: Pictures, clock: ManualClock) -> None:
        first = asyncio.create_task(pictures.picture(URL, None))
        second = asyncio.create_task(pictures.picture(URL, None))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).kind == "image/png"

    run(tmp_path, Server(), work)


def test_an_old_picture_is_asked_for_again_and_stays_when_that_fails(tmp_path: Path) -> None:
    server = Server()

    async def work(pictures: Pictures, clock: ManualClock) -> None:
        await pictures.picture(URL, None)
        clock.advance(25 * 3600)
        server.answer = NoReply("not_reached", "no connection", False)
        assert (await pictures.picture(URL, None)).kind == "image/png"
        clock.advance(61)
        server.answer = Reply(200, {}, JPEG)
        assert (await pictures.picture(URL, None)).kind == "image/jpeg"

    run(tmp_path, server, work)
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Reply(200, {}, b"<html>Sign in</html>"), "no PNG"),
        (Reply(404, {}, PNG), "answered 404"),
        (Reply(302, {"location": "http://s3cret"}, b""), "answered 302"),
        (NoReply("too_large", "more than 3 MB", True), "more than 3 MB"),
    ],
)
def test_what_is_no_picture_is_refused_and_left_alone_for_a_minute(
    tmp_path: Path, answer: Reply | NoReply, expected: str
) -> None:
    server = Server(answer)

    async def work(pictures: Pictures, clock: ManualClock) -> None:
        assert expected in await refused(pictures, URL)
        assert expected in await refused(pictures, URL)
        assert len(server.asked) == 1
        clock.advance(61)
        server.answer = Reply(200, {}, PNG)
        assert (await pictures.picture(URL, None)).kind == "image/png"

    run(tmp_path, server, work)


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    server = Server()

    async def work(pictures: Pictures, clock: ManualClock) -> None:
        for name in ("a", "b", "c", "a", "d"):
            await pictures.picture(f"https://cdn.example/{name}.png", None)
            clock.advance(10)
        assert len(server.asked) == 4
        await pictures.picture("https://cdn.example/a.png", None)
        assert len(server.asked) == 4
        await pictures.picture("https://cdn.example/b.png", None)
        assert len(server.asked) == 5

    run(tmp_path, server, work, most_bytes=3 * len(PNG))
    assert len(list((tmp_path / "pictures").iterdir())) == 3


def test_a_damaged_file_of_the_cache_is_fetched_anew(tmp_path: Path) -> None:
    server = Server()

    async def work(pictures: Pictures, clock: ManualClock) -> None:
        await pictures.picture(URL, None)
        next((tmp_path / "pictures").iterdir()).write_bytes(b"")
        assert (await pictures.picture(URL, None)).content == PNG

    run(tmp_path, server, work)
    assert len(server.asked) == 2


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("in the way")

    async def work(pictures: Pictures, clock: ManualClock) -> None:
        assert (await pictures.picture(URL, None)).content == PNG

    run(tmp_path, Server(), work)


def test_a_file_is_only_read_beside_the_catalogue(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    (shop / "pictures").mkdir(parents=True)
    (shop / "pictures" / "a.png").write_bytes(PNG)
    (tmp_path / "private.png").write_bytes(PNG)
    (shop / "link.png").symlink_to(tmp_path / "private.png")
    (shop / "loop.png").symlink_to(shop / "loop.png")
    (shop / "note.png").write_text("s3cret words")
    (shop / "large.png").write_bytes(PNG + bytes(MOST_BYTES))

    async def work(pictures: Pictures, clock: ManualClock) -> None:
        assert (await pictures.picture("pictures/a.png", shop)).kind == "image/png"
        outside = ("../private.png", str(tmp_path / "private.png"), "link.png")
        for place in outside:
            assert "outside" in await refused(pictures, place, shop)
        for place in ("gone.png", "pictures", "loop.png", "note.png", "large.png", "x" * 2_000,
                      "a\0b", ""):  # fmt: skip
            await refused(pictures, place, shop)
        await refused(pictures, "pictures/a.png", None)

    run(tmp_path, Server(), work)
