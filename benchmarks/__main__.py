"""Runs every benchmark and prints one table (about an hour; `--quick` for a look).

What is measured and found is told on standard error meanwhile.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from benchmarks import (
    alarm_load,
    broken_stream,
    console_plots,
    console_start,
    console_wall,
    drift_accuracy,
    engine_crash,
    exports,
    failover_cellular,
    failover_false,
    failover_model,
    failover_times,
    fault_times,
    goodput,
    moderation_away,
    moderation_corpus,
    moderation_desks,
    moderation_hide,
    moderation_match,
    moderation_screen,
    moderation_scroll,
    pin_console,
    pin_kill,
    pin_limit,
    pin_times,
    probe_cost,
    probe_crowd,
    rate_accuracy,
    record_crash,
    records_lag,
    recovery,
    relay_cost,
    relay_delay,
    replay,
    skew_accuracy,
    slate_accuracy,
)
from benchmarks.media import Feeds
from benchmarks.rows import Row, table
from tests.journal.big import FULL, Size
from tests.peers.peers import NginxRtmp, nginx_running

Bench = Callable[[], Iterable[Row]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one pair, few seconds, few trials")
    parser.add_argument("--only", metavar="NAME", action="append", help="just this one; repeatable")
    parser.add_argument(
        "--traces",
        metavar="PATH",
        type=Path,
        default=os.environ.get(failover_cellular.TRACES_VARIABLE),
        help="a recorded uplink in the mahimahi format, or a folder of them "
        f"(default: {failover_cellular.TRACES_VARIABLE} of the environment)",
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, nginx_running(Path(name) / "nginx") as nginx:
        benches = _benches(Path(name), nginx, asked.quick, asked.traces)
        unknown = set(asked.only or ()) - set(benches)
        if unknown:
            parser.error(f"{', '.join(unknown)}: choose from {', '.join(benches)}")
        rows = list(_told({name: benches[name] for name in asked.only or benches}))
    print(table(rows))


def _told(benches: dict[str, Bench]) -> Iterator[Row]:
    """Their rows, each also to standard error as soon as it is known."""
    begun_s = time.monotonic()
    for number, (name, bench) in enumerate(benches.items(), 1):
        _tell(begun_s, f"{name} ({number} of {len(benches)}) …")
        for row in bench():
            _tell(begun_s, f"  {row.what}: {row.ours}")
            yield row


def _tell(begun_s: float, text: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - begun_s), 60)
    print(f"{minutes:2d}:{seconds:02d}  {text}", file=sys.stderr, flush=True)


def _benches(folder: Path, nginx: NginxRtmp, quick: bool, traces: Path | None) -> dict[str, Bench]:
    pairs, trials = (1, 1) if quick else (3, 5)
    seconds, crowd_s = (8.0, 10.0) if quick else (15.0, 30.0)
    feeds = Feeds(folder)
    return {
        "relay-cost": lambda: relay_cost.measure(feeds.hd, folder, nginx, pairs, seconds),
        "relay-delay": lambda: relay_delay.measure(folder, 300 if quick else 2000),
        "rates": lambda: rate_accuracy.measure(feeds.hd, folder, nginx, 2 * seconds),
        "goodput": lambda: goodput.measure(feeds.hd, folder, nginx, trials),
        "skew": lambda: skew_accuracy.measure(folder, nginx, quick),
        "drift": lambda: drift_accuracy.measure(folder, quick),
        "slate": lambda: slate_accuracy.measure(folder, quick),
        "faults": lambda: fault_times.measure(feeds.hd, folder, nginx, trials),
        "replay": lambda: replay.measure(0.25 if quick else 8),
        "failover-times": lambda: failover_times.measure(
            feeds.full_hd, folder, 20 if quick else 100
        ),
        "failover-model": lambda: failover_model.measure(20 if quick else 100),
        "failover-false": lambda: failover_false.measure(0.25 if quick else 8),
        "failover-cellular": lambda: failover_cellular.measure(
            feeds.hd, folder, traces, 40 if quick else 140
        ),
        "pin-times": lambda: pin_times.measure(folder, 400 if quick else 10_000, 1, keys=True),
        "pin-times-keyless": lambda: pin_times.measure(
            folder, 200 if quick else 1_000, 2, keys=False
        ),
        "pin-limit": lambda: pin_limit.measure(folder, 0.75 if quick else 1.5),
        "pin-console": lambda: pin_console.measure(
            feeds.full_hd, folder, nginx, 50 if quick else 300
        ),
        "pin-kill": lambda: pin_kill.measure(feeds.hd, folder, nginx, 30 if quick else 300),
        "alarm-load": alarm_load.measure,
        "exports": lambda: exports.measure(
            folder, Size(hours=0.5, pins=250, items=6_000) if quick else FULL
        ),
        "records-lag": lambda: records_lag.measure(
            folder / "records-lag", Size(hours=0.5, pins=250, items=6_000) if quick else FULL
        ),
        "moderation-match": lambda: moderation_match.measure(10_000 if quick else 200_000),
        "moderation-corpus": moderation_corpus.measure,
        "moderation-desks": lambda: moderation_desks.measure(folder, 200 if quick else 1_000),
        "moderation-hide": lambda: moderation_hide.measure(folder, 150 if quick else 1_000),
        "moderation-away": lambda: moderation_away.measure(folder, 10 if quick else 60),
        "moderation-screen": lambda: moderation_screen.measure(folder, 10 if quick else 60),
        "moderation-scroll": lambda: moderation_scroll.measure(100_000, 100 if quick else 1_000),
        "console-plots": lambda: console_plots.measure(4.0, 100 if quick else 1_000),
        "console-wall": lambda: console_wall.measure(10 if quick else 60),
        "console-start": lambda: console_start.measure(3 if quick else 10),
        "engine-crash": lambda: engine_crash.measure(folder, 5 if quick else 30),
        "record-crash": lambda: record_crash.measure(folder, 30 if quick else 300),
        "probe-cost": lambda: probe_cost.measure(feeds.full_hd, folder, nginx, pairs, seconds),
        "crowd": lambda: probe_crowd.measure(feeds.full_hd, folder, nginx, 40, crowd_s),
        "recovery": lambda: recovery.measure(feeds.hd, folder, nginx, trials),
        "broken-stream": lambda: broken_stream.measure(folder, min(trials, 3)),
    }


if __name__ == "__main__":
    main()
