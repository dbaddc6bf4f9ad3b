"""Are people told by a whole engine: a heartbeat, an alarm, a test? What is known of that?"""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from livedesk.core.channel_settings import ChannelSettings, WebhookChannel
from livedesk.core.secrets import Secret
from livedesk.core.settings import AgencySettings, Settings
from tests.alarms.channels.conftest import Server, serving
from tests.engine.alarming.test_channels import Drawer
from tests.engine.conftest import GONE, GOOD, HOST_TOKEN, Bench, store_settings
from tests.waiting import until

CANARY = "canary-4f1d9a77"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a channel and the engine wait for between two looks is of no interest here."""
    monkeypatch.setattr("livedesk.engine.overview.EVERY_S", 0.05)
    monkeypatch.setattr("livedesk.alarms.channels.queue._GAP_S", 0.0)


def _told(server: Server) -> list[str]:
    bodies = (request.partition(b"\r\n\r\n")[2] for request in server.requests)
    return [json.loads(body)["type"] for body in bodies]


def _settings(port: int) -> Settings:
    way = WebhookChannel(Secret(f"http://127.0.0.1:{port}/{CANARY}"))
    channel = ChannelSettings("ops", way, priority="low", heartbeat_min=30)
    agency = AgencySettings("North Agency", time_zone="Asia/Singapore")
    return Settings((store_settings(),), channels=(channel,), agency=agency)


def test_a_show_is_told_and_its_address_is_not(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def story() -> None:
        bench.say(GOOD)
        async with serving("204 No Content") as server:
            options = bench.options(settings=_settings(server.port))
            async with bench.engine(options) as running:
                await until(lambda: "heartbeat" in _told(server), "the heartbeat")
                answer = await running.http.post("/v1/channels/ops/test", json={"by": "Noor"})
                assert answer.json() == {"ok": True, "text": "The message arrived."}
                assert b"Noor sent this at" in server.requests[-1]
                assert b"+08:00" in server.requests[-1]
                bench.say(GONE)
                await until(lambda: "alarm.raised" in _told(server), "the alarm")
                status = (await running.http.get("/v1/engine")).text
                assert '"state":"ok"' in status
                assert CANARY not in status
                unknown = await running.http.post("/v1/channels/nobody/test")
                assert unknown.status_code == 404
                headers = {"Authorization": f"Bearer {HOST_TOKEN.reveal()}"}
                refused = await running.http.post("/v1/channels/ops/test", headers=headers)
                assert refused.status_code == 403

    asyncio.run(story())
    assert CANARY not in caplog.text


def test_what_stands_is_told_again_after_a_restart(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with serving("204 No Content") as server:
            options = bench.options(settings=_settings(server.port))
            async with bench.engine(options, relays=False):
                await until(lambda: "heartbeat" in _told(server), "the show")
                bench.say(GONE)
                await until(lambda: "alarm.raised" in _told(server), "the alarm")
            server.requests.clear()
            async with bench.engine(options):
                await until(lambda: "alarms.standing" in _told(server), "what stands")
            assert "alarm.raised" not in _told(server)

    asyncio.run(story())


def test_a_channel_is_set_up_tried_and_removed_over_the_api(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    drawer = Drawer()

    async def story() -> None:
        async with serving("204 No Content") as server:
            body = {"kind": "webhook", "url": f"http://127.0.0.1:{server.port}/{CANARY}"}
            async with bench.engine(bench.options(make_safe=lambda: drawer)) as running:
                http = running.http
                tried = await http.post(
                    "/v1/channels/ops/test", json={"by": "Noor", "channel": body}
                )
                assert tried.json() == {"ok": True, "text": "The message arrived."}
                kept = await http.put("/v1/channels/ops", json={**body, "by": "Noor"})
                assert kept.json()["secrets"] == ["url"]
                listed = await http.get("/v1/channels")
                assert [each["name"] for each in listed.json()["channels"]] == ["ops"]
                assert (await http.post("/v1/channels/ops/test")).json()["ok"]
                wrong = await http.put("/v1/channels/ops", json={**body, "per_min": CANARY})
                assert wrong.status_code == 422
                figures = (await http.get("/metrics")).text
                assert (
                    'livedesk_channel_sent_messages_total{channel="ops",kind="webhook"}' in figures
                )
                assert (await http.delete("/v1/channels/ops")).status_code == 204
                gone = await http.post("/v1/channels/ops/test")
                assert gone.json()["error"]["code"] == "unknown_channel"
                trail = await http.get("/v1/audit")
                acts = {entry["act"]: entry["actor"] for entry in trail.json()["entries"]}
                assert acts["PUT /v1/channels/ops"] in ("Noor", "admin")
                told = "".join(answer.text for answer in (tried, kept, listed, gone, trail))
                assert CANARY not in told + figures

    asyncio.run(story())
    assert CANARY not in caplog.text
    for file in bench.paths.data.rglob("*"):
        assert not file.is_file() or CANARY.encode() not in file.read_bytes()
    assert drawer.kept == {}


def test_a_channel_that_refuses_is_an_alarm_of_the_engine(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with serving("404 Not Found") as server:
            options = bench.options(settings=_settings(server.port))
            async with bench.engine(options) as running:

                async def alarms() -> dict[str, str]:
                    told = (await running.http.get("/v1/engine")).json()
                    return {alarm["id"]: alarm["cause"] for alarm in told["alarms"]}

                async def is_alarm() -> bool:
                    return "channel.failing/ops" in await alarms()

                await until(is_alarm, "the alarm of the channel")
                assert "revoked" in (await alarms())["channel.failing/ops"]
                answer = (await running.http.post("/v1/channels/ops/test")).json()
                assert answer["ok"] is False
                assert CANARY not in str(answer)

    asyncio.run(story())
