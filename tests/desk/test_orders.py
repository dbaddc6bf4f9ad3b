"""Orders from the command line: what is sent, what is waited for, and in which words it ends."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest

from livedesk.cli import main
from livedesk.core.clock import ManualClock
from livedesk.core.secrets import Secret
from livedesk.core.status import (
    DrillStatus,
    FailoverStatus,
    LastSwitch,
    StoreStatus,
    UplinkStatus,
)
from livedesk.desk.client import EngineClient
from livedesk.desk.errors import RefusedError
from livedesk.desk.operator_name import this_operator
from livedesk.desk.orders import NoOutcomeError, Orders, drill_table, on_air_advice, switch_words
from livedesk.paths import Paths

UPLINKS = (UplinkStatus("primary", "carrying"), UplinkStatus("bonded", "standby", ready=True))


def switch(utc_ns: int, **changes: Any) -> LastSwitch:
    known: dict[str, Any] = {
        "from": "primary", "to": "bonded", "cause": "operator", "reason": "ordered",
        "actor": "admin", "state": "done", "utc_ns": utc_ns, "detect_ms": None,
        "publish_ms": 85.2, "switch_ms": 411.8, "frames_lost": 0, "frames_repeated": 12,
        "lost_ms": 0.0,
    }  # fmt: skip
    return cast(LastSwitch, known | changes)


class Engine:
    """Answers as the API does; the failover moves on with each look at the status."""

    def __init__(self, *looks: FailoverStatus) -> None:
        self.looks = list(looks)
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.away = 0
        """So many looks find nobody."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.orders.append((request.url.path, json.loads(request.content)))
            if self.refusal is not None:
                return httpx.Response(self.refusal[0], json={"error": self.refusal[1]})
            return httpx.Response(202, json={"accepted": True})
        if self.orders and self.away:
            self.away -= 1
            raise httpx.ConnectError("gone")
        if request.url.path == "/v1/stores":
            stores = (StoreStatus("glow", "Glow", 1),)
            return httpx.Response(200, content=msgspec.json.encode({"stores": stores}))
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        status = StoreStatus("glow", "Glow", 1, uplinks=UPLINKS, failover=look)
        return httpx.Response(200, content=msgspec.json.encode(status))


def orders(engine: Engine, work: Callable[[Orders], Any], clock: ManualClock) -> Any:
    async def run() -> Any:
        async def wait(seconds: float) -> None:
            clock.advance(seconds)

        client = EngineClient("http://127.0.0.1:1", Secret("t"), httpx.MockTransport(engine))
        try:
            return await work(Orders(client, "glow", clock, wait))
        finally:
            await client.close()

    return asyncio.run(run())


def test_a_switch_is_waited_for_and_told(clock: ManualClock) -> None:
    old = FailoverStatus("primary", last=switch(1))
    engine = Engine(
        old, old, replace(old, last=switch(2, state="running")), replace(old, last=switch(2))
    )
    engine.away = 3  # the engine is restarted meanwhile: the relay switches all the same
    done = orders(engine, lambda it: it.switch("bonded", "rain"), clock)
    assert engine.orders == [("/v1/stores/glow/failover", {"to": "bonded", "reason": "rain"})]
    assert switch_words(done) == "primary → bonded: first keyframe after 412 ms, no frame lost."


def test_a_switch_that_failed_says_why(clock: ManualClock) -> None:
    failed = switch(2, state="failed", reason="ana asked for it", switch_ms=None)
    engine = Engine(FailoverStatus("primary"), FailoverStatus("primary", last=failed))
    done = orders(engine, lambda it: it.switch("bonded", ""), clock)
    assert switch_words(done, "the platform refused: BadName") == (
        "primary → bonded: failed; bonded did not take over (the platform refused: BadName)."
    )


def test_an_order_without_an_outcome_ends_with_what_was_seen_last(clock: ManualClock) -> None:
    engine = Engine(FailoverStatus("primary", reason="bonded is not ready"))
    with pytest.raises(NoOutcomeError, match=r"not ended within 30 s: bonded is not ready"):
        orders(engine, lambda it: it.switch("bonded", ""), clock)


def test_the_report_of_a_drill_is_a_table_of_both_switches(clock: ManualClock) -> None:
    old = DrillStatus("failed", "primary did not come back", 1)
    back = switch(3, frames_lost=3, switch_ms=1204.0, **{"from": "bonded", "to": "primary"})
    new = DrillStatus("passed", "to bonded and back", 2, "admin", (switch(2), back))
    engine = Engine(
        FailoverStatus("primary", drill=old),
        FailoverStatus("primary", drill=old),
        FailoverStatus("bonded", drill=replace(new, state="running")),
        FailoverStatus("primary", drill=new),
    )
    report = orders(engine, lambda it: it.drill(confirm=True, stay_s=5), clock)
    assert engine.orders == [("/v1/stores/glow/drill", {"confirm": True, "stay_s": 5})]
    lines = drill_table("glow", report).splitlines()
    assert lines[0] == "Drill of glow passed: to bonded and back."
    cells = [re.split(r"\s{2,}", line) for line in lines[1:]]
    assert cells == [
        ["switch", "detected", "published", "first keyframe", "lost"],
        ["primary → bonded", "–", "85 ms", "412 ms", "no frame lost"],
        ["bonded → primary", "–", "85 ms", "1,204 ms", "3 frames lost"],
    ]


