"""How are the console's sounds made? From sine tones, so that anybody can make them again.

Calm, distinct and short: attention without alarm bells. What differs is the melody, so that they
are told apart at any volume: high priority rises twice and comes again, medium rises once, low is
one tone, and the end of an alarm falls. Pulses begin softly (20 ms), as IEC 60601-1-8 asks, so that
nobody starts. Run: python -m tools.make_sounds
"""

from __future__ import annotations

import argparse
import io
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent.parent / "livedesk" / "ui" / "sounds"
RATE_HZ = 22_050
PEAK = 0.5
"""Of full scale: below the loudness of speech in the room."""
RISE_S = 0.02
PARTIALS = ((1, 1.0), (2, 0.35), (3, 0.12), (4, 0.05))
"""Multiples of a tone's pitch, and how strong: several are heard in noise better than one."""

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tone:
    """One struck tone, which fades by itself."""

    at_s: float
    pitch_hz: float
    length_s: float


C5, E5, G5, A5 = 523.25, 659.26, 783.99, 880.0

MELODIES: dict[str, tuple[Tone, ...]] = {
    "high": (
        Tone(0.00, E5, 0.28),
        Tone(0.16, G5, 0.28),
        Tone(0.32, A5, 0.45),
        Tone(0.80, E5, 0.28),
        Tone(0.96, G5, 0.28),
        Tone(1.12, A5, 0.55),
    ),
    "medium": (Tone(0.0, E5, 0.30), Tone(0.2, A5, 0.55)),
    "low": (Tone(0.0, E5, 0.45),),
    "over": (Tone(0.0, G5, 0.30), Tone(0.2, C5, 0.60)),
}


def sound(tones: Sequence[Tone]) -> Samples:
    """The samples of a melody, at most PEAK."""
    length_s = max(tone.at_s + tone.length_s for tone in tones)
    mixed = np.zeros(round(length_s * RATE_HZ))
    for tone in tones:
        struck = _struck(tone)
        begin = round(tone.at_s * RATE_HZ)
        mixed[begin : begin + struck.size] += struck[: mixed.size - begin]
    loudest = np.abs(mixed).max()
    return np.asarray(mixed / loudest * PEAK)


def _struck(tone: Tone) -> Samples:
    at_s = np.arange(round(tone.length_s * RATE_HZ)) / RATE_HZ
    wave_form = sum(
        share * np.sin(2 * np.pi * tone.pitch_hz * multiple * at_s) for multiple, share in PARTIALS
    )
    rise = np.minimum(1.0, at_s / RISE_S)
    left = np.clip((tone.length_s - at_s) / tone.length_s, 0.0, 1.0)
    return np.asarray(wave_form * rise * left**2)


def wav(samples: Samples) -> bytes:
    """As a WAV file: mono, 16 bit."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.round(samples * 32_767).astype("<i2").tobytes())
    return buffer.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for name, tones in MELODIES.items():
        (folder / f"{name}.wav").write_bytes(wav(sound(tones)))


if __name__ == "__main__":
    main()
