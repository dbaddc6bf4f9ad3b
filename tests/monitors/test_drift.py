"""Drift: told only when it is there, with a forecast that holds, and not fooled by a step."""

from __future__ import annotations

import random

import pytest

from livedesk.monitors.drift import Drift, Trend


def fill(drift: Drift, seconds: int, ppm: float, noise_ms: float = 0, seed: int = 3) -> None:
    """Medians as the meter gives them: one each 2 s, to half a millisecond."""
    chance = random.Random(seed)
    for t_s in range(0, seconds, 2):
        skew_ms = t_s * ppm / 1_000 + chance.gauss(0, noise_ms)
        drift.add(1e6 + t_s, round(skew_ms * 2) / 2)


def trend_after(seconds: int, ppm: float, noise_ms: float = 0, seed: int = 3) -> Trend:
    drift = Drift()
    fill(drift, seconds, ppm, noise_ms, seed)
    assert drift.trend is not None
    return drift.trend


def test_nothing_is_said_before_a_minute() -> None:
    drift = Drift()
    fill(drift, 58, ppm=500)
    assert (drift.trend, drift.kind) == (None, None)


@pytest.mark.parametrize("noise_ms", [0, 1, 2])
def test_no_drift_is_never_called_one_in_two_hours(noise_ms: float) -> None:
    drift, chance, kinds = Drift(), random.Random(5), set()
    for t_s in range(0, 7_200, 2):
        drift.add(t_s, round(chance.gauss(0, noise_ms) * 2) / 2)
        kinds.add(drift.kind)
    assert kinds == {None, "fixed"}
    assert drift.trend is not None
    assert drift.trend.forecast(200) is None


@pytest.mark.parametrize("ppm", [20.0, -20.0, 50.0])
@pytest.mark.parametrize("noise_ms", [0, 1])
def test_ten_minutes_tell_the_slope_within_one_ppm(ppm: float, noise_ms: float) -> None:
    trend = trend_after(600, ppm, noise_ms)
    assert trend.kind == "drifting"
    assert trend.slope_ppm == pytest.approx(ppm, abs=1)
    assert trend.slope_error_ppm < 1.5


def test_the_truth_lies_within_the_error_that_is_given() -> None:
    trends = [trend_after(600, 20, noise_ms=0.5, seed=seed) for seed in range(40)]
    inside = sum(abs(trend.slope_ppm - 20) <= trend.slope_error_ppm for trend in trends)
    assert inside >= 36


@pytest.mark.parametrize("ppm", [20.0, -20.0])
def test_the_forecast_names_the_time_to_the_limit_on_its_side(ppm: float) -> None:
    forecast = trend_after(600, ppm, noise_ms=0.3).forecast(200)
    assert forecast is not None
    left_s, error_s = forecast
    truth_s = (200 - 600 * 0.02) / 0.02
    assert left_s == pytest.approx(truth_s, abs=300)
    assert abs(left_s - truth_s) <= error_s < 600


def test_beyond_the_limit_there_is_no_time_left() -> None:
    assert trend_after(600, ppm=500).forecast(200) == (0, 0)


def test_too_little_to_rule_out_a_drift_is_neither_fixed_nor_drifting() -> None:
    assert trend_after(70, ppm=8, noise_ms=2).kind is None


def test_a_moved_delay_is_a_fixed_offset_once_a_minute_has_shown_it_and_never_a_drift() -> None:
    drift, kinds = Drift(), []
    fill(drift, 300, ppm=0, noise_ms=0.5)
    for t_s in range(300, 1_200, 2):
        drift.add(1e6 + t_s, 150.0)
        kinds.append(drift.kind)
    assert (kinds[0], kinds[60], kinds[-1]) == (None, "fixed", "fixed")
    assert "drifting" not in kinds


def test_a_small_step_is_no_drift_either() -> None:
    drift, chance, kinds = Drift(), random.Random(9), set()
    for t_s in range(0, 7_200, 2):
        drift.add(t_s, chance.gauss(0, 0.4) + (8 if t_s > 900 else 0))
        kinds.add(drift.kind)
    assert kinds == {None, "fixed"}


def test_an_encoder_that_rounds_every_frame_down_is_a_drift_and_no_row_of_steps() -> None:
    trend = trend_after(120, ppm=-15_600)
    assert trend.kind == "drifting"
    assert trend.slope_ppm == pytest.approx(-15_600, rel=0.01)


def test_a_sender_that_was_repaired_is_fixed_again() -> None:
    drift, kinds = Drift(), []
    for t_s in range(0, 5_600, 2):
        drift.add(t_s, min(t_s, 1_800) * 0.03)
        kinds.append(drift.kind)
    assert (kinds[899], kinds[-1]) == ("drifting", "fixed")
