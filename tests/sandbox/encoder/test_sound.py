"""The sandbox's sound, where something is to be wrong with it."""

from __future__ import annotations

import numpy as np

from livedesk.sandbox.encoder import sound


def test_clipped_sound_stays_at_full_scale_for_many_samples_and_never_beyond() -> None:
    good = sound.block(sound.RATE_HZ, 4_800)
    bad = sound.clipped(good)
    assert np.abs(good).max() < 0.9
    assert np.abs(bad).max() == 1.0
    assert np.count_nonzero(np.abs(bad) == 1.0) > bad.size // 2
