"""`python -m livedesk.journal.worker`: long reads of the record, in a process of their own.

The order comes as one line on standard input (`journal/work.py`), what comes of it as lines on
standard output. It ends with standard input: who ordered it is gone then. So that a show notices
nothing, it takes what others leave of the processor, has a limit of memory, and is what the system
ends first when memory is short.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from livedesk.core.records import ExportedFile, ExportFormat
from livedesk.journal.errors import JournalError
from livedesk.journal.exports.options import ExportOptions, OrdersFile
from livedesk.journal.exports.watch import Watch
from livedesk.journal.work import (
    Evidence,
    ExportWork,
    Figures,
    Line,
    Made,
    OrdersRead,
    OrdersWork,
    SummaryWork,
    Told,
    Trouble,
    Work,
    read_work,
    told_line,
)

MEMORY_MB: Final = 3_072
"""Address space, of which libraries reserve more than they use."""
NICE: Final = 10
_TELL_EVERY_S: Final = 0.2
_OOM_SCORE: Final = "800"

_FOLDERS: Final[tuple[ExportFormat, ...]] = ("csv", "parquet")
"""Formats of many files that are of use together only; they are handed out as archives."""

Tell = Callable[[Line], None]


class DiskLowError(JournalError):
    """Going on would take space that the record of a show needs."""


def main() -> int:
    order, answers = _own_pipes()
    _step_back()

    def tell(line: Line) -> None:
        answers.write(told_line(line))
        answers.flush()

    try:
        work = read_work(order.readline())
    except msgspec.MsgspecError as error:
        tell(Trouble(f"The order of this work makes no sense: {error}."))
        return 1
    _end_with(order)
    try:
        tell(_answer(work, tell))
    except (JournalError, OSError) as error:
        tell(Trouble(_sentence(error)))
        return 1
    except MemoryError:
        tell(Trouble(f"It needs more than the {MEMORY_MB} MB of memory that it may have."))
        return 1
    return 0


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        where = f" ({Path(str(error.filename)).name})" if error.filename else ""
        return f"{error.strerror or error}{where}."
    return str(error)


def _answer(work: Work, tell: Tell) -> Line:
    match work:
        case ExportWork():
            return export_all(work, tell)
        case SummaryWork():
            return _figures(work)
        case OrdersWork():
            return _orders(work)


def _figures(work: SummaryWork) -> Figures:
    from livedesk.journal.fold.figures import session_figures
    from livedesk.journal.fold.summary import summarise
    from livedesk.journal.reader import SessionReader

    with SessionReader.open(Path(work.session)) as reader:
        return Figures(session_figures(reader, summarise(reader)))


def _orders(work: OrdersWork) -> OrdersRead:
    """What a person says of the columns is remembered as soon as orders can be joined by it."""
    from livedesk.journal.commerce.mapping import MappingFile
    from livedesk.journal.commerce.reading import read_orders

    path, known = Path(work.path), MappingFile(Path(work.columns_file))
    read = read_orders(path, work.mapping, work.name)
    if work.mapping is not None:
        if not read.missing:
            known.keep(read.columns, read.mapping)
    elif (kept := known.find(read.columns)) is not None and kept != read.mapping:
        read = read_orders(path, kept, work.name)
    return OrdersRead(read.told(work.id))


def export_all(work: ExportWork, tell: Tell) -> Made:
    """A session that cannot be read leaves the others theirs. Raises JournalError where nothing
    came of any."""
    out = Path(work.out)
    made: list[ExportedFile] = []
    problems: list[str] = []
    for place, session in enumerate(map(Path, work.sessions)):
        watch = Progress(tell, place, len(work.sessions), out, work.floor_bytes)
        try:
            made += _export_one(work, session, out, watch)
        except DiskLowError:
            raise
        except (JournalError, OSError) as error:
            where, what = f"{session.parent.name} {session.stem}", _sentence(error)
            problems.append(f"{where}: {what}".replace(f"{session.parent}{os.sep}", ""))
    if not made:
        raise JournalError(" ".join(problems))
    return Made(tuple(made), " ".join(problems) or None)


def _export_one(work: ExportWork, session: Path, out: Path, watch: Watch) -> list[ExportedFile]:
    from livedesk.journal.exports.export import export
    from livedesk.journal.exports.formats import ONE_FILE

    orders = work.orders
    options = ExportOptions(
        work.edition,
        None if orders is None else OrdersFile(Path(orders.path), orders.mapping),
        work.start_timecode,
    )
    packed = (*_FOLDERS, "edl") if work.single else _FOLDERS
    formats = [ONE_FILE[name] if name in packed else name for name in work.formats]
    with tempfile.TemporaryDirectory(prefix=".making-", dir=out) as making:
        paths = export(session, formats, Path(making), options, watch) if formats else []
        if work.evidence is not None:
            paths.append(_evidence(work.evidence, session, Path(making), options, watch))
        return [_handed_out(path, session, out) for path in paths]


def _evidence(
    evidence: Evidence, session: Path, out: Path, options: ExportOptions, watch: Watch
) -> Path:
    from livedesk.journal.evidence.pack import pack_evidence
    from livedesk.journal.evidence.stretch import stretch_at

    stretch = stretch_at(session, evidence.from_utc_ns, evidence.to_utc_ns)
    return pack_evidence(session, stretch, evidence.reason, out, options, watch)


def _handed_out(path: Path, session: Path, out: Path) -> ExportedFile:
    """Two stores may have begun in the same second, so the store is in the name."""
    name = f"{session.parent.name}-{path.name}"
    path.replace(out / name)
    return ExportedFile(name, (out / name).stat().st_size)


class Progress:
    """Tells how far one of several sessions has come, and stops when the disk gets short."""

    def __init__(self, tell: Tell, place: int, count: int, out: Path, floor_bytes: int) -> None:
        self._tell = tell
        self._place = place
        self._count = count
        self._out = out
        self._floor_bytes = floor_bytes
        self._told_s = -_TELL_EVERY_S

    def told(self, done: float, doing: str) -> None:
        """Raises DiskLowError."""
        now_s = time.monotonic()
        if now_s - self._told_s < _TELL_EVERY_S:
            return
        self._told_s = now_s
        if shutil.disk_usage(self._out).free < self._floor_bytes:
            raise DiskLowError(
                "The disk is nearly full, and what is left is for the record of the show. "
                "Free some space, then export again."
            )
        of_all = f" ({self._place + 1} of {self._count})" if self._count > 1 else ""
        share = (self._place + min(1.0, max(0.0, done))) / self._count
        self._tell(Told(share, f"{doing}{of_all}"))


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Answers go where libraries that print cannot: what these say is for the log."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers


def _step_back() -> None:
    """What a system does not offer is no reason not to work."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        os.nice(NICE)
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
        limit = MEMORY_MB << 20
        with contextlib.suppress(ValueError, OSError):  # a lower one is set already
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _end_with(order: BinaryIO) -> None:
    """A thread that waits for the end of standard input and then ends all that was started.

    It reads past Python's buffer, whose lock nobody may hold when the process ends by itself.
    """
    handle = order.fileno()

    def wait() -> None:
        while os.read(handle, 4_096):
            pass
        if sys.platform != "win32" and os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, name="standard input", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
