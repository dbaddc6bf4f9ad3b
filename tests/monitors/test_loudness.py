"""One loudness, whatever form a decoder gives the sound in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedesk.monitors.loudness import QUIET_DBFS, at_full_scale_one, dbfs

HALF_DBFS = pytest.approx(-6.02, abs=0.05)


def peak_dbfs(samples: NDArray[Any]) -> float:
    return dbfs(float(np.abs(at_full_scale_one(samples)).max(initial=0)))


@pytest.mark.parametrize(
    "samples",
    [
        np.array([[0.1, -0.5, 0.2]], np.float32),
        np.array([[100, -16_384, 5]], np.int16),
        np.array([[0, 2**30]], np.int32),
        np.array([[128, 64, 130]], np.uint8),
    ],
)
def test_half_of_full_scale(samples: NDArray[Any]) -> None:
    assert peak_dbfs(samples) == HALF_DBFS


def test_the_lowest_whole_number_is_full_scale() -> None:
    assert peak_dbfs(np.array([[-32_768]], np.int16)) == 0.0


@pytest.mark.parametrize("samples", [np.zeros((1, 9), np.float32), np.zeros((1, 0), np.int16)])
def test_silence_and_nothing_have_a_finite_level(samples: NDArray[Any]) -> None:
    assert peak_dbfs(samples) == QUIET_DBFS
