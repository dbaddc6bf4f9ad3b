"""What is not a call as it should be is refused with its reason, and holds nobody else up."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from livedesk.engine.api import auth
from tests.engine.conftest import Bench, Running
from tests.engine.pinning.service import pin_service
from tests.engine.pinning.test_pins_api import show

CUES = "/v1/stores/glow/cues"
NS_PER_S = 1_000_000_000


def _cued_at(utc_ns: object) -> bytes:
    return json.dumps({"product_id": "a", "cued_at_ns": utc_ns}).encode()


def _of_clock(offset_ms: float, error_ms: float) -> bytes:
    clock = {"offset_ms": offset_ms, "error_ms": error_ms}
    return json.dumps({"product_id": "a", "clock": clock}).encode()


def _wrong() -> dict[str, tuple[int, str, bytes]]:
    now_ns = time.time_ns()
    value, large = (422, "wrong_value"), (413, "too_large")
    return {
        "nothing": (*value, b""),
        "a list": (*value, b"[]"),
        "both": (*value, b'{"product_id":"a","next":true}'),
        "a member twice": (*value, b'{"product_id":"a","product_id":"b"}'),
        "an unknown member": (*value, b'{"product_id":"a","price":1}'),
        "a number as id": (*value, b'{"product_id":5}'),
        "a flag as number": (*value, b'{"next":1}'),
        "nested": (*value, b'{"product_id":' + b"[" * 60_000),
        "a byte order mark": (*value, b'\xef\xbb\xbf{"product_id":"a"}'),
        "UTF-16": (*value, '{"product_id":"a"}'.encode("utf-16")),
        "half a pair": (*value, b'{"product_id":"\\ud800"}'),
        "half a pair in bytes": (*value, b'{"product_id":"\xed\xa0\x80"}'),
        "no UTF-8": (*value, b'{"product_id":"\xff"}'),
        "beyond numbers": (*value, b'{"product_id":"a","cued_at_ns":1e400}'),
        "thousands of digits": (*value, b'{"product_id":"a","cued_at_ns":' + b"9" * 5000 + b"}"),
        "no number": (*value, b'{"product_id":"a","clock":{"offset_ms":NaN,"error_ms":1}}'),
        "an endless offset": (*value, _of_clock(1e300, 1)),
        "a negative error": (*value, _of_clock(0, -1)),
        "an error of a day": (*value, _of_clock(0, 86_400_000)),
        "before 1970": (*value, _cued_at(-1)),
        "a fraction": (*value, _cued_at(now_ns / 2)),
        "seconds": (422, "cue_in_past", _cued_at(now_ns // NS_PER_S)),
        "milliseconds": (422, "cue_in_past", _cued_at(now_ns // 1_000_000)),
        "an hour ago": (422, "cue_in_past", _cued_at(now_ns - 3600 * NS_PER_S)),
        "in an hour": (422, "cue_in_future", _cued_at(now_ns + 3600 * NS_PER_S)),
        "too large": (*large, b'{"product_id":"' + b"a" * 70_000 + b'"}'),
    }


def test_a_cue_that_makes_no_sense_is_refused_and_counts_for_nothing(bench: Bench) -> None:
    async def story() -> None:
        async with pin_service() as service, show(bench, service.settings()) as running:
            for name, (status, code, body) in _wrong().items():
                answer = await running.http.post(CUES, content=body)
                error = answer.json()["error"]
                assert (name, answer.status_code, error["code"]) == (name, status, code)
                assert error["message"].endswith(".")
                assert error["action"].endswith(".")
            ledger = (await running.http.get(CUES)).json()
            assert ledger["pins"] == []
            assert service.asked == []

    asyncio.run(story())


async def _raw(running: Running, head: str, body: bytes) -> bytes:
    """What is answered to a call whose end never comes, until the engine hangs up."""
    base = running.http.base_url
    reader, writer = await asyncio.open_connection(base.host, base.port)
    token = running.runtime.token.reveal()
    writer.write(f"{head}\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n".encode() + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def test_a_body_that_does_not_come_holds_its_connection_for_a_while_only(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "BODY_WITHIN_S", 0.05)
    chunked = b"Transfer-Encoding: chunked\r\n\r\n5\r\n{    \r\n"
    announced = b"Content-Length: 500\r\n\r\n{"

    async def story() -> None:
        async with bench.engine() as running:
            for path in ("/v1/stores/glow/hold", "/v1/hooks/glow/products"):
                for body in (chunked, announced):
                    answer = await _raw(running, f"POST {path} HTTP/1.1", body)
                    assert answer.startswith(b"HTTP/1.1 408 ")
            huge = b"Content-Length: 100000000\r\n\r\n{"
            answer = await _raw(running, "POST /v1/hooks/glow/products HTTP/1.1", huge)
            assert answer.startswith(b"HTTP/1.1 413 ")

    asyncio.run(story())


def test_the_head_of_a_stream_is_not_a_stream(bench: Bench) -> None:
    async def story() -> None:
        async with bench.engine() as running:
            for path in ("/v1/events", "/v1/stores/glow/preview.mjpg"):
                assert (await running.http.head(path)).status_code == 200
            assert running.engine.bus.subscribers == 0

    asyncio.run(story())
