"""An encoder's clocks gone wrong: what its messages are stamped with then."""

from __future__ import annotations

from livedesk.rtmp.messages import AUDIO, TIMESTAMP_MODULUS, VIDEO, Message
from livedesk.sandbox.encoder.stamps import Stamps


def _sent(stamps: Stamps, kind: int, stamp_ms: int) -> int:
    return stamps.stamped(Message(kind, 0, stamp_ms, b"x")).timestamp_ms


def test_a_jump_moves_both_tracks_and_wraps() -> None:
    stamps = Stamps()
    assert _sent(stamps, VIDEO, 5_000) == 5_000
    stamps.jump(-10_000)
    assert _sent(stamps, VIDEO, 6_000) == TIMESTAMP_MODULUS - 4_000
    assert _sent(stamps, AUDIO, 12_000) == 2_000
    stamps.jump(3_600_000)
    assert _sent(stamps, VIDEO, 13_000) == 3_603_000


def test_the_sounds_clock_runs_off_and_keeps_what_it_gained_until_it_is_set_right() -> None:
    stamps = Stamps()
    _sent(stamps, AUDIO, 0)
    stamps.audio_ppm = 1_000
    gained = [_sent(stamps, AUDIO, at_ms) - at_ms for at_ms in range(100, 60_001, 100)]
    assert gained[-1] == 60
    assert _sent(stamps, VIDEO, 60_000) == 60_000
    stamps.audio_ppm = 0
    assert _sent(stamps, AUDIO, 90_000) == 90_060
    stamps.set_right()
    assert _sent(stamps, AUDIO, 91_000) == 91_000


def test_the_sounds_clock_counts_on_across_the_wrap() -> None:
    stamps = Stamps()
    stamps.audio_ppm = 1_000
    _sent(stamps, AUDIO, TIMESTAMP_MODULUS - 5_000)
    assert _sent(stamps, AUDIO, 5_000) == 5_010


def test_a_restart_begins_at_zero_whatever_was_wrong_before() -> None:
    stamps = Stamps()
    stamps.jump(77_000)
    stamps.restart_at(Message(VIDEO, 0, 40_000, b"key"))
    assert _sent(stamps, VIDEO, 40_000) == 0
    assert _sent(stamps, AUDIO, 40_021) == 21
