"""The stream moves between two ways of a real network: cables, routes and queues of the kernel.

ffmpeg as encoder, nginx-rtmp in a namespace of its own as platform, each uplink bound to its
cable. What is asserted is who carries, why, in which words, and that every frame arrives; never
how soon (`make bench` measures that).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from livedesk.rtmp.messages import VIDEO
from tests.peers.network import FarPlace, Way, far_place
from tests.peers.peers import (
    NginxRtmp,
    RunningRelay,
    ffmpeg_running,
    missing_frames,
    nginx_running,
    payloads,
    publish,
    relay_process,
    tags,
)
from tests.relay.harness import uplink
from tests.waiting import wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

MIN_KBPS = 1_200
"""The feed has 1,500."""

NARROW = ("tbf", "rate", "1mbit", "burst", "16kb", "latency", "3s")
"""With room for all that waits: what a full bucket drops holds up acknowledgements as well."""
ROUGH = ("netem", "delay", "150ms", "150ms", "loss", "30%")
"""Each packet up to 300 ms late, three of ten never."""
JITTER_MS = 300
RTO_MS = 200
"""Linux's least retransmission timeout: one lost packet is waited for as long."""

SILENCE = r"nothing was acknowledged on primary for [\d,]+ ms; encoder fine"
CONGESTION = r"primary carries [\d,]+ of [\d,]+ kbps; encoder fine"


class OnAir:
    """The clip, carried over the primary, with the bonded path ready."""

    def __init__(self, relay: RunningRelay, far: FarPlace, platform: NginxRtmp) -> None:
        self.relay = relay
        self.primary: Way = far.ways["primary"]
        self.platform = platform

    def carried_by(self, name: str) -> None:
        """Waits until it does, and the switch to it is over."""
        wait_until(lambda: self._is_carried_by(name), f"{name} carries")

    def _is_carried_by(self, name: str) -> bool:
        failover = self.relay.sample().get("failover", {})
        return bool(
            failover
            and failover["active"] == name
            and failover["switching_to"] is None
            and self.relay.uplinks()[name]["health"] == "OK"
        )

    def settled(self) -> None:
        wait_until(
            lambda: any(self._is_carried_by(name) for name in self.relay.uplinks()),
            "one of them carries, and is well",
        )

    def frames(self) -> int:
        """Pictures that the platform has taken."""
        return len(payloads(tags(self.platform.recordings / "out.flv"), VIDEO))

    def ready(self, name: str, is_ready: bool = True) -> None:
        wait_until(
            lambda: self.relay.uplinks()[name]["ready"] is is_ready,
            f"{name} {'is' if is_ready else 'is not'} ready",
        )

    def order_back(self) -> None:
        self.ready("primary")
        answer = self.relay.order("failover", to="primary", reason="it is good", actor="Mara")
        assert answer["ok"], answer
        self.carried_by("primary")

    def moves(self) -> list[dict[str, Any]]:
        return self.relay.told("failover.done")


@pytest.fixture
def far() -> Iterator[FarPlace]:
    with far_place("primary", "bonded") as place:
        yield place


@pytest.fixture
def platform(far: FarPlace, tmp_path: Path) -> Iterator[NginxRtmp]:
    """It learns of a publisher behind a black hole by its own limits only (decision 0016)."""
    with nginx_running(
        tmp_path / "nginx",
        host=far.address,
        prefix=far.prefix,
        append=True,
        more="drop_idle_publisher 1s;",
    ) as server:
        yield server


@contextmanager
def on_air(folder: Path, far: FarPlace, platform: NginxRtmp, clip: Path) -> Iterator[OnAir]:
    uplinks = [
        uplink(name, platform.url("out")) | {"bind": way.device} for name, way in far.ways.items()
    ]
    limits = {"min_kbps": MIN_KBPS}
    with ExitStack() as stack:
        relay = stack.enter_context(relay_process(folder, "", uplinks=uplinks, limits=limits))
        stack.enter_context(ffmpeg_running(*publish(clip, relay.ingest_url, "-re")))
        show = OnAir(relay, far, platform)
        show.carried_by("primary")
        show.ready("bonded")
        yield show


