"""The API over real HTTP, in front of an engine that follows the relay's double."""

from __future__ import annotations

import asyncio
import time

import httpx

from tests.engine.conftest import ANALYST_TOKEN, GOOD, HOST_TOKEN, Bench, Running, client
from tests.waiting import until


def test_status_tells_what_the_relay_sees(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine() as running:
            await until(lambda: _feed_is(running, "OK"))
            status = await running.status()
            assert status["feed"]["kbps"] == 4000
            assert status["state"] == "live"
            assert status["uplinks"][0]["goodput_kbps"] == 3990
            assert status["uplinks"][0]["state"] == "carrying"
            assert status["failover"]["active"] == "primary"
            assert status["sync"]["state"] == "no_data"
            assert status["relay"]["state"] == "up"
            assert status["session"].startswith("glow-")
            stores = (await running.http.get("/v1/stores")).json()["stores"]
            assert [store["store"] for store in stores] == ["glow"]

    asyncio.run(story())


async def _feed_is(running: Running, state: str) -> bool:
    return bool((await running.status())["feed"]["state"] == state)


def _error(answer: httpx.Response) -> str:
    error = answer.json()["error"]
    assert error["message"]
    assert error["action"]
    return str(error["code"])


def test_only_known_tokens_and_fitting_roles_are_let_in(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine() as running:
            url = running.runtime.url
            async with client(url, None) as nobody, client(url, HOST_TOKEN) as host:
                for path in ("/v1/stores", "/metrics", "/v1/events", "/nowhere"):
                    answer = await nobody.get(path)
                    assert (answer.status_code, _error(answer)) == (401, "no_access")
                wrong = await nobody.get("/v1/stores", headers={"Authorization": "Bearer x"})
                assert wrong.status_code == 401
                assert (await host.get("/v1/stores")).status_code == 200
                for call in ("/v1/engine/stop", "/v1/stores/glow/session/end"):
                    refused = await host.post(call)
                    assert (refused.status_code, _error(refused)) == (403, "role")
                assert (await host.get("/v1/sessions")).status_code == 403
            async with client(url, ANALYST_TOKEN) as analyst:
                assert (await analyst.get("/v1/sessions")).status_code == 200

    asyncio.run(story())


def test_every_refusal_is_an_error_with_an_action(bench: Bench) -> None:
    async def story() -> None:
        async with bench.engine() as running:
            http = running.http
            expected = {
                ("GET", "/nowhere"): (404, "not_found"),
                ("GET", "/v1/stores/other/status"): (404, "unknown_store"),
                ("GET", "/v1/events?store=other"): (404, "unknown_store"),
                ("DELETE", "/v1/stores"): (405, "method_not_allowed"),
                ("GET", "/v1/stores/glow/preview.mjpg?single=1"): (404, "no_picture"),
                ("POST", "/v1/stores/glow/session/end"): (409, "no_session"),
                ("GET", "/v1/stores/glow/drill"): (404, "no_drill"),
                ("POST", "/v1/stores/glow/failover"): (422, "wrong_value"),
                ("POST", "/v1/stores/glow/hold"): (422, "wrong_value"),
                ("POST", "/v1/stores/glow/drill"): (409, "no_feed"),
                ("POST", "/v1/stores/glow/cues"): (404, "no_pins"),
                ("POST", "/v1/stores/glow/alarms/none/ack"): (404, "unknown_alarm"),
                ("GET", "/v1/stores/glow/history?points=no"): (422, "wrong_value"),
                ("GET", "/v1/stores/glow/history?from=9&to=1"): (422, "wrong_value"),
                ("GET", "/v1/sessions/none/export?format=csv"): (404, "unknown_session"),
                ("GET", "/v1/sessions/none/export?format=doc"): (422, "wrong_value"),
            }
            for (method, path), wanted in expected.items():
                answer = await http.request(method, path)
                assert (answer.status_code, _error(answer)) == wanted, path
            for body in (b"{", b"[]", b'{"relays": 1}', b'{"other": 1}'):
                answer = await http.post("/v1/engine/stop", content=body)
                assert (answer.status_code, _error(answer)) == (422, "wrong_value")
            huge = await http.post("/v1/engine/stop", content=b"x" * 70_000)
            assert (huge.status_code, _error(huge)) == (413, "too_large")
            bad_id = await http.get("/v1/events", headers={"Last-Event-ID": "-1"})
            assert bad_id.status_code == 422

    asyncio.run(story())


def test_a_name_rebound_to_loopback_is_not_answered(bench: Bench) -> None:
    async def story() -> None:
        async with bench.engine() as running:
            for host, status in (
                ("evil.example", 403),
                ("localhost.evil.example:80", 403),
                ("", 403),
                ("localhost:1234", 200),
                ("127.0.0.1", 200),
                ("[::1]:99", 200),
            ):
                answer = await running.http.get("/v1/stores", headers={"Host": host})
                assert answer.status_code == status, host
                assert "access-control-allow-origin" not in answer.headers

    asyncio.run(story())


def test_metrics_name_the_figures_in_base_units(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine() as running:
            await until(lambda: _feed_is(running, "OK"))
            text = (await running.http.get("/metrics")).text
            assert 'livedesk_feed_bits_per_second{store="glow"} 4e+06' in text
            assert (
                'livedesk_uplink_goodput_bits_per_second{store="glow",uplink="primary"} 3.99e+06'
                in text
            )
            assert 'livedesk_feed_state{state="OK",store="glow"} 1.0' in text
            assert 'livedesk_feed_lag_seconds{store="glow"} 0.005' in text
            assert 'livedesk_uplink_health{state="OK",store="glow",uplink="primary"} 1.0' in text
            assert 'livedesk_picture_state{state="unknown",store="glow"} 1.0' in text
            assert "livedesk_sound_short_term_lufs{" not in text
            assert "livedesk_configuration_issues{" not in text
            assert "livedesk_engine_loop_lag_seconds" in text
            assert "livedesk_skew_seconds{" not in text

    asyncio.run(story())


def test_history_comes_from_memory_and_the_sessions_can_be_exported(bench: Bench) -> None:
    async def story() -> None:
        bench.say(GOOD)
        async with bench.engine() as running:
            await until(lambda: _feed_is(running, "OK"))

            async def series() -> dict[str, list[float]] | None:
                span = {"from": time.time() - 5, "points": 200}
                history = (await running.http.get("/v1/stores/glow/history", params=span)).json()
                found = [s for s in history["series"] if s["figure"] == "goodput_kbps"]
                return found[0] if found and len(found[0]["t"]) > 5 else None

            goodput = await until(series)
            assert goodput["subject"] == "primary"
            assert goodput["unit"] == "kbps"
            assert set(goodput["mean"]) == {3990.0}
            ended = await running.http.post("/v1/stores/glow/session/end")
            session = ended.json()["session"]
            listed = (await running.http.get("/v1/sessions")).json()["sessions"]
            assert [(s["id"], s["signed_off"], s["open"]) for s in listed] == [
                (session, True, False)
            ]
            for fmt, start in (("csv", b"PK"), ("jsonl", b"{"), ("html", b"<!")):
                answer = await running.http.get(
                    f"/v1/sessions/{session}/export", params={"format": fmt}
                )
                assert answer.status_code == 200
                assert answer.content.lower().startswith(start.lower())
            again = await running.http.post("/v1/stores/glow/session/end")
            assert again.status_code == 409

    asyncio.run(story())


def test_pictures_are_served_singly_and_as_a_stream(bench: Bench) -> None:
    async def story() -> None:
        async with bench.engine() as running:
            [store] = running.engine.stores()
            bench.say(GOOD)
            await until(lambda: _feed_is(running, "OK"))
            store.pictured(b"first", running.engine.clock.mono_ns())
            single = await running.http.get("/v1/stores/glow/preview.mjpg?single=1")
            assert (single.content, single.headers["content-type"]) == (b"first", "image/jpeg")
            assert float(single.headers["x-age-ms"]) < 5_000
            async with running.http.stream("GET", "/v1/stores/glow/preview.mjpg") as stream:
                seen = b""
                async for piece in stream.aiter_bytes():
                    seen += piece
                    if b"second" in seen:
                        break
                    if b"first" in seen:
                        store.pictured(b"second", running.engine.clock.mono_ns())
            assert seen.count(b"Content-Type: image/jpeg") == 2

    asyncio.run(story())


def test_who_watches_sees_the_end_before_the_engine_goes(bench: Bench) -> None:
    async def story() -> list[str]:
        bench.say(GOOD)
        async with bench.engine() as running:

            async def is_live() -> bool:
                return bool((await running.status())["state"] == "live")

            await until(is_live)
            async with running.http.stream("GET", "/v1/events") as answer:
                running.engine.ask_to_stop(relays=True, actor="operator")
                return [line async for line in answer.aiter_lines()]

    told = "\n".join(asyncio.run(story()))
    assert '"kind":"session.end"' in told
    assert '"state":"ended"' in told
