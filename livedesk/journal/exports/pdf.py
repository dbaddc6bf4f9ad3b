"""How does a page become a PDF: the same bytes each time, and nothing fetched?

WeasyPrint draws in a process of its own: it takes its dates and those of the fonts that it embeds
from SOURCE_DATE_EPOCH (reproducible-builds.org), which nobody may set in a process that does other
things as well, and its memory goes back when the page is drawn.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from livedesk.core.system_packages import PAPER, install_command, missing
from livedesk.journal.errors import JournalError

PATIENCE_S: Final = 300.0
"""A page of a long show takes some 10 s; on a machine that is busy with a show, several times so
many."""

_POLL_S: Final = 0.2
_NOTHING_TO_DRAW_WITH: Final = 3
_SCREEN_ONLY: Final = re.compile(r"<!--screen-->.*?<!--/screen-->", re.DOTALL)
"""What the style sheet keeps off paper anyway; seconds go by until it is hidden."""

_WRITTEN: Final = re.compile(r'<meta name="dcterms\.created" content="([^"]{1,40})">')


class PdfUnavailableError(JournalError):
    """This machine cannot draw a PDF, or this page could not be drawn; every other format can."""


class NothingToDrawWithError(PdfUnavailableError):
    """A library is not installed; the text says which, and how to get it."""


def nobody_waits() -> None:
    """For who does not want to stop it."""


def write_pdf(html: str, path: Path, while_waiting: Callable[[], None] = nobody_waits) -> None:
    """Print a page. It is dated as its `dcterms.created` says, so equal pages are equal files.

    `path` appears when it is whole. `while_waiting` is called some times a second; what it raises
    ends the printing. Raises PdfUnavailableError with what is to be installed.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        _print(html, beside, while_waiting)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def unavailable() -> str | None:
    """Why no PDF can be drawn here and what to do, or None. For the doctor, before a show."""
    if absent := missing(PAPER):
        names = ", ".join(need.name for need in absent)
        return f"PDFs need {names}: {install_command(absent)}"
    return None


def require() -> None:
    """Raises NothingToDrawWithError, before anything is written."""
    if (why := unavailable()) is not None:
        raise NothingToDrawWithError(f"{why}. The html format holds the same page.")


def _print(html: str, target: Path, while_waiting: Callable[[], None]) -> None:
    with tempfile.TemporaryFile() as page, tempfile.TemporaryFile() as said:
        page.write(html.encode("utf-8", "replace"))
        page.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-m", "livedesk.journal.exports.pdf", str(target)],
            stdin=page,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={**os.environ, "SOURCE_DATE_EPOCH": str(_dated_s(html))},
        )
        try:
            code = _wait(child, while_waiting)
        finally:
            child.kill()
            child.wait()
        if code:
            said.seek(0)
            _complain(code, said.read().decode("utf-8", "replace"))


def _wait(child: subprocess.Popen[bytes], while_waiting: Callable[[], None]) -> int:
    for _ in range(round(PATIENCE_S / _POLL_S)):
        with suppress(subprocess.TimeoutExpired):
            return child.wait(_POLL_S)
        while_waiting()
    raise PdfUnavailableError(
        f"The PDF was not drawn within {PATIENCE_S:,.0f} s and was given up; "
        "export html and print that, or try again when the machine is less busy."
    )


def _complain(code: int, said: str) -> None:
    last = said.strip().rpartition("\n")[2][:300]
    if code == _NOTHING_TO_DRAW_WITH:
        raise NothingToDrawWithError(
            unavailable()
            or f"PDFs need a library that is not here: {last}. "
            f"On Debian and Ubuntu: {install_command(PAPER)}"
        )
    why = f"it ended by signal {-code}" if code < 0 else last or f"it ended with {code}"
    raise PdfUnavailableError(
        f"The PDF could not be drawn: {why}. The html format holds the same page."
    )


def _dated_s(html: str) -> int:
    """Seconds since 1970 of the page's own date; a page without one is of 1980, as in a ZIP."""
    found = _WRITTEN.search(html)
    with suppress(ValueError, OverflowError):
        return max(0, int(datetime.fromisoformat(found[1] if found else "").timestamp()))
    return 315_532_800


def draw(html: str, path: Path) -> None:
    """Within the child: WeasyPrint takes what it needs from the page alone."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    page = HTML(
        string=_SCREEN_ONLY.sub("", html), url_fetcher=URLFetcher(allowed_protocols=("data",))
    )
    page.write_pdf(path, pdf_identifier=sha256(html.encode()).digest()[:16], pdf_tags=True)


def main() -> int:
    html = sys.stdin.buffer.read().decode("utf-8")
    try:
        draw(html, Path(sys.argv[1]))
    except (ImportError, OSError) as error:
        # cffi raises an OSError for a library that cannot be loaded.
        sys.stderr.write(f"{error}\n")
        is_library = isinstance(error, ImportError) or "cannot load library" in str(error)
        return _NOTHING_TO_DRAW_WITH if is_library else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
