"""Viewers type anything: into the queue, onto the platform, into the record and its exports."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from livedesk.journal.exports.export import export
from tests.engine.conftest import Bench
from tests.stories.moderated import STORE, moderated
from tests.waiting import until

NASTY: Final = {
    "ansi": "\x1b[2J\x1b]0;owned\x07 \x1b[31m free money\x1b[0m",
    "half": "\ud83d free money \udc00",
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)> free money",
    "turned": "\u202eyenom eerf\u202c free money",
    "sheet": "=HYPERLINK(\"http://x.example\",\"free money\")",
    "lines": "free money\r\n\x00data: {\"event\": \"queue\"}\n\nid: 99",
    "long": "free money " + "é😍x\u200b" * 16_384,
}  # fmt: skip
NAMES: Final = ("<b>Eve</b>\x1b[31m", "\ud800=1+1", "\u202eevE", "", "x" * 5_000)
_COMMANDS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def said(number: int, text: str) -> dict[str, Any]:
    name = NAMES[number % len(NAMES)]
    return {"id": f"n{number}", "text": text, "author": name, "author_id": f"a{number}"}


@pytest.mark.slow
def test_any_text_goes_all_the_way_and_harms_nothing(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            await live.chat.order({"say": [said(n, text) for n, text in enumerate(NASTY.values())]})
            lines = [said(n, text) for n, text in enumerate(NASTY.values(), 100)]
            for line in lines:
                body = json.dumps({**line, "text": line["text"][:5_000]}).encode()
                posted = await live.running.http.post(f"{STORE}/comments", content=body)
                assert posted.json() == {"taken": 1, "unusable": 0}

            async def all_done() -> bool:
                items = await live.items()
                done = [item["effects"][0]["state"] for item in items if item["effects"]]
                return (done.count("done"), done.count("failed")) == (len(NASTY), len(NASTY))

            await until(all_done, "every hiding; the chat does not know what was posted")
            assert set(live.visible().values()) == {False}
            for item in await live.items():
                comment = item["comment"]
                assert not _COMMANDS.search(comment["text"] + comment["author"])
                assert (len(comment["text"]), len(comment["author"])) <= (10_000, 100)
                spans = item["verdict"]["spans"]
                found = [comment["text"][span["start"] : span["end"]] for span in spans]
                assert found == ["free money"]
            await live.running.http.post(f"{STORE}/session/end", json={})

    asyncio.run(story())
    [record] = list((bench.paths.data / "sessions").rglob("*.livedesk"))
    files = export(record, ["csv", "jsonl", "html"], tmp_path / "out")
    texts = {path: path.read_text("utf-8") for path in _files(files)}
    assert sum("free money" in text for text in texts.values()) >= 3
    for path, text in texts.items():
        assert not _COMMANDS.search(text.replace("\r\n", "\n"))
        if path.suffix == ".html":
            assert "<script>alert(1)" not in text
            assert "onerror=alert(2)&gt;" in text
        if path.suffix == ".csv":
            cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
            assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def _files(found: list[Path]) -> list[Path]:
    return [
        path
        for each in found
        for path in (sorted(each.rglob("*")) if each.is_dir() else [each])
        if path.suffix in (".csv", ".jsonl", ".html")
    ]


def test_a_wrong_clock_of_the_platform_s_changes_no_age(bench: Bench, tmp_path: Path) -> None:
    async def story() -> None:
        async with moderated(bench, tmp_path) as live:
            await live.chat.order({"skew_ms": -86_000_000})
            await live.say("a day ago: too dear")
            await live.item("a day ago")
            await live.chat.order({"skew_ms": 86_400_000})
            await live.say("tomorrow: free money")
            item = await live.item("tomorrow", "hide", "done")
            assert item["comment"]["posted_utc_ns"] > item["comment"]["utc_ns"]

            async def are_right() -> bool:
                moderation = await live.moderation()
                ages = moderation["oldest_s"], moderation["hide_p99_ms"]
                return None not in ages and 0 <= ages[0] < 20 and 0 < ages[1] < 20_000

            await until(are_right, "ages that count from when the comment came")

    asyncio.run(story())
