"""The demo keeps its promises, and says so when a show did not go as scripted."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.check import CheckItem, CheckReport, CheckState, Sign
from livedesk.core.pins import PinLatency, PinState, PinStatus
from livedesk.core.status import (
    AlarmStatus,
    FailoverStatus,
    FeedStatus,
    LastSwitch,
    StoreStatus,
    SwitchCause,
    SyncStatus,
    UplinkStatus,
)
from livedesk.demo.host import SCRIPT, Cast, Cued, Pinned
from livedesk.demo.keeping import KEPT_FORMATS
from livedesk.demo.moderator import SCRIPT as COMMENTS
from livedesk.demo.operator import OPERATOR, Seen
from livedesk.demo.pin_verdict import figures, judge_pins
from livedesk.demo.record import Decided
from livedesk.demo.script import Cues, Observed
from livedesk.demo.sign_on import GOOD_LINES, PRODUCER, SignedOn
from livedesk.demo.verdict import judge
from livedesk.desk.wire import Ledger
from tests.demo.moderated import as_moderated

FAULT = AlarmStatus("uplink.fault:primary", "medium", "primary failed.", "Mend it.", 0)
ANOTHER = AlarmStatus("uplink.low:bonded", "high", "Path: too slow.", "Look at it.", 0)
REASON = "primary carries 1,480 of 4,050 kbps; encoder fine"


def switch(to: str, cause: SwitchCause) -> LastSwitch:
    return {
        "from": "primary" if to == "bonded" else "bonded",
        "to": to,
        "cause": cause,
        "reason": REASON,
        "actor": "",
        "state": "done",
        "utc_ns": 0,
        "detect_ms": 210.0,
        "publish_ms": 4.0,
        "switch_ms": 90.0,
        "frames_lost": 0,
        "frames_repeated": 12,
        "lost_ms": 0.0,
    }


def status(
    active: str, feed_kbps: float, kbps: float, last: LastSwitch | None, *alarms: AlarmStatus
) -> StoreStatus:
    return StoreStatus(
        "glow-us",
        "Glow",
        0,
        feed=FeedStatus("OK", kbps=feed_kbps, fps=30),
        sync=SyncStatus(skew_ms=-8),
        uplinks=tuple(
            UplinkStatus(name, "carrying", goodput_kbps=kbps if name == active else None)
            for name in ("primary", "bonded")
        ),
        failover=FailoverStatus(active, "auto", 1 if last else 0, last),
        alarms=alarms,
    )


def sandbox(*, is_exact: bool = True) -> dict[str, Any]:
    frames = {"sent": 900, "missing": 0 if is_exact else 2, "repeated": 9, "exact": is_exact}
    return {
        "encoder": {"process": "stopped"},
        "frames": {"audio": frames, "video": frames},
        "platform": {"publishers": [{}, {}, {}]},
    }


REFUSED: tuple[Cast, ...] = ("sold out", "sells out")


def host(
    *,
    state: PinState = "confirmed",
    latency_ms: float = 120.0,
    executed_ms: int = 60,
    refusal: str = "out_of_stock",
    doubles: int = 0,
) -> Pinned:
    """The host's part as scripted, but for what is said."""
    cued, pins, executions = [], [], []
    for cast, product_id in SCRIPT:
        if cast in REFUSED and refusal:
            cued.append(Cued(cast, product_id, code=refusal, reason="Out of stock."))
            continue
        pin = PinStatus(
            f"pin-{product_id}", "pin", product_id, "A title", state, "pad", 0,
            latency_ms=latency_ms, key=f"key-{product_id}",
        )  # fmt: skip
        cued.append(Cued(cast, product_id, pin_id=pin.id))
        pins.append(pin)
        executions.append(
            {
                "key": pin.key,
                "product": product_id,
                "utc_ns": executed_ms * 1_000_000,
                "repeated": False,
            }
        )
    latency = PinLatency(
        sent=5, shown=5, within=5, refused=2, p50_ms=120.0, p95_ms=140.0, max_ms=150.0
    )
    shop = {"executions": 5, "doubles": doubles, "again": 0, "newest": executions}
    return Pinned(cued, 0.2, Ledger(latency, tuple(pins)), shop)


def signed_on(**states: CheckState) -> SignedOn:
    """The check as it was signed: good but for the slate, or as it is said."""
    good: dict[str, CheckState] = dict.fromkeys(GOOD_LINES, "go")
    lines = good | states
    items = (
        *(CheckItem(line, line, state, "") for line, state in lines.items()),
        CheckItem("slate", "Slate", "waived", "", waived_by=PRODUCER),
    )
    report = CheckReport("glow-us", 1, "go", items, sign=Sign("go", PRODUCER, 1))
    return SignedOn(report, on_record=(PRODUCER,))


