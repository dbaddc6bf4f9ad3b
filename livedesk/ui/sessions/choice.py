"""What was chosen for the export before, so that the next one begins with it?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from livedesk.core.records import EXPORT_FORMATS, Edition, ExportFormat
from livedesk.ui.layouts import Layouts

_FOLDER: Final = "export.folder"
_FORMATS: Final = "export.formats"


@dataclass
class ExportChoice:
    """Folder and formats outlive the console. For whom is asked anew after a start: what is for
    people of the house is not to go to a brand out of habit, nor the other way round."""

    folder: Path
    formats: tuple[ExportFormat, ...] = ("pdf", "xlsx")
    edition: Edition = "full"

    def take(self, layouts: Layouts) -> None:
        """As it was left. A folder that is gone since is told of when something is to go there."""
        folder = "".join(layouts.names(_FOLDER)[:1])
        if Path(folder).is_absolute():
            self.folder = Path(folder)
        kept = layouts.names(_FORMATS)
        self.formats = tuple(fmt for fmt in EXPORT_FORMATS if fmt in kept) or self.formats

    def keep(self, layouts: Layouts) -> None:
        layouts.keep_names(_FOLDER, (str(self.folder),))
        layouts.keep_names(_FORMATS, self.formats)
