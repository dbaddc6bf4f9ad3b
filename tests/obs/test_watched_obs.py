"""A real OBS that streams past us: a probe at the server sees it, and the engine moves OBS.

The times are printed (`make test-obs` shows them) and not asserted: they are a machine's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.settings import FailoverSettings, FeedSettings, StoreSettings, UplinkSettings
from livedesk.engine.actuators.base import SwitchOrder
from livedesk.engine.actuators.obs import ObsControl
from livedesk.engine.probe import probe_for
from livedesk.paths import Paths
from livedesk.sandbox.link import Shape
from livedesk.sandbox.supply import ConstantRate
from tests.engine.conftest import Bench
from tests.obs.real_obs import RealObs
from tests.peers.peers import NginxRtmp, RunningPath
from tests.waiting import until

pytestmark = [pytest.mark.obs, pytest.mark.peer, pytest.mark.timeout(180)]

KEY = "glow-key-1"


def watched(obs: RealObs, server: NginxRtmp, path: RunningPath) -> StoreSettings:
    """Two ways to one server: over a path that can fail, and straight."""
    uplinks = (
        UplinkSettings("primary", Secret(f"rtmp://127.0.0.1:{path.port}/live/{KEY}")),
        UplinkSettings("bonded", Secret(server.url(KEY))),
    )
    feed = FeedSettings("rtmp", "", 0, "", Secret(""), pull=Secret(server.url(KEY)))
    failover = FailoverSettings(actuator=obs.settings())
    return StoreSettings("glow", "Glow Beauty", "other", feed, uplinks, failover=failover)


async def start(obs: RealObs, settings: StoreSettings) -> None:
    """As an operator does it before the show."""
    control = ObsControl(obs.settings(), SystemClock())
    outcome = await control.switch(SwitchOrder("glow", "", settings.uplinks[0], "the show"))
    await control.close()
    assert outcome.ok, outcome.words


def sag(path: RunningPath) -> None:
    path.apply(Shape(supply=ConstantRate(1_000)))


def reset(path: RunningPath) -> None:
    path.reset(60)


OUTAGE, SLOW = {"gone", "silence"}, {"congestion", "contract", "backlog", "silence"}


@pytest.mark.parametrize(("fault", "causes"), [(reset, OUTAGE), (sag, SLOW)])
def test_a_bad_path_is_seen_at_the_server_and_obs_is_moved(
    obs: RealObs,
    first: NginxRtmp,
    path: RunningPath,
    paths: Paths,
    fault: Callable[[RunningPath], None],
    causes: set[str],
) -> None:
    settings, bench = watched(obs, first, path), Bench(paths.prepare())

    async def story() -> None:
        await start(obs, settings)
        async with bench.engine(bench.options(settings, make_probe=probe_for)) as running:

            async def is_seen() -> bool:
                now = await running.status()
                return (now["feed"]["state"], now["failover"]["next"]) == ("OK", "bonded")

            await until(is_seen, "the show is seen, and OBS could be moved")
            await asyncio.sleep(5)  # a show before the fault: what is usual here is learned
            before = (await running.status())["failover"]
            assert (before["active"], before["switches"]) == ("primary", 0), before
            begun_ns = SystemClock().utc_ns()
            fault(path)

            async def newest() -> dict[str, Any] | None:
                last = (await running.status())["failover"]["last"]
                return last if last is not None and last["state"] != "running" else None

            last = await until(newest, "OBS was moved", limit_s=60)
            decided_ms = (last["utc_ns"] - begun_ns) / 1e6
            assert (last["state"], last["to"]) == ("done", "bonded"), last
            print(
                f"\n{fault.__name__}: {last['cause']} ({last['reason']}), decided after "
                f"{decided_ms:.0f} ms, OBS moved in {last['publish_ms']:.0f} ms, media at the "
                f"server {last['switch_ms']:.0f} ms after the decision"
            )
            assert last["cause"] in causes

    asyncio.run(story())