def as_scripted() -> Observed:
    away, back = switch("bonded", "congestion"), switch("primary", "operator")
    return Observed(
        healthy=[status("primary", 4000, 4000, None)] * 20,
        throttled=[status("bonded", 4000, 3000, away, FAULT)] * 20,
        healed=[status("bonded", 4000, 4000, away, FAULT)] * 20,
        back=[status("primary", 4000, 4000, back)] * 20,
        moved_after_s=0.8,
        sandbox=sandbox(),
        session="glow-us-1",
        switches=(
            Decided("primary", "bonded", "congestion", 1480),
            Decided("bonded", "primary", "operator", 4000),
        ),
        pinned=host(),
        moderated=as_moderated(),
        signed_on=signed_on(),
        alarm=Seen(FAULT.id, on_record=((FAULT.id, OPERATOR),)),
    )


def failed(seen: Observed) -> list[str]:
    return [check.name for check in judge(seen) if not check.ok]


def test_a_show_as_scripted_passes() -> None:
    assert failed(as_scripted()) == []


MOVES = "the stream moves to the bonded path by itself"
NAMED = "the path is named, and the encoder is cleared"
ON_RECORD = "what the path still carried is on record"
ONE_ALARM = "one fault is one alarm, which names the path"
CARRIES = "the bonded path carries the feed"
BROUGHT_BACK = "a person brings the stream back"
GOOD_AGAIN = "goodput is back on the primary path"


def test_each_broken_promise_is_named() -> None:
    good = as_scripted()
    away = good.throttled[0].failover.last
    stayed = [status("primary", 4000, 1500, None)] * 20
    unmoved = replace(good, throttled=stayed, healed=stayed, switches=())
    assert failed(unmoved) == [MOVES, NAMED, ON_RECORD, ONE_ALARM, CARRIES]
    dragged_along = replace(good, throttled=[status("bonded", 1500, 1500, away, FAULT)] * 20)
    assert failed(dragged_along) == ["the feed rate stays while the path is throttled"]
    noisy = replace(good, healed=[status("bonded", 4000, 4000, away, FAULT, ANOTHER)] * 20)
    assert failed(noisy) == [ONE_ALARM]
    slow = replace(good, healed=[status("bonded", 4000, 1500, away, FAULT)] * 20)
    assert failed(slow) == [CARRIES]
    left_there = replace(good, back=[status("bonded", 4000, 4000, away)] * 20)
    assert failed(left_there) == [BROUGHT_BACK, GOOD_AGAIN]
    lossy = replace(good, sandbox=sandbox(is_exact=False))
    assert failed(lossy) == ["no frame is lost: the platform has what the encoder sent"]
    assert failed(replace(good, sandbox={})) == failed(lossy)
    assert failed(Observed()) == ["the feed arrives"]


@pytest.mark.parametrize(
    "signed",
    [
        SignedOn(problem="refused"),
        signed_on(encoder="waived"),
        replace(signed_on(), on_record=()),
    ],
)
def test_a_check_is_signed_for_a_feed_that_is_good_and_is_on_record(signed: SignedOn) -> None:
    seen = replace(as_scripted(), signed_on=signed)
    assert failed(seen) == ["a person signs the check before the show"]


@pytest.mark.parametrize(
    "alarm",
    [
        Seen(problem="there was no alarm of the path"),
        Seen(FAULT.id),
        Seen(FAULT.id, on_record=((FAULT.id, "somebody"),)),
    ],
)
def test_an_alarm_is_acknowledged_by_name_and_on_record(alarm: Seen) -> None:
    seen = replace(as_scripted(), alarm=alarm)
    assert failed(seen) == ["the operator acknowledges the alarm by name"]


def test_the_encoder_is_not_to_be_blamed_for_the_path() -> None:
    good = as_scripted()
    last = switch("bonded", "backlog")
    last["reason"] = "primary is 1,600 ms behind; encoder low (2,100 kbps)"
    blamed = [status("bonded", 4000, 3000, last, FAULT)] * 20
    assert failed(replace(good, throttled=blamed)) == [NAMED]


def test_an_encoder_that_starves_after_the_switch_excuses_no_word_said_at_it() -> None:
    good = as_scripted()
    last = switch("bonded", "congestion")
    last["reason"] = "primary carries 1,480 of 2,100 kbps; encoder low (2,100 kbps)"
    moved = status("bonded", 4000, 3000, last, FAULT)
    starved = replace(moved, feed=FeedStatus("STARVED", kbps=4000, fps=30))
    assert failed(replace(good, throttled=[moved, *[starved] * 20])) == [NAMED]
    before = replace(status("primary", 4000, 1480, None), feed=FeedStatus("LOW", 2100, fps=30))
    assert failed(replace(good, throttled=[before, *[moved] * 20])) == []


