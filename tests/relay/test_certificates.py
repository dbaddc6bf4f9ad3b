"""Case 15: a platform whose certificate is not to be trusted is not told a single key."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.certificates import self_signed, server_side
from tests.relay.harness import OPENING, Platform, connect, scene
from tests.waiting import until


@pytest.mark.parametrize(
    ("host", "end", "words"),
    [
        ("localhost", "20210101000000Z", "certificate has expired"),
        ("127.0.0.1", "20400101000000Z", "certificate is not valid for '127.0.0.1'"),
    ],
)
def test_a_certificate_that_is_not_valid_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, end: str, words: str
) -> None:
    monkeypatch.setattr("livedesk.relay.process._detach_output", lambda: None)
    pem = self_signed(tmp_path, end=end)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    async def run() -> None:
        secure = Platform()
        await secure.start(tls=server_side(pem))
        try:
            url = f"rtmps://{host}:{secure.port}/live/out"
            async with scene(tmp_path, uplink_url=url) as play:
                encoder = await connect(play.ingest)
                encoder.send(*OPENING)
                await until(lambda: words in (play.uplink["reason"] or ""), words)
                assert play.uplink["reason"].startswith("the platform's certificate is not valid")
                assert secure.keys == []
        finally:
            await secure.stop()

    asyncio.run(run())
