"""How does a session file become files for others, all of a file or nothing of it?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from livedesk.journal.commerce.brand import for_brand
from livedesk.journal.commerce.joining import join
from livedesk.journal.commerce.stretches import pinned_skus
from livedesk.journal.commerce.values import Commerce
from livedesk.journal.errors import UnknownFormatError
from livedesk.journal.exports import files
from livedesk.journal.exports.formats import ALL
from livedesk.journal.exports.options import PLAIN, ExportOptions, OrdersFile
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.source import Source
from livedesk.journal.exports.watch import UNWATCHED, Watch
from livedesk.journal.fold.summary import Summary, summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import edited

FORMATS: Final = tuple(ALL)


def export(
    session_file: Path,
    formats: Sequence[str],
    out_dir: Path,
    options: ExportOptions = PLAIN,
    watch: Watch = UNWATCHED,
) -> list[Path]:
    """Write `formats` of a session, also of one that runs or crashed; returns the files.

    A format of several files is also there in one (`formats.ONE_FILE`). Each appears under its
    final name only when it is whole. The same session file gives the same bytes, whenever it is
    exported. Raises UnknownFormatError, ParquetUnavailableError and NothingToDrawWithError before
    anything is written, NotASessionError, NewerSessionError, OrderFileError, ExportFailedError (no
    room), and what `watch` raises.
    """
    wanted = tuple(dict.fromkeys(formats))
    unknown = [name for name in wanted if name not in ALL]
    if unknown or not wanted:
        asked = ", ".join(unknown) or "none"
        raise UnknownFormatError(f"No export format: {asked}. There are {', '.join(ALL)}.")
    for name in wanted:
        ALL[name].check()
    progress = Progress(watch, {name: ALL[name].cost_s for name in wanted})
    with files.in_words(out_dir), SessionReader.open(session_file) as reader:
        progress.reading(2 * reader.count_events() + reader.count_samples())
        summary, seal = summarise(reader, progress.through), reader.seal(progress.through)
        words = edited(reader, options.edition)
        sold = _commerce(reader, summary, options.orders)
        if sold is not None and words.is_brand:
            sold = for_brand(sold, words.edit)
        source = Source(reader, summary, words, progress, options, seal, sold)
        out_dir.mkdir(parents=True, exist_ok=True)
        written: list[Path] = []
        for name in wanted:
            progress.stage(f"Writing {name}", name, source.rows_of(name))
            written += ALL[name].write(source, out_dir / session_file.stem)
    progress.finished()
    return written


def _commerce(reader: SessionReader, summary: Summary, file: OrdersFile | None) -> Commerce | None:
    """Raises OrderFileError for a file in which there is no table."""
    if file is None:
        return None
    # What reads workbooks of others takes time to load, and most exports have none.
    from livedesk.journal.commerce.reading import read_orders

    orders = read_orders(file.path, file.mapping or None)
    return join(orders, summary, pinned_skus(reader))
