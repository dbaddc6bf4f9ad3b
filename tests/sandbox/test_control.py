"""The API that steers the sandbox: what it takes, what it refuses, who may ask."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.sandbox.child import EncoderChild
from livedesk.sandbox.control import Bench, control_app
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform
from livedesk.sandbox.recorded import RecordedUplink
from livedesk.sandbox.supply import Supply

TOKEN = "a-token"


def _ask(
    requests: list[tuple[str, Any]],
    token: str = TOKEN,
    recording: Supply | None = None,
) -> list[tuple[int, Any]]:
    """Post orders one after the other; returns status and body of each answer."""

    async def scenario() -> list[tuple[int, Any]]:
        clock = SystemClock()
        platform = Platform("live", Secret("key"), clock)
        path = Path(("127.0.0.1", 1), clock, random.Random(1))
        await path.start()
        bench = Bench(clock, EncoderChild({}, None), path, platform, recording)
        transport = httpx.ASGITransport(control_app(bench, Secret(TOKEN)))
        headers = {"Authorization": f"Bearer {token}"}
        answers = []
        try:
            async with httpx.AsyncClient(
                transport=transport, base_url="http://sandbox", headers=headers
            ) as client:
                for where, order in requests:
                    content = {"content": order} if isinstance(order, bytes) else {"json": order}
                    answer = await client.post(where, **content)
                    answers.append((answer.status_code, answer.json()))
        finally:
            await path.close()
        return answers

    return asyncio.run(scenario())


def test_orders_add_up_until_they_are_cleared() -> None:
    answers = _ask(
        [
            ("/path", {"rate_kbps": 1500, "delay_ms": 80}),
            ("/path", {"jitter_ms": 20, "blackhole": True}),
            ("/path", {"down": True}),
            ("/path", {"clear": True}),
        ]
    )
    states = [
        (p["state"], p["rate_kbps"], p["delay_ms"], p["jitter_ms"])
        for p in (body["path"] for _, body in answers)
    ]
    assert states == [
        ("open", 1500, 80, 0),
        ("blackhole", 1500, 80, 20),
        ("refusing", 1500, 80, 20),
        ("open", None, 0, 0),
    ]


def test_a_recording_is_a_rate_like_any_other() -> None:
    recording = RecordedUplink([4, 8, 12])
    answers = _ask(
        [("/path", {"recording": True}), ("/path", {"rate_kbps": None})], TOKEN, recording
    )
    assert [body["path"]["rate_kbps"] for _, body in answers] == [3000, None]


@pytest.mark.parametrize(
    ("where", "order", "fault"),
    [
        ("/path", {"rate_kbps": 0}, "rate_kbps: a number from 1"),
        ("/path", {"rate_kbps": "fast"}, "rate_kbps: a number"),
        ("/path", {"delay_ms": -1}, "delay_ms"),
        ("/path", {"blackhole": 1}, "blackhole: true or false"),
        ("/path", {"recording": True}, "started without one"),
        ("/path", {"delay_ms": 5, "colour": "red"}, "colour: not known"),
        ("/path", [], "no JSON object"),
        ("/path", b"{", "no JSON"),
        ("/path", b"[" * 16_000, "no JSON"),
        ("/path", b" " * 20_000, "larger than"),
        ("/encoder", {"kbps": 4000}, "start it first"),
        ("/encoder", {"start": True}, "the first time"),
        ("/encoder", {"start": "http://127.0.0.1/hidden-key"}, "an RTMP address"),
        ("/encoder", {"audio_delay_ms": 60_000}, "audio_delay_ms"),
    ],
)
def test_a_bad_order_is_explained_and_changes_nothing(
    where: str, order: object, fault: str
) -> None:
    (status, body), (_, after) = _ask([(where, order), ("/path", {})])
    assert status == 400
    assert fault in body["error"]["message"]
    assert body["error"]["action"]
    assert "hidden-key" not in str(body)
    assert (after["path"]["state"], after["path"]["delay_ms"]) == ("open", 0)


def test_nobody_without_the_token() -> None:
    for token in ("", "another"):
        answers = _ask([("/path", {"down": True}), ("/encoder", {"stop": True})], token)
        assert [status for status, _ in answers] == [401, 401]
