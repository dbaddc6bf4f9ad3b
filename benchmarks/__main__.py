"""Runs every benchmark and prints one table (about twenty minutes; `--quick` for a look)."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    drift_accuracy,
    fault_times,
    goodput,
    probe_cost,
    probe_crowd,
    rate_accuracy,
    recovery,
    relay_cost,
    relay_delay,
    replay,
    skew_accuracy,
    slate_accuracy,
)
from benchmarks.media import make_clip, make_full_hd_clip
from benchmarks.rows import Row, table
from tests.peers.peers import NginxRtmp, nginx_running

Bench = Callable[[], list[Row]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one pair, few seconds, few trials")
    parser.add_argument("--only", metavar="NAME", action="append", help="just this one; repeatable")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, nginx_running(Path(name) / "nginx") as nginx:
        benches = _benches(Path(name), nginx, asked.quick)
        unknown = set(asked.only or ()) - set(benches)
        if unknown:
            parser.error(f"{', '.join(unknown)}: choose from {', '.join(benches)}")
        rows = [row for bench in asked.only or benches for row in benches[bench]()]
    print(table(rows))


def _benches(folder: Path, nginx: NginxRtmp, quick: bool) -> dict[str, Bench]:
    pairs, trials = (1, 1) if quick else (5, 5)
    seconds = 8.0 if quick else 15.0
    clip = make_clip(folder, 20)
    full_hd = make_full_hd_clip(folder, 10)
    return {
        "relay-cost": lambda: relay_cost.measure(clip, folder, nginx, pairs, seconds),
        "relay-delay": lambda: relay_delay.measure(folder, 300 if quick else 3000),
        "rates": lambda: rate_accuracy.measure(clip, folder, nginx, 2 * seconds),
        "goodput": lambda: goodput.measure(clip, folder, nginx, trials),
        "skew": lambda: skew_accuracy.measure(folder, nginx, quick),
        "drift": lambda: drift_accuracy.measure(folder, quick),
        "slate": lambda: slate_accuracy.measure(folder, quick),
        "faults": lambda: fault_times.measure(clip, folder, nginx, trials),
        "replay": lambda: replay.measure(0.25 if quick else 8),
        "probe-cost": lambda: probe_cost.measure(full_hd, folder, nginx, min(pairs, 4), seconds),
        "crowd": lambda: probe_crowd.measure(full_hd, folder, nginx, 40, 2 * seconds),
        "recovery": lambda: recovery.measure(clip, folder, nginx, trials),
    }


if __name__ == "__main__":
    main()
