"""Runs every benchmark and prints one table (about five minutes; `--quick` for a look)."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import goodput, probe_cost, recovery, relay_cost, relay_delay
from benchmarks.media import make_clip
from benchmarks.rows import Row, table
from tests.peers.peers import NginxRtmp, nginx_running


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one pair, few seconds, few trials")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = make_clip(folder, 20 if quick else 60)
        with nginx_running(folder / "nginx") as nginx:
            rows = [row for bench in _benches(clip, folder, nginx, quick) for row in bench()]
    print(table(rows))


def _benches(
    clip: Path, folder: Path, nginx: NginxRtmp, quick: bool
) -> list[Callable[[], list[Row]]]:
    pairs, seconds = (1, 8.0) if quick else (5, 20.0)
    return [
        lambda: relay_cost.measure(clip, folder, nginx, pairs, seconds),
        lambda: relay_delay.measure(folder, 300 if quick else 3000),
        lambda: goodput.measure(clip, folder, nginx, 1 if quick else 5),
        lambda: probe_cost.measure(clip, folder, nginx, seconds),
        lambda: recovery.measure(clip, folder, nginx, 1 if quick else 5),
    ]


if __name__ == "__main__":
    main()