def test_alarms_that_follow_each_other_are_two_unless_the_decision_was_late() -> None:
    good = as_scripted()
    slow = replace(FAULT, id="uplink.low:primary")
    last = good.throttled[0].failover.last
    follows = [status("bonded", 4000, 3000, last, slow), *good.throttled]
    assert failed(replace(good, throttled=follows)) == [ONE_ALARM]
    late = switch("bonded", "congestion")
    late["detect_ms"] = 4500.0
    shown = [status("bonded", 4000, 3000, late, alarm) for alarm in (slow, FAULT)]
    healed = [status("bonded", 4000, 4000, late, FAULT)] * 20
    assert failed(replace(good, throttled=shown, healed=healed)) == []


IN_TIME = "every cue is confirmed within 800 ms, by the shop's own record"
ONLY_ONCE = "nothing is pinned twice"
SOLD_OUT = "what is sold out is refused, and why is said"
SELLS_OUT = "what just was sold out is refused, and why is said"
TOLD = "the shop's word of a sell-out arrives"
COUNTS = "the ledger counts what became of the cues"


@pytest.mark.parametrize(
    ("seen", "broken"),
    [
        (host(), []),
        (host(state="late"), [IN_TIME]),
        (host(state="unknown"), [IN_TIME]),
        (host(latency_ms=900), [IN_TIME]),
        (host(executed_ms=130), [IN_TIME]),
        (host(executed_ms=-40), [IN_TIME]),
        (replace(host(), shop={**host().shop, "newest": []}), [IN_TIME]),
        (host(doubles=1), [ONLY_ONCE]),
        (host(refusal="no_session"), [SOLD_OUT, SELLS_OUT]),
        (host(refusal=""), [SOLD_OUT, SELLS_OUT]),
        (replace(host(), stock_out_s=None), [TOLD]),
        (replace(host(), ledger=Ledger(PinLatency())), [IN_TIME, COUNTS]),
        (Pinned(problem="nobody answers"), ["every cue is given"]),
    ],
)
def test_the_shops_record_judges_the_pins(seen: Pinned, broken: list[str]) -> None:
    assert [check.name for check in judge_pins(seen, 800) if not check.ok] == broken


def test_the_summary_has_the_ledgers_figures_beside_the_shops() -> None:
    summary = figures(host(doubles=1))
    assert (summary["latency"]["p95_ms"], summary["latency"]["share_within"]) == (140.0, 1.0)
    assert (summary["shop"]["executions"], summary["shop"]["doubles"]) == (5, 1)
    assert figures(Pinned())["latency"] is None


@pytest.mark.parametrize("seconds", [20, 40, 7200])
def test_a_show_of_any_length_has_time_for_everything(seconds: float) -> None:
    cues = Cues.for_show(seconds)
    assert 5 < cues.throttle_s < cues.heal_s - 4 < cues.heal_s < cues.back_s - 2
    assert cues.back_s < cues.finish_s - 2 < seconds
    assert 0.5 < cues.between_s * len(SCRIPT) < cues.finish_s - 4
    assert 0.5 < cues.between_comments_s * len(COMMENTS) < cues.finish_s - 4


@pytest.mark.ui
@pytest.mark.slow
def test_the_headless_demo_leaves_picture_record_and_exports(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "livedesk", "demo", "--headless", "--seconds", "20"]
    done = subprocess.run(
        [*command, "--out", str(out), "--json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    summary = json.loads(done.stdout)
    assert summary["ok"], summary
    assert done.returncode == 0
    assert summary["pins"]["latency"]["share_within"] == 1.0
    assert len(summary["chat"]["hide_ms"]) == 8
    assert (out / "console.png").read_bytes().startswith(b"\x89PNG")
    left_out = {each.partition(":")[0] for each in summary["left_out"]}
    made = {file.name.partition("Z")[2].lstrip(".-") for file in out.glob("*Z*")}
    assert left_out <= {"parquet", "pdf"}
    assert made | left_out == {*KEPT_FORMATS, "livedesk", "schema.json"}
    assert all(Path(file).exists() for file in summary["files"])


def test_a_show_that_is_too_short_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "livedesk", "demo", "--headless", "--seconds", "5"], check=False
    )
    assert done.returncode == 2
    assert "at least 20 seconds" in capfd.readouterr().err
