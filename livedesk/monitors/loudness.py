"""How loud is a stretch of decoded sound?"""

from __future__ import annotations

from math import log10
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

QUIET_DBFS: Final = -120.0


def peak_dbfs(samples: NDArray[Any]) -> float:
    """The highest sample against full scale, of any of the formats that decoders give.

    Floats are full at 1; whole numbers at the end of their range, unsigned ones around its middle.
    """
    if samples.dtype.kind == "f":
        full_scale = 1.0
    else:
        full_scale = float(2 ** (8 * samples.dtype.itemsize - 1))
        samples = samples.astype(np.float64) - (full_scale if samples.dtype.kind == "u" else 0.0)
    peak = float(np.abs(samples).max(initial=0.0)) / full_scale
    return max(QUIET_DBFS, 20 * log10(peak)) if peak > 0 else QUIET_DBFS
