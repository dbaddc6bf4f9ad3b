"""What does it cost to export a long show? In a process of its own, as the engine does it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.rows import Row
from tests.journal.big import FULL, Size, make_big

_SETS = (("csv", "xlsx", "html"), ("jsonl",), ("parquet",), ("pdf",), ("vtt", "edl"))

_CHILD = """
import re, resource, sys
from pathlib import Path
from livedesk.journal.exports.export import export
export(Path(sys.argv[1]), sys.argv[3].split(","), Path(sys.argv[2]))
of_us = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
of_children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(max(of_us, of_children) / 1024)
"""
"""Both are in KiB (proc(5), getrusage(2)). `ru_maxrss` of a process that was just started still has
the peak of the one that started it. The page is drawn as PDF by a child of the child."""


def measure(folder: Path, size: Size = FULL) -> Iterator[Row]:
    session = make_big(folder / "big" / "20261122T053754Z.livedesk", size)
    what = f"{size.hours:g} h, {size.pins:,} pins, {size.items:,} comments"
    for formats in _SETS:
        took_s, peak_mb = _exported(session, folder / "out", formats)
        limit = "≤ 20 s, ≤ 300 MB" if len(formats) == 3 else "–"
        yield Row(
            f"export to {', '.join(formats)} ({what})",
            f"{took_s:.1f} s, {peak_mb:.0f} MB",
            goal=limit,
        )


def _exported(session: Path, out: Path, formats: Sequence[str]) -> tuple[float, float]:
    """Seconds, and the most memory at a time, in MiB."""
    begun_s = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-c", _CHILD, str(session), str(out), ",".join(formats)],
        check=True,
        capture_output=True,
        text=True,
    )
    return time.monotonic() - begun_s, float(said.stdout)
