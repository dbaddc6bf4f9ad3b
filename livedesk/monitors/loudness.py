"""How loud is a stretch of decoded sound? Levels against full scale, whatever form it came in."""

from __future__ import annotations

from math import log10
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

QUIET_DBFS: Final = -120.0


def at_full_scale_one(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Samples of any of the formats that decoders give, as floats with full scale at ±1.

    Whole numbers are full at the end of their range, unsigned ones around its middle.
    """
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False)
    full_scale = float(2 ** (8 * samples.dtype.itemsize - 1))
    middle = full_scale if samples.dtype.kind == "u" else 0.0
    return ((samples.astype(np.float64) - middle) / full_scale).astype(np.float32)


def dbfs(size: float) -> float:
    """A sample's size against full scale; never less than QUIET_DBFS."""
    return max(QUIET_DBFS, 20 * log10(size)) if size > 0 else QUIET_DBFS
