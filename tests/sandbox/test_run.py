"""The sandbox as a process: what a demo does with it, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from livedesk.core.clock import SystemClock
from livedesk.sandbox.encoder.job import JobError
from livedesk.sandbox.run import parse_sandbox_job, running_sandbox
from tests.waiting import LIMIT_S, wait_until

SMALL = {"width": 320, "height": 180, "kbps": 800, "fps": 20}


class Sandbox:
    """A running `python -m livedesk.sandbox`, steered by its API."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "livedesk.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        self.answer = json.loads(self.process.stdout.readline())
        self._client = httpx.Client(
            base_url=self.answer.get("control_url", ""),
            headers={"Authorization": f"Bearer {self.answer.get('token')}"},
        )

    def state(self) -> Any:
        return self._client.get("/state").raise_for_status().json()

    def order(self, where: str, **order: object) -> Any:
        return self._client.post(where, json=order).raise_for_status().json()

    def until(self, condition: Callable[[Any], object], what: str) -> Any:
        def state() -> Any:
            now = self.state()
            return now if condition(now) else None

        return wait_until(state, what)

    def close(self) -> None:
        self._client.close()
        if self.process.poll() is None:
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        self.process.wait()


Start = Callable[[dict[str, Any]], Sandbox]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Sandbox] = []

    def begin(job: dict[str, Any]) -> Sandbox:
        running.append(Sandbox(job))
        return running[-1]

    yield begin
    for sandbox in running:
        sandbox.close()


def _publishing(state: Any) -> bool:
    return state["platform"]["publisher"] is not None


def test_a_show_from_start_to_sign_off(start: Start) -> None:
    sandbox = start({"key": "stream-key", "encoder": SMALL})
    assert sandbox.answer["platform_url"].endswith("/live/stream-key")
    assert sandbox.state()["encoder"]["process"] == "off"

    sandbox.order("/encoder", start=sandbox.answer["platform_url"])
    sandbox.until(_publishing, "media at the platform")
    sandbox.order("/path", reset=0.2)
    state = sandbox.until(
        lambda s: _publishing(s) and s["platform"]["publisher"]["number"] == 2,
        "the encoder to come back after a reset",
    )
    assert state["platform"]["publishers"][0]["ended"] == "Connection reset by peer"

    state = sandbox.order("/encoder", stop=True)
    assert "stream-key" not in json.dumps(state)
    state = sandbox.until(lambda s: not _publishing(s), "the sign-off")
    assert state["platform"]["publishers"][-1]["ended"] == "signed off"
    sandbox.until(lambda s: s["encoder"]["process"] == "stopped", "the encoder's end")

    sandbox.order("/encoder", start=True)
    sandbox.until(_publishing, "media again")


def test_two_paths_lead_to_one_platform_and_every_frame_is_accounted_for(start: Start) -> None:
    sandbox = start({"encoder": SMALL, "paths": {"bonded": {"delay_ms": 5}}})
    urls = sandbox.answer["platform_urls"]
    assert urls["primary"] == sandbox.answer["platform_url"] != urls["bonded"]

    sandbox.order("/encoder", start=urls["bonded"])
    sandbox.until(
        lambda s: _publishing(s) and s["platform"]["publisher"]["keyframes"], "media by the bond"
    )
    sandbox.order("/encoder", stop=True)
    state = sandbox.until(
        lambda s: s["encoder"]["process"] == "stopped" and not _publishing(s), "the sign-off"
    )
    assert state["platform"]["publishers"][0]["via"] == "bonded"
    assert state["paths"]["bonded"]["up_bytes"] > 0 == state["paths"]["primary"]["up_bytes"]
    assert state["frames"]["video"]["arrived"] > 0
    for track in state["frames"].values():
        assert (track["missing"], track["exact"], track["repeated"]) == (0, True, 0)


