"""OBS is told to stream elsewhere: what it is asked, in which order, and what people are told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.settings import ObsActuator, UplinkSettings
from livedesk.engine.actuators.base import Outcome, SenderFacts, SwitchOrder
from livedesk.engine.actuators.obs import ObsControl
from livedesk.engine.actuators.obs_link import authentication
from tests.engine.actuators.fake_obs import PASSWORD, FakeObs, running
from tests.ports import free_port

KEY = "sk-live-7781"
BONDED = UplinkSettings("bonded", Secret(f"rtmp://127.0.0.1:1935/live/{KEY}"))
ORDER = SwitchOrder("glow-us", "primary", BONDED, "primary is silent")
MOVED = ["StopStream", "SetStreamServiceSettings", "StartStream"]


def moved(obs: FakeObs, timeout_s: float = 5.0, stand_down_s: float = 2.0) -> Outcome:
    async def story() -> Outcome:
        async with running(obs):
            settings = obs.settings(timeout_s=timeout_s)
            control = ObsControl(settings, SystemClock(), stand_down_s, again_s=(0.01, 0.01))
            try:
                return await control.switch(ORDER)
            finally:
                await control.close()

    return asyncio.run(story())


def checked(obs: FakeObs, settings: Callable[[FakeObs], ObsActuator]) -> str | None:
    async def story() -> str | None:
        async with running(obs):
            control = ObsControl(settings(obs), SystemClock())
            try:
                return await control.check()
            finally:
                await control.close()

    return asyncio.run(story())


def test_the_proof_of_the_password_is_that_of_the_protocol() -> None:
    """The example of obs-websocket's protocol description."""
    proof = authentication("supersecretpassword", "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=",
                           "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY=")  # fmt: skip
    assert proof == "1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4="


def test_a_streaming_obs_is_stopped_set_and_started_in_that_order(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    obs = FakeObs(stop_s=0.3)
    outcome = moved(obs)
    assert outcome.ok, outcome.words
    assert outcome.words == "OBS sends to bonded."
    assert obs.changes() == MOVED
    wanted = {"server": "rtmp://127.0.0.1/live", "key": KEY, "use_auth": False}
    assert obs.service["streamServiceSettings"] == wanted
    assert [step.name for step in outcome.steps] == ["connect", "stop", "set", "start", "send"]
    assert sum(step.ms for step in outcome.steps) <= outcome.took_ms
    assert KEY not in caplog.text
    assert PASSWORD not in caplog.text


def test_an_obs_that_does_not_stream_is_only_set_and_started() -> None:
    obs = FakeObs(active=False)
    assert moved(obs).ok
    assert obs.changes() == MOVED
    assert obs.active


def test_a_stop_that_hangs_is_asked_again_and_then_said() -> None:
    obs = FakeObs(stop_s=None)
    outcome = moved(obs, timeout_s=0.3)
    assert not outcome.ok
    assert outcome.words.startswith("OBS has not stopped after 0.3 s")
    assert "end the stream in OBS by hand" in outcome.words
    assert obs.changes() == ["StopStream", "StopStream"]


def test_an_obs_that_reconnects_is_left_alone_for_a_bounded_time() -> None:
    obs = FakeObs(reconnecting=True)
    outcome = moved(obs, stand_down_s=0.2)
    assert outcome.ok, outcome.words
    waited = {step.name: step.ms for step in outcome.steps}["stand down"]
    assert waited >= 200
    assert obs.changes() == MOVED


def test_an_obs_that_came_back_by_itself_is_moved_without_more_waiting() -> None:
    obs = FakeObs(reconnecting=True)

    async def story() -> Outcome:
        async with running(obs):
            control = ObsControl(obs.settings(), SystemClock(), stand_down_s=60)
            moving = asyncio.create_task(control.switch(ORDER))
            await obs.become(0.05, active=True, state="RECONNECTED")
            try:
                return await moving
            finally:
                await control.close()

    assert asyncio.run(story()).ok


def test_a_server_that_does_not_answer_obs_is_named() -> None:
    outcome = moved(FakeObs(refusals=1_000))
    assert not outcome.ok
    assert outcome.words.startswith("OBS could not connect to bonded")
    assert KEY not in outcome.words


def test_a_server_that_still_has_the_publisher_before_is_asked_again() -> None:
    obs = FakeObs(refusals=2)
    assert moved(obs).ok
    assert obs.changes() == [*MOVED, "StartStream", "StartStream"]


def test_connected_is_not_yet_sending() -> None:
    outcome = moved(FakeObs(sends=False), timeout_s=0.3)
    assert not outcome.ok
    assert outcome.words == "OBS connected to bonded, but no media leaves it."


def test_an_obs_that_ends_amid_the_switch_is_said() -> None:
    outcome = moved(FakeObs(dies_at="SetStreamServiceSettings"))
    assert not outcome.ok
    assert outcome.words == "OBS closed the connection (1001: going away)."


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (lambda obs: obs.settings("wrong"), "OBS refuses the password; take the one"),
        (lambda obs: obs.settings(None), "OBS asks for a password and the settings have none"),
        (
            lambda obs: ObsActuator("127.0.0.1", free_port(), Secret(PASSWORD)),
            "start OBS and enable its server",
        ),
    ],
)
def test_what_keeps_obs_from_being_told_is_named_with_what_to_do(
    settings: Callable[[FakeObs], ObsActuator], words: str
) -> None:
    problem = checked(FakeObs(), settings)
    assert problem is not None
    assert words in problem
    assert "wrong" not in problem


def test_a_ready_obs_passes() -> None:
    assert checked(FakeObs(), FakeObs.settings) is None


def test_a_server_that_says_nothing_is_not_waited_for_longer_than_allowed() -> None:
    silent = FakeObs(speaks=False)
    problem = checked(silent, lambda obs: obs.settings(timeout_s=0.2))
    assert problem == f"OBS does not answer at 127.0.0.1:{silent.port} within 0.2 s."


def test_another_server_on_that_port_is_not_taken_for_obs() -> None:
    async def story() -> str | None:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            control = ObsControl(ObsActuator("127.0.0.1", port, Secret(PASSWORD)), SystemClock())
            try:
                return await control.check()
            finally:
                await control.close()

    problem = asyncio.run(story())
    assert problem is not None
    assert problem.startswith("What answers at 127.0.0.1:")


def test_where_obs_is_set_to_go_is_told_by_name() -> None:
    primary = UplinkSettings("primary", Secret("rtmp://127.0.0.1:1936/live/another"))

    async def story() -> list[str | None]:
        async with running(FakeObs()) as obs:
            control = ObsControl(obs.settings(), SystemClock())
            told = [await control.carrying((primary, BONDED))]
            assert (await control.switch(ORDER)).ok
            told += [await control.carrying((primary, BONDED)), await control.carrying((primary,))]
            await control.close()
        return told

    assert asyncio.run(story()) == [None, "bonded", None]


def test_what_obs_says_of_its_stream_and_nothing_when_it_is_away() -> None:
    async def story() -> tuple[SenderFacts | None, SenderFacts | None]:
        obs = FakeObs(congestion=0.75)
        async with running(obs):
            control = ObsControl(obs.settings(), SystemClock())
            there = await control.sender()
        away = await control.sender()
        await control.close()
        return there, away

    there, away = asyncio.run(story())
    assert there is not None
    assert (there.active, there.reconnecting, there.congestion) == (True, False, 0.75)
    assert there.sent_bytes > 5_000_000
    assert away is None
