"""When does the machine under the engine need a person?"""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.alarms.life import Finding
from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.engine_status import ChannelStatus
from livedesk.core.true_time import TrueTime
from livedesk.engine.engine_conditions import engine_findings
from livedesk.engine.machine import DiskRate, Machine, MachineWatch
from tests.small_disk import small_disk

GB = 1_000_000_000


def found(machine: Machine, *channels: ChannelStatus) -> dict[str, Finding]:
    return engine_findings(machine, channels, show_hours=4)


def test_the_disks_end_is_told_from_how_it_fills() -> None:
    rate = DiskRate()
    for second in range(0, 3_601, 30):
        rate.take(second * NS_PER_S, 10 * GB - second * GB // 3_600)
    assert rate.left_h(3_600 * NS_PER_S, 9 * GB) == pytest.approx(9)


@pytest.mark.parametrize("used_bytes", [0, -GB])
def test_a_disk_that_does_not_fill_has_no_end(used_bytes: int) -> None:
    rate = DiskRate()
    rate.take(0, 5 * GB)
    assert rate.left_h(1_200 * NS_PER_S, 5 * GB - used_bytes) is None


def test_a_few_minutes_say_nothing_of_a_show() -> None:
    rate = DiskRate()
    rate.take(0, 5 * GB)
    assert rate.left_h(300 * NS_PER_S, 2 * GB) is None


@pytest.mark.parametrize(
    ("free_bytes", "left_h", "present", "priority"),
    [
        (100 * GB, None, False, "medium"),
        (100 * GB, 1.0, False, "medium"),
        (10 * GB, 3.0, True, "medium"),
        (10 * GB, 5.0, False, "medium"),
        (GB, None, True, "medium"),
        (GB // 10, None, True, "high"),
        (None, None, None, "medium"),
    ],
)
def test_a_disk_that_does_not_last_the_show(
    free_bytes: int | None, left_h: float | None, present: bool | None, priority: str
) -> None:
    finding = found(Machine(free_bytes, left_h))["disk.low"]
    assert (finding.present, finding.rule.priority) == (present, priority)


def test_a_real_disk_that_fills_is_told_with_the_time_that_is_left(
    tmp_path: Path, clock: ManualClock
) -> None:
    with small_disk(tmp_path / "disk") as folder:
        watch, told = MachineWatch(folder, clock), []
        for minute in range(21):
            (folder / f"record-{minute}").write_bytes(b"x" * 40_960)
            told.append(found(watch.look())["disk.low"].cause)
            clock.advance(60)
    assert "last" not in told[9], "too little is known"
    assert "which last 5 min as it fills now" in told[19]
    assert told[19].startswith("0.2 MB are free")


@pytest.mark.parametrize(
    ("time", "present"),
    [
        (TrueTime(), None),
        (TrueTime(synchronised=True, offset_ms=3.0), False),
        (TrueTime(synchronised=True, offset_ms=-900.0), True),
        (TrueTime(synchronised=False), False),
    ],
)
def test_a_clock_that_is_off_is_told_and_one_that_was_never_kept_is_not(
    time: TrueTime, present: bool | None
) -> None:
    assert found(Machine(time=time))["clock.off"].present is present


def test_a_clock_that_is_no_longer_kept_is_told(tmp_path: Path, clock: ManualClock) -> None:
    times = [TrueTime(synchronised=False), TrueTime(True, 1.0), TrueTime(synchronised=False)]
    watch = MachineWatch(tmp_path, clock, lambda: times.pop(0))
    seen = [found(watch.look())["clock.off"].present for _ in range(3)]
    assert seen == [False, False, True]


def test_a_channel_that_fails_is_named_with_its_reason() -> None:
    failing = ChannelStatus("ops", "slack", "failing", reason="it answered 503")
    findings = found(Machine(), failing, ChannelStatus("mail", "email", "ok"))
    assert findings["channel.failing/ops"].present
    assert "it answered 503" in findings["channel.failing/ops"].cause
    assert not findings["channel.failing/mail"].present


def test_a_real_folder_is_looked_at(tmp_path: Path) -> None:
    clock = ManualClock()
    assert (MachineWatch(tmp_path, clock).look().disk_free_bytes or 0) > 0
    assert MachineWatch(tmp_path / "gone", clock).look().disk_free_bytes is None