def test_a_drill_on_air_is_refused_with_how_to_say_yes_here(clock: ManualClock) -> None:
    engine = Engine(FailoverStatus("primary"))
    engine.refusal = (
        409,
        {
            "code": "on_air",
            "message": "The platform is being given media.",
            "action": "Confirm the drill if viewers may see it.",
        },
    )
    with pytest.raises(RefusedError) as refused:
        orders(engine, lambda it: it.drill(confirm=False, stay_s=5), clock)
    said = on_air_advice(refused.value, confirm=False)
    assert said == "The platform is being given media. Add --confirm if viewers may see it."


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Engine], list[str]]:
    """The options that name an engine, whose answers come from the one given."""
    token = tmp_path / "token"
    token.write_text("t0ken\n")

    real = EngineClient.__init__

    def answer(engine: Engine) -> list[str]:
        def init(self: EngineClient, url: str, secret: Secret) -> None:
            assert secret == Secret("t0ken")
            real(self, url, secret, httpx.MockTransport(engine))

        monkeypatch.setattr(EngineClient, "__init__", init)
        return ["--store", "glow", "--engine", "http://127.0.0.1:1", "--token-file", str(token)]

    return answer


@pytest.mark.parametrize(("state", "status"), [("passed", 0), ("failed", 1)])
def test_a_drill_ends_with_a_status_for_scripts(
    answered: Callable[[Engine], list[str]],
    capsys: pytest.CaptureFixture[str],
    state: Any,
    status: int,
) -> None:
    report = DrillStatus(state, "It ended.", 2, "admin", (switch(2),))
    engine = Engine(FailoverStatus(), FailoverStatus(drill=report))
    assert main(["drill", *answered(engine), "--json", "--stay", "2"]) == status
    said = json.loads(capsys.readouterr().out)
    assert said["state"] == state
    assert said["switches"][0]["to"] == "bonded"


def test_a_failed_switch_and_a_refusal_end_with_status_1(
    answered: Callable[[Engine], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    failed = FailoverStatus(last=switch(2, state="failed"))
    options = answered(Engine(FailoverStatus(), failed))
    assert main(["failover", *options, "--to", "bonded"]) == 1
    assert "failed" in capsys.readouterr().err
    engine = Engine(FailoverStatus())
    engine.refusal = (409, {"message": "The relay is away.", "action": "Wait."})
    assert main(["hold", *answered(engine), "on"]) == 1
    assert capsys.readouterr().err == "livedesk: The relay is away. Wait.\n"


def test_hold_and_release_are_sent(
    answered: Callable[[Engine], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    engine = Engine(FailoverStatus())
    for state in ("on", "off"):
        assert main(["hold", *answered(engine), state]) == 0
    me = this_operator()
    assert [body for _, body in engine.orders] == [{"by": me, "on": True}, {"by": me, "on": False}]
    assert "glow is released" in capsys.readouterr().out


def test_an_unknown_store_is_answered_with_the_known_ones(
    answered: Callable[[Engine], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    engine = Engine(FailoverStatus())
    assert main(["hold", *answered(engine), "--store", "gl0w", "on"]) == 2
    assert 'no store "gl0w"; it has glow' in capsys.readouterr().err
    assert engine.orders == []


def test_the_only_store_of_an_engine_need_not_be_named(
    answered: Callable[[Engine], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    engine = Engine(FailoverStatus())
    _, _, *options = answered(engine)
    assert main(["hold", *options, "on"]) == 0
    assert engine.orders == [("/v1/stores/glow/hold", {"by": this_operator(), "on": True})]
    assert "glow stays where it is until" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ([], 1, "no engine of yours runs on this machine; start one with livedesk engine"),
        (["--token-file", "x"], 2, "--token-file goes with --engine URL"),
        (["--engine", "127.0.0.1:80"], 2, "expects an address, such as http://127.0.0.1:8700"),
        (["--engine", "http://127.0.0.1:1"], 2, "--engine needs --token-file FILE"),
        (["--engine", "http://127.0.0.1:1", "--token-file", "x"], 2, "No such file"),
    ],
)
def test_an_engine_that_is_named_wrongly_is_said_in_a_sentence(
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    status: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["hold", "--store", "glow", "on", *options]) == status
    assert words in capsys.readouterr().err


def test_nobody_at_the_address_is_said_without_the_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = tmp_path / "token"
    token.write_text("t0ken-s3cret\n")
    options = ["--engine", "http://127.0.0.1:1", "--token-file", str(token)]
    assert main(["failover", "--store", "glow", "--to", "bonded", *options]) == 1
    said = capsys.readouterr().err
    assert "Nobody answers." in said
    assert "s3cret" not in said


@pytest.mark.parametrize("stay", ["601", "nan", "long"])
def test_a_stay_out_of_bounds_is_refused(stay: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["drill", "--store", "glow", "--stay", stay])
    assert left.value.code == 2
    assert "0 to 600 seconds" in capsys.readouterr().err
