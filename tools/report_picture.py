"""What does the first sheet of a report look like? Of a session that was really recorded."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from livedesk.journal.errors import JournalError
from livedesk.journal.exports.export import export
from livedesk.journal.sessions import list_sessions

_DOTS_PER_INCH: Final = 96
_WAIT_S: Final = 60


class ReportPictureError(Exception):
    """The picture could not be taken; the text says why."""


def take_report(folder: Path, store: str, picture: Path) -> None:
    """Export the newest session of a store below `folder` and draw the first sheet of its PDF."""
    drawer = shutil.which("pdftoppm")
    if drawer is None:
        raise ReportPictureError("pdftoppm is missing: sudo apt-get install poppler-utils")
    newest = next(iter(list_sessions(folder / "data", store)), None)
    if newest is None:
        raise ReportPictureError(f"there is no session of {store}")
    try:
        [paper] = export(newest.path, ["pdf"], folder)
    except JournalError as error:
        raise ReportPictureError(str(error)) from error
    sheet = ["-png", "-r", str(_DOTS_PER_INCH), "-f", "1", "-l", "1", "-singlefile"]
    command = [drawer, *sheet, str(paper), str(picture.with_suffix(""))]
    subprocess.run(command, check=True, timeout=_WAIT_S)
    print(picture, flush=True)
