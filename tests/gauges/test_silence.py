"""How long may it be silent? By what is usual for this source, and not by its faults."""

from __future__ import annotations

import random

import pytest

from livedesk.core.clock import NS_PER_MS
from livedesk.gauges.silence import FAR_FLOOR_MS, Silence, is_near


class Source:
    """Sends, pauses and counts how often its pauses were silence."""

    def __init__(self, near: bool = True) -> None:
        self.silence = Silence(200, near)
        self.now_ms = 1_000.0
        self.stalls = 0
        self.send()

    def send(self) -> None:
        self.silence.message(round(self.now_ms * NS_PER_MS))

    def gap(self, ms: float) -> None:
        self.stalls += ms > self.silence.limit_ms
        self.now_ms += ms
        self.send()

    def flow(self, seconds: float, spacing_ms: float = 13.0) -> None:
        for _ in range(round(seconds * 1000 / spacing_ms)):
            self.gap(spacing_ms)

    def bursts(self, count: int, every_ms: float) -> None:
        for _ in range(count):
            self.gap(every_ms)
            for _ in range(14):
                self.gap(0.2)


def test_a_steady_source_has_the_least_limit() -> None:
    source = Source()
    source.flow(10)
    assert source.silence.limit_ms == 200
    assert source.silence.usual_ms == pytest.approx(13, rel=0.06)


def test_a_source_from_afar_gets_the_time_of_a_lost_packet() -> None:
    source = Source(near=False)
    source.flow(10)
    assert source.silence.limit_ms == FAR_FLOOR_MS


def test_a_slow_source_gets_three_times_its_spacing() -> None:
    source = Source()
    source.flow(30, spacing_ms=200)
    assert source.silence.limit_ms == pytest.approx(600, rel=0.06)


def test_an_encoder_that_sends_in_bursts_never_stalls() -> None:
    source = Source()
    source.bursts(600, every_ms=500)
    assert source.stalls == 0
    assert source.silence.limit_ms == pytest.approx(1_500, rel=0.06)


def test_an_encoder_that_turns_to_bursts_is_learned() -> None:
    source = Source()
    source.flow(120)
    source.bursts(200, every_ms=500)
    assert source.stalls <= 90
    before = source.stalls
    source.bursts(200, every_ms=500)
    assert source.stalls == before


def test_an_outage_teaches_nothing() -> None:
    source = Source()
    source.flow(30)
    source.gap(40_000)
    source.flow(1)
    assert source.silence.limit_ms == 200


def test_a_second_good_and_a_second_bad_stays_a_fault() -> None:
    source = Source()
    source.flow(10)
    for _ in range(60):
        source.flow(1)
        source.gap(1_000)
    assert source.stalls == 60
    assert source.silence.limit_ms == 200


def test_gaps_that_belong_to_a_bad_path_are_learned_with_a_margin() -> None:
    source, chance = Source(near=False), random.Random(3)
    for _ in range(6_000):
        source.gap(chance.expovariate(1 / 40))
    settled = source.stalls
    for _ in range(6_000):
        source.gap(chance.expovariate(1 / 40))
    assert source.stalls - settled <= 1
    assert 300 < source.silence.limit_ms < 700


def test_old_habits_are_forgotten() -> None:
    source = Source()
    source.bursts(240, every_ms=500)
    source.flow(240)
    assert source.silence.limit_ms == 200


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.7", True),
        ("10.2.3.4", True),
        ("fe80::1%eth0", True),
        ("::ffff:192.168.1.7", True),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("2a00:1450::1", False),
        ("?", False),
    ],
)
def test_who_is_near(address: str, near: bool) -> None:
    assert is_near(address) is near
