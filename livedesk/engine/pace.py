"""How does the engine's process stay quick while its threads work? Set once, by the process."""

from __future__ import annotations

import gc
import sys
from typing import Final

_SWITCH_S: Final = 0.0005
"""A thread that comes back from the disk has the interpreter after so long at the latest. An intent
needs several such turns on its way to the disk, and Python's own 5 ms (`sys.setswitchinterval`) is
a quarter of what a cue may take in all."""


def hand_over_quickly() -> None:
    sys.setswitchinterval(_SWITCH_S)


def keep_what_is_loaded() -> None:
    """Programs and settings stay to the end: the collector does not look through them again, which
    takes 25 ms and more, with everything else at a stand (`gc.freeze`)."""
    gc.collect()
    gc.freeze()
