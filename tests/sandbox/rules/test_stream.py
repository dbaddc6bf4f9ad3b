"""A reader that takes nothing is hung up on, and one that misses something sees it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.rules import stream
from tests.sandbox.rules.stage import Stage, comment, rule_service
from tests.waiting import until


@contextmanager
def _never_reads(stage: Stage) -> Iterator[socket.socket]:
    host, port = stage.server.url.removeprefix("http://").split(":")
    token = stage.server.token("reader").reveal()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect((host, int(port)))
        call = f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        connection.sendall(call.encode())
        yield connection


def _is_cut(connection: socket.socket) -> bool:
    """What had come is read; then there is an end, not more of the stream."""
    connection.setblocking(False)
    try:
        while connection.recv(1_000_000):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True


def test_who_never_reads_is_hung_up_on(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_STUCK_S", 0.5)

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            with _never_reads(stage) as stuck:
                await until(lambda: stage.server.figures()["readers"] == 1, "the reader")
                async with stage.reader() as reader:
                    long = "rubbish" + " x" * 30_000
                    sent = [comment(n, long) for n in range(100)]
                    for at in range(0, 100, 20):
                        await stage.judge(*sent[at : at + 20])
                    await until(lambda: len(reader.items()) == 100, "all events")
                    await until(lambda: stage.server.figures()["readers"] == 1, "the end")
                await until(lambda: _is_cut(stuck), "the connection's end")

    asyncio.run(run())


def test_each_event_names_the_one_before_it(tmp_path: Path, clock: ManualClock) -> None:
    """Of its stream: numbers of other stores lie between."""

    async def run() -> None:
        async with rule_service(tmp_path, clock) as stage:
            first = (await stage.engine.get("/v1/items")).json()["seq"]
            for number in range(4):
                for store in ("glow", "other"):
                    await stage.judge(comment(number), store=store)
            headers = {"Last-Event-ID": str(first)}
            async with stage.engine.stream("GET", "/v1/events?store=glow", headers=headers) as got:
                lines = [("id", first)]
                async for line in got.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name in ("id", "after"):
                        lines.append((name, int(value)))
                    if line == ": alive":
                        break
            assert [name for name, _ in lines] == ["id"] + ["id", "after"] * 4
            ids = [number for name, number in lines if name == "id"]
            assert [number for name, number in lines if name == "after"] == ids[:-1]

    asyncio.run(run())