def test_every_fault_of_the_encoder_is_reported_until_it_is_cleared(start: Start) -> None:
    sandbox = start({"encoder": SMALL})
    sandbox.order("/encoder", start=sandbox.answer["ingest_url"])
    sandbox.until(_publishing, "media at the platform")
    faults = {"black": True, "clip": True, "freeze": True, "mute": True}
    sandbox.order("/encoder", **faults, kbps=500, audio_ppm=300, stop_track="audio")
    wrong = ("black", "clipping", "frozen", "muted", "stopped_track", "audio_clock_ppm")

    def report(state: Any) -> list[Any]:
        figures = state["encoder"]["report"] or {}
        return [figures.get(name) for name in (*wrong, "target_kbps")]

    all_wrong = [True, True, True, True, "audio", 300, 500]
    sandbox.until(lambda s: report(s) == all_wrong, "the report of all faults")
    sandbox.order("/encoder", clear=True)
    all_right = [False, False, False, False, None, 0, SMALL["kbps"]]
    sandbox.until(lambda s: report(s) == all_right, "the report of none")
    sandbox.order("/encoder", restart=0)
    state = sandbox.until(lambda s: len(s["platform"]["publishers"]) == 2, "the new start")
    assert state["encoder"]["process"] == "running"


def test_an_encoder_that_dies_is_reported_and_can_be_started_again(start: Start) -> None:
    sandbox = start({"encoder": SMALL})
    pid = sandbox.order("/encoder", start=sandbox.answer["ingest_url"])["encoder"]["pid"]
    sandbox.until(_publishing, "media at the platform")
    os.kill(pid, signal.SIGKILL)
    sandbox.until(lambda s: s["encoder"]["process"] == "failed", "the report of its end")
    sandbox.order("/encoder", start=True)
    sandbox.until(_publishing, "media again")


@pytest.mark.parametrize("ending", ["stdin", "SIGTERM"])
def test_it_ends_with_everything_it_started(start: Start, ending: str) -> None:
    sandbox = start({"encoder": SMALL})
    state = sandbox.order("/encoder", start=sandbox.answer["platform_url"])
    encoder = Path("/proc") / str(state["encoder"]["pid"])
    sandbox.until(_publishing, "media at the platform")
    assert sandbox.process.stdin is not None
    if ending == "stdin":
        sandbox.process.stdin.close()
    else:
        sandbox.process.send_signal(signal.SIGTERM)
    assert sandbox.process.wait(LIMIT_S) == 0
    assert not encoder.exists()


@pytest.mark.parametrize(
    ("job", "fault"),
    [
        ({"encoder": {"kbps": 1}}, "kbps"),
        ({"encoder": {"url": "rtmp://127.0.0.1"}}, "url"),
        ({"path": {"rate_kbps": -1}}, "path: rate_kbps"),
        ({"recording": "/does/not/exist"}, "No such file"),
        ({"paths": {"bonded": {"rate_kbps": -1}}}, "bonded: rate_kbps"),
        ({"paths": {"primary": {}}}, "not primary"),
        ({"platform": {"second": "both"}}, "platform: second"),
        ({"paths": {"bonded": {"port": -1}}}, "port: a number"),
        ({"surprise": 1}, "any of app, chat, encoder, key"),
        ({"shop": {"colour": 1}}, "shop: an object with any of"),
        ({"shop": {"order": {"median_ms": -1}}}, "shop: median_ms: a number"),
        ({"chat": {"rooms": ["glow", "glow"]}}, "chat: rooms"),
        ({"chat": {"order": {"rate_per_s": -1}}}, "chat: rate_per_s: a number"),
        ({"rules": {"port": -1}}, "rules: port: a number"),
    ],
)
def test_a_bad_job_says_which_part(job: dict[str, Any], fault: str) -> None:
    async def scenario() -> None:
        async with running_sandbox(parse_sandbox_job(json.dumps(job)), SystemClock()):
            pytest.fail("the sandbox started")

    with pytest.raises(JobError, match=fault):
        asyncio.run(scenario())


def test_a_rule_service_runs_where_one_is_wanted() -> None:
    async def scenario() -> None:
        job = parse_sandbox_job('{"rules": {"token": "of-an-engine"}}')
        async with running_sandbox(job, SystemClock()) as (ready, bench):
            rules: Any = ready.to_json()["rules"]
            assert rules["token"] == rules["tokens"]["engine"] == "of-an-engine"
            headers = {"Authorization": f"Bearer {rules['token']}"}
            async with httpx.AsyncClient(base_url=rules["url"], headers=headers) as client:
                assert (await client.get("/v1/rules")).json()["faq"]
            figures: Any = bench.figures()
            assert figures["rules"]["version"]

    asyncio.run(scenario())


def test_a_process_with_a_bad_job_answers_one_clear_line(start: Start) -> None:
    sandbox = start({"encoder": {"fps": 0}})
    assert "fps: a whole number from 5 to 60" in sandbox.answer["error"]
    assert sandbox.process.wait(LIMIT_S) == 1
