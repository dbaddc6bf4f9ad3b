"""A real OBS as encoder, and as what the actuator moves; beside it, what OBS does alone.

The figures are printed (`make test-obs` shows them) and not asserted: they are a machine's own.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.settings import UplinkSettings
from livedesk.engine.actuators.base import Outcome, SenderFacts, SwitchOrder
from livedesk.engine.actuators.obs import ObsControl
from livedesk.sandbox.link import Shape
from livedesk.sandbox.supply import ConstantRate
from tests.obs.real_obs import PASSWORD, RealObs
from tests.peers.peers import NginxRtmp, RunningPath, relay_process
from tests.ports import free_port
from tests.waiting import until

pytestmark = [pytest.mark.obs, pytest.mark.peer, pytest.mark.timeout(180)]

KEY = "glow-key-1"
SECRETS = re.compile(f"{KEY}|{PASSWORD}")


def order(name: str, url: str) -> SwitchOrder:
    return SwitchOrder("glow-us", "primary", UplinkSettings(name, Secret(url)), "a test")


def at(port: int) -> str:
    return f"rtmp://127.0.0.1:{port}/live/{KEY}"


def with_obs(obs: RealObs, story: Callable[[ObsControl], Awaitable[None]]) -> None:
    async def run() -> None:
        control = ObsControl(obs.settings(), SystemClock())
        try:
            await story(control)
        finally:
            await control.close()

    asyncio.run(run())


async def arrives(server: NginxRtmp, more_bytes: int = 100_000) -> None:
    """Media of our key comes into the server."""

    async def count() -> int:
        streams = await asyncio.to_thread(server.streams)
        stream = streams.get(KEY, {})
        return int(stream.get("bytes_in", 0)) if stream.get("width") == "640" else 0

    first = await until(count, "OBS's stream is at the server")
    await until(lambda: _more(count, first + more_bytes), "its media flows")


async def _more(count: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await count() >= wanted


def told(what: str, outcome: Outcome) -> None:
    steps = ", ".join(f"{step.name} {step.ms:.0f}" for step in outcome.steps)
    print(f"\n{what}: {outcome.took_ms:.0f} ms ({steps}): {outcome.words}")


def test_obs_as_encoder_into_the_relay(obs: RealObs, first: NginxRtmp, tmp_path: Path) -> None:
    with relay_process(tmp_path, first.url(KEY)) as relay:

        async def story(control: ObsControl) -> None:
            outcome = await control.switch(order("relay", relay.ingest_url))
            told("OBS into the relay", outcome)
            assert outcome.ok, outcome.words
            await arrives(first)
            feed = await until(
                lambda: relay.sample()["feed"].get("kbps") and relay.sample()["feed"],
                "the relay knows the rate",
            )
            print(f"feed {feed['kbps']:.0f} kbps, class {feed['state']}, {feed['video_codec']}")
            assert (feed["video_codec"], feed["audio_codec"]) == ("h264", "aac")

        with_obs(obs, story)


def test_a_switch_from_one_server_to_another(
    obs: RealObs, first: NginxRtmp, second: NginxRtmp
) -> None:
    async def story(control: ObsControl) -> None:
        assert (await control.switch(order("primary", at(first.port)))).ok
        await arrives(first)
        outcome = await control.switch(order("bonded", at(second.port)))
        told("healthy path to another server", outcome)
        assert outcome.ok, outcome.words
        await arrives(second)
        assert KEY not in await asyncio.to_thread(first.streams)
        nowhere = await control.switch(order("nowhere", at(free_port())))
        told("to a server that is away", nowhere)
        assert nowhere.words.startswith("OBS could not connect to nowhere")
        back = await control.switch(order("primary", at(first.port)))
        told("and back", back)
        assert back.ok, back.words
        await arrives(first)

    with_obs(obs, story)
    assert SECRETS.search(obs.log.read_text()) is None


def test_a_wrong_password_is_named(obs: RealObs) -> None:
    async def story() -> str | None:
        control = ObsControl(obs.settings("not this one"), SystemClock())
        try:
            return await control.check()
        finally:
            await control.close()

    problem = asyncio.run(story())
    print(f"\n{problem}")
    assert problem is not None
    assert problem.startswith("OBS refuses the password")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("a sag to 1,000 kbps", Shape(supply=ConstantRate(1_000))),
        ("a black hole", Shape(blackhole=True)),
    ],
)
def test_a_switch_away_from_a_bad_path(
    obs: RealObs, second: NginxRtmp, path: RunningPath, first: NginxRtmp, name: str, shape: Shape
) -> None:
    async def story(control: ObsControl) -> None:
        assert (await control.switch(order("primary", at(path.port)))).ok
        await arrives(first)
        path.apply(shape)
        begun_s = time.monotonic()
        await until(lambda: is_held_up(control), "OBS is held up")
        print(f"\n{name}: OBS says so after {time.monotonic() - begun_s:.1f} s")
        outcome = await control.switch(order("bonded", at(second.port)))
        told(f"away from {name}", outcome)
        assert outcome.ok, outcome.words
        await arrives(second)
        print(f"{name} to media at the other server: {time.monotonic() - begun_s:.1f} s")

    with_obs(obs, story)


def test_what_obs_alone_does_on_a_sag(obs: RealObs, first: NginxRtmp, path: RunningPath) -> None:
    async def story(control: ObsControl) -> None:
        assert (await control.switch(order("primary", at(path.port)))).ok
        await arrives(first)
        path.apply(Shape(supply=ConstantRate(1_000)))
        before = await facts(control)
        for second in range(1, 11):
            await asyncio.sleep(1)  # what is measured here is one second after another
            now = await facts(control)
            kbps = (now.sent_bytes - before.sent_bytes) * 8 / 1000 / second
            skipped = now.skipped_frames - before.skipped_frames
            frames = max(1, now.total_frames - before.total_frames)
            print(
                f"\nsag, {second} s: {kbps:.0f} kbps, congestion {now.congestion:.2f}, "
                f"{100 * skipped / frames:.0f} % of frames dropped, "
                f"reconnecting {now.reconnecting}",
                end="",
            )
        assert now.active
        assert now.skipped_frames > before.skipped_frames

    with_obs(obs, story)


def test_what_obs_alone_does_on_a_black_hole(
    obs: RealObs, first: NginxRtmp, path: RunningPath
) -> None:
    async def story(control: ObsControl) -> None:
        assert (await control.switch(order("primary", at(path.port)))).ok
        await arrives(first)
        path.apply(Shape(blackhole=True))
        begun_s = time.monotonic()
        await until(lambda: is_reconnecting(control), "OBS notices", limit_s=60)
        print(f"\nblack hole: OBS notices after {time.monotonic() - begun_s:.1f} s")
        path.apply(Shape())
        begun_s = time.monotonic()
        await until(lambda: sends(control), "OBS is back", limit_s=60)
        print(f"path open again: OBS is back after {time.monotonic() - begun_s:.1f} s")

    with_obs(obs, story)


async def facts(control: ObsControl) -> SenderFacts:
    found = await control.sender()
    assert found is not None
    return found


async def is_held_up(control: ObsControl) -> bool:
    return (await facts(control)).congestion >= 0.5


async def is_reconnecting(control: ObsControl) -> bool:
    return (await facts(control)).reconnecting


async def sends(control: ObsControl) -> bool:
    now = await facts(control)
    return now.active and not now.reconnecting
