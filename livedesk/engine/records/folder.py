"""Where does the engine put files that windows hand in or fetch? Into folders of its own."""

from __future__ import annotations

import shutil
from pathlib import Path


def emptied(folder: Path) -> None:
    """For this user only, and without what an earlier engine left in it. Blocks."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
