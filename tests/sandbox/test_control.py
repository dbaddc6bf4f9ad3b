"""The API that steers the sandbox: what it takes, what it refuses, who may ask."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path as FilePath
from typing import Any

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.sandbox.chat.chat import Chat, ChatJob
from livedesk.sandbox.child import EncoderChild
from livedesk.sandbox.control import Bench, control_app
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform
from livedesk.sandbox.recorded import RecordedUplink
from livedesk.sandbox.shop.shop import Shop, ShopJob
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
        paths = {
            name: Path(("127.0.0.1", 1), clock, random.Random(1)) for name in ("primary", "bonded")
        }
        for path in paths.values():
            await path.start()
        shop, chat = Shop(ShopJob(), clock), Chat(ChatJob(), clock)
        bench = Bench(clock, EncoderChild({}, None), paths, platform, recording, shop, chat)
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
            for path in paths.values():
                await path.close()
            await shop.close()
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


def test_each_path_is_spoiled_by_its_name() -> None:
    answers = _ask(
        [
            ("/path", {"path": "bonded", "rate_kbps": 900, "loss_pct": 2}),
            ("/path", {"path": "bonded", "rate_kbps": 3000, "ramp_s": 2}),
            ("/path", {"cut": True}),
            ("/path", {"flap": [1000, 500], "cut": False}),
            ("/path", {"path": "bonded", "clear": True}),
        ]
    )
    states = [
        [(p["state"], p["rate_kbps"], p["loss_pct"], p["flap"]) for p in body["paths"].values()]
        for _, body in answers
    ]
    good, slow, up = ("open", None, 0, None), ("open", 900, 2, None), ("open", 3000, 2, None)
    cut, flapping = ("cut", None, 0, None), ("open", None, 0, [1000, 500])
    assert states == [[good, slow], [good, up], [cut, up], [flapping, up], [flapping, good]]
    assert all(body["path"] == body["paths"]["primary"] for _, body in answers)


def test_a_trace_is_played_from_its_file(tmp_path: FilePath) -> None:
    file = tmp_path / "lte.up"
    file.write_text("4\n8\n12\n")
    answers = _ask(
        [
            ("/path", {"path": "bonded", "trace": str(file)}),
            ("/path", {"trace": str(tmp_path / "none.up")}),
            ("/path", {"path": "bonded", "trace": None}),
        ]
    )
    assert [status for status, _ in answers] == [200, 400, 200]
    assert answers[0][1]["paths"]["bonded"]["rate_kbps"] == 3000
    assert "No such file" in answers[1][1]["error"]["message"]
    assert answers[2][1]["paths"]["bonded"]["rate_kbps"] is None


def test_the_platform_is_told_how_to_treat_a_second_publisher() -> None:
    answers = _ask(
        [
            ("/platform", {"second": "take_over", "idle_drop_s": 2}),
            ("/platform", {"session_drop_s": 30, "idle_drop_s": None, "forget": True}),
            ("/platform", {"clear": True}),
        ]
    )
    assert [tuple(body["platform"]["rules"].values()) for _, body in answers] == [
        ("take_over", 2, None),
        ("take_over", None, 30),
        ("refuse", None, None),
    ]


@pytest.mark.parametrize(
    ("where", "order", "fault"),
    [
        ("/path", {"path": "third", "rate_kbps": 900}, "path: one of primary, bonded"),
        ("/path", {"ramp_s": 3}, "a rate_kbps to arrive at"),
        ("/path", {"ramp_s": 3, "rate_kbps": 900}, "from_kbps is needed"),
        ("/path", {"flap": [1000]}, "flap: null, or milliseconds"),
        ("/path", {"flap": [0, 1000]}, "flap: null, or milliseconds"),
        ("/path", {"trace": 7}, "trace: the path of a file"),
        ("/platform", {"second": "both"}, "second: one of refuse"),
        ("/platform", {"idle_drop_s": 0}, "idle_drop_s: a number"),
        ("/platform", {"rate_kbps": 900}, "not known"),
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
        answers = _ask(
            [
                ("/path", {"down": True}),
                ("/platform", {}),
                ("/encoder", {"stop": True}),
                ("/shop", {"live": False}),
            ],
            token,
        )
        assert [status for status, _ in answers] == [401, 401, 401, 401]
