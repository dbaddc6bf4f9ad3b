"""Is there a screen that a window could be shown on? Qt aborts the process when there is none."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def has_display(environ: Mapping[str, str]) -> bool:
    """Only Linux can be without one; who names a Qt platform is taken at their word."""
    asks = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(environ.get(name) for name in asks)
