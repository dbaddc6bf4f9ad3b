"""The stream moves to a way that leads through a proxy with a login, and over TLS."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from livedesk.rtmp.messages import VIDEO
from tests.certificates import self_signed, server_side
from tests.relay.harness import Platform, scene, uplink
from tests.relay.proxies import running_proxy
from tests.relay.ways import Show, Way
from tests.waiting import until

PASSWORD = "s3cret-word"


def stamps(platform: Platform) -> set[int]:
    """Of the video frames that it has."""
    got = platform.received
    return {each.timestamp_ms for each in got if each.type_id == VIDEO and each.payload[1] == 1}


@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_a_standby_behind_a_proxy_and_tls_takes_over_without_a_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr("livedesk.relay.process._detach_output", lambda: None)
    pem = self_signed(tmp_path, end="20991231235959Z")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    async def run() -> None:
        async with AsyncExitStack() as stack:
            plain, secure = Platform(), Platform()
            way = Way(plain)
            for each in (plain, secure, way):
                stack.push_async_callback(each.stop)
            await plain.start()
            await secure.start(tls=server_side(pem))
            await way.start()
            proxy = await stack.enter_async_context(running_proxy(("anna", PASSWORD)))
            through = {"proxy": f"{scheme}://anna:{PASSWORD}@127.0.0.1:{proxy.port}"}
            uplinks = [
                uplink("primary", way.url),
                uplink("bonded", f"rtmps://localhost:{secure.port}/live/out") | through,
            ]
            relay = scene(tmp_path, uplinks=uplinks, limits={"min_kbps": 1000})
            show = Show(await stack.enter_async_context(relay), way, way)
            stack.push_async_callback(show.stop_encoder)
            await show.go_on_air()
            assert secure.publications == [], "a standby waits"
            await way.shut()
            done = await show.switched()
            newest = show.sent[-1].timestamp_ms
            await until(lambda: newest in stamps(secure), "the newest frame arrives")
            sent = {each.timestamp_ms for each in show.sent if each.timestamp_ms <= newest}
            assert sent - stamps(plain) - stamps(secure) == set()
            assert (done["to"], done["cause"], done["frames_lost"]) == ("bonded", "gone", 0)
            assert show.uplinks["bonded"]["state"] == "carrying"
            assert PASSWORD not in repr(show.play.told()) + repr(show.uplinks)
            assert proxy.asked[0] == f"localhost:{secure.port}", "the proxy resolves the name"

    asyncio.run(run())