def test_a_cable_is_pulled_out_and_put_back(
    tmp_path: Path, far: FarPlace, platform: NginxRtmp, long_clip: Path
) -> None:
    with on_air(tmp_path, far, platform, long_clip) as show:
        show.primary.pull_out()
        show.carried_by("bonded")
        show.ready("primary", is_ready=False)
        show.primary.plug_in()
        show.order_back()
        assert platform.publications("out") == 3
        assert missing_frames(platform, long_clip) == 0
    away, back = show.moves()
    assert (away["from"], away["to"], away["cause"]) == ("primary", "bonded", "silence")
    assert (away["actor"], away["frames_lost"]) == ("failover", 0)
    assert re.fullmatch(SILENCE, away["reason"])
    assert (back["to"], back["cause"], back["actor"]) == ("primary", "operator", "Mara")


def test_a_way_that_swallows_everything_is_left(
    tmp_path: Path, far: FarPlace, platform: NginxRtmp, long_clip: Path
) -> None:
    """Case 1. No reset gets through, so the platform refuses the new publisher for a while."""
    with on_air(tmp_path, far, platform, long_clip) as show:
        show.primary.swallow()
        show.carried_by("bonded")
        show.primary.pass_again()
        show.order_back()
        assert platform.publications("out") == 3
        assert missing_frames(platform, long_clip) == 0
    away, _ = show.moves()
    assert (away["to"], away["cause"], away["frames_lost"]) == ("bonded", "silence", 0)
    assert re.fullmatch(SILENCE, away["reason"])


def test_a_way_that_becomes_too_narrow_is_left(
    tmp_path: Path, far: FarPlace, platform: NginxRtmp, long_clip: Path
) -> None:
    """Case 3, with a token bucket of the kernel."""
    far.ways["primary"].needs(*NARROW)
    with on_air(tmp_path, far, platform, long_clip) as show:
        show.primary.shape(*NARROW)
        show.carried_by("bonded")
        show.primary.unshape()
        show.ready("primary")
        assert missing_frames(platform, long_clip) == 0
    [decided], [away] = show.relay.told("failover.switch"), show.moves()
    assert (away["to"], away["actor"], away["frames_lost"]) == ("bonded", "failover", 0)
    assert away["cause"] in ("congestion", "silence"), "a busy machine holds it up altogether"
    assert re.fullmatch(CONGESTION if away["cause"] == "congestion" else SILENCE, away["reason"])
    assert decided["figures"]["goodput_kbps"] < MIN_KBPS


def test_loss_and_jitter_are_no_outage(
    tmp_path: Path, far: FarPlace, platform: NginxRtmp, long_clip: Path
) -> None:
    """Case 13. TCP may carry too little on such a way: that is said, and left once."""
    far.ways["primary"].needs(*ROUGH)
    with on_air(tmp_path, far, platform, long_clip) as show:
        show.primary.shape(*ROUGH)
        before = show.frames()
        wait_until(lambda: show.frames() > before + 120, "four seconds of media got through")
        show.primary.unshape()
        show.ready("primary")
        show.settled()
        assert missing_frames(platform, long_clip) == 0
    moves = show.relay.told("failover.switch")
    assert len(moves) <= 1
    for move in moves:
        assert (move["to"], move["actor"]) == ("bonded", "failover")
        match move["cause"]:
            case "silence":
                assert move["figures"]["silent_ms"] > JITTER_MS + RTO_MS
            case "gone":
                assert "ended" in move["reason"], "the platform gave up: a second without media"
            case cause:
                assert cause in ("congestion", "backlog", "contract")
                assert move["figures"]["goodput_kbps"] < MIN_KBPS
