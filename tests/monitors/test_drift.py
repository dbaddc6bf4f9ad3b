"""Drift: told only when it is there, with a forecast that holds, and not fooled by a step."""

from __future__ import annotations

import random

import pytest

from livedesk.monitors.drift import Drift


def fill(drift: Drift, seconds: int, ppm: float, start_ms: float = 0, noise_ms: float = 0) -> None:
    chance = random.Random(3)
    for t_s in range(0, seconds, 2):
        drift.add(1e6 + t_s, start_ms + t_s * ppm / 1_000 + chance.gauss(0, noise_ms))


def test_nothing_is_said_before_a_minute() -> None:
    drift = Drift()
    fill(drift, 58, ppm=500)
    assert drift.slope_ppm() is None


@pytest.mark.parametrize("noise_ms", [0, 1, 5])
def test_no_drift_is_not_called_one(noise_ms: float) -> None:
    drift = Drift()
    fill(drift, 3_600, ppm=0, noise_ms=noise_ms)
    assert drift.slope_ppm() is None
    assert drift.forecast_s(10, 200) is None


@pytest.mark.parametrize("ppm", [50.0, -50.0])
def test_the_forecast_names_the_time_to_the_limit_on_its_side(ppm: float) -> None:
    drift = Drift()
    fill(drift, 600, ppm=ppm, noise_ms=1)
    now_ms = 600 * ppm / 1_000
    left_s = (200 - abs(now_ms)) / 50 * 1_000
    assert drift.forecast_s(now_ms, 200) == pytest.approx(left_s, rel=0.05)


def test_beyond_the_limit_there_is_no_time_left() -> None:
    drift = Drift()
    fill(drift, 600, ppm=500)
    assert drift.forecast_s(230, 200) == 0


def test_a_moved_delay_is_a_step_and_not_a_drift() -> None:
    drift = Drift()
    fill(drift, 300, ppm=0, noise_ms=0.5)
    for t_s in range(300, 600, 2):
        drift.add(1e6 + t_s, 150.0)
    assert drift.slope_ppm() is None
