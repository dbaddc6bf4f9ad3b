"""Broken and hostile streams through the real probe process: an end or an error line, never more.

What is broken is drawn from seeds, so that a case that fails can be had again.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from livedesk.core.secrets import Secret
from livedesk.monitors.probe.job import ProbeJob, job_line
from livedesk.monitors.probe.lines import EventLine, SampleLine, parse_line
from livedesk.monitors.probe.link import PROBE_COMMAND
from tests.monitors.probe.conftest import Media, Tag, joined, read_tags, with_size, write_tags

LIMIT_S = 30.0
_ENDS = {"probe.ended", "probe.lost", "probe.out_of_memory"}


_ONE_AFTER_ANOTHER = """
import sys, threading
from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.outbox import Outbox
from livedesk.monitors.probe.process import keep_reading, limit_memory
from livedesk.monitors.probe.teller import Teller

limit_memory()
outbox, clock = Outbox(sys.stdout.buffer), SystemClock()
outbox.start()
for path in sys.argv[1:]:
    job = ProbeJob(Secret(path), pace="at_once", once=True)
    keep_reading(job, Teller(job, outbox, clock), threading.Event(), clock)
outbox.close(5)
"""


def ended(command: Sequence[str], task: bytes = b"") -> tuple[int, list[EventLine | SampleLine]]:
    """Status and lines of a process. Fails when it hangs, or ends with a traceback."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        hanging = threading.Timer(LIMIT_S, process.kill)
        hanging.start()
        process.stdin.write(task)
        process.stdin.flush()  # and left open: a probe ends when it closes
        said = process.stdout.read()
        complaint = process.stderr.read()
        status = process.wait()
        assert hanging.is_alive(), "the probe hangs"
        hanging.cancel()
        hanging.join()
    assert b"Traceback" not in complaint
    lines = map(parse_line, said.splitlines())
    return status, [line for line in lines if isinstance(line, EventLine | SampleLine)]


def ends(lines: list[EventLine | SampleLine]) -> int:
    return sum(isinstance(line, EventLine) and line.event in _ENDS for line in lines)


def measure(source: Path) -> list[EventLine | SampleLine]:
    """What the probe says of a file.

    A crash inside libav is what the process is for; it shows as a negative status.
    """
    job = ProbeJob(Secret(str(source)), pace="at_once", once=True)
    status, lines = ended(PROBE_COMMAND, job_line(job))
    assert status < 0 or ends(lines), status
    return lines


def measure_all(sources: list[Path]) -> None:
    """The same for many files in one process, most of whose time is its start. What crashes it is
    left out, and another one goes on."""
    while sources:
        command = [sys.executable, "-P", "-c", _ONE_AFTER_ANOTHER]
        status, lines = ended([*command, *map(str, sources)])
        assert status < 0 or ends(lines) == len(sources), status
        sources = sources[ends(lines) + 1 :]


def samples_of(lines: list[EventLine | SampleLine]) -> list[SampleLine]:
    return [line for line in lines if isinstance(line, SampleLine)]


def errors(lines: list[EventLine | SampleLine]) -> int:
    return max(line.probe.decode_errors for line in samples_of(lines))


def flipped(data: bytes, chance: random.Random, share: float = 0.01) -> bytes:
    out = bytearray(data)
    for at in chance.sample(range(len(out)), round(len(out) * share)):
        out[at] ^= 1 << chance.randrange(8)
    return bytes(out)


def anywhere(source: Path, path: Path, chance: random.Random) -> Path:
    path.write_bytes(flipped(source.read_bytes(), chance))
    return path


def in_payloads(source: Path, path: Path, chance: random.Random) -> Path:
    """The container stays whole, so that decoders get what is broken."""
    return write_tags(path, [(k, at, flipped(load, chance)) for k, at, load in read_tags(source)])


def cut(source: Path, path: Path, chance: random.Random) -> Path:
    data = source.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])
    return path


def shuffled(source: Path, path: Path, chance: random.Random) -> Path:
    tags = read_tags(source)
    swaps = [(chance.randrange(len(tags)), chance.randrange(len(tags))) for _ in range(20)]
    for a, b in swaps:
        tags[a], tags[b] = tags[b], tags[a]
    return write_tags(path, tags)


MUTATIONS = (anywhere, in_payloads, cut, shuffled)


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_damage(media: Media, tmp_path: Path, mutate: Callable[..., Path]) -> None:
    measure(mutate(media.main, tmp_path / "damaged.flv", random.Random(1)))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutate", MUTATIONS)
def test_much_damage(media: Media, tmp_path: Path, mutate: Callable[..., Path]) -> None:
    measure_all(
        [
            mutate(media.main, tmp_path / f"damaged{seed}.flv", random.Random(seed))
            for seed in range(2, 27)
        ]
    )


@pytest.mark.parametrize(
    ("columns", "rows", "crop"), [(1_024, 1_024, None), (1_024, 512, None), (1, 1, 8)]
)
def test_absurd_sizes_cost_the_picture_and_not_the_measuring(
    media: Media, tmp_path: Path, columns: int, rows: int, crop: int | None
) -> None:
    """16384×16384, 16384×8192 and 0×0."""
    lines = measure(with_size(media.flv, tmp_path / "absurd.flv", columns, rows, crop))
    last = samples_of(lines)[-1]
    assert (last.picture.state, last.sound.state) == ("unknown", "ok")
    assert last.feed.fps == pytest.approx(30, abs=0.2)


def test_an_absurd_size_in_mid_stream(media: Media, tmp_path: Path) -> None:
    absurd = with_size(media.flv, tmp_path / "absurd.flv", 1_024, 512)
    lines = measure(joined(tmp_path / "turns.flv", media.main, absurd))
    assert errors(lines) > 0


def small(kind: int, start: bytes, count: int) -> list[Tag]:
    return [(kind, 0, start + b"x" * (n % 3)) for n in range(count)]


@pytest.mark.parametrize(
    "strange",
    [
        [(9 - n % 2, 0, b"") for n in range(1_000)],
        small(9, b"\x27\x01\0\0\0", 10_000),
        small(8, b"\xaf\x01", 10_000),
    ],
    ids=["empty", "tiny pictures", "tiny sounds"],
)
def test_tiny_packets(media: Media, tmp_path: Path, strange: list[Tag]) -> None:
    tags = read_tags(media.flv)
    lines = measure(write_tags(tmp_path / "tiny.flv", [*tags[:4], *strange, *tags[4:]]))
    last = samples_of(lines)[-1]
    assert last.feed.fps == pytest.approx(30, abs=1)
    assert last.sound.state == "ok"
