"""What does an order to the sandbox's control ask for? JSON read into checked values."""

from __future__ import annotations

from typing import Any, Final

from livedesk.core.events import Json
from livedesk.sandbox.encoder.job import (
    DROP_MS,
    MAX_AUDIO_DELAY_MS,
    MAX_JUMP_MS,
    MAX_KBPS,
    MAX_PPM,
    MIN_KBPS,
    TRACKS,
)

MAX_PAUSE_MS: Final = 600_000

_SWITCHES: Final = ("freeze", "black", "mute", "clip")
_FIGURES: Final[dict[str, tuple[str, str, float, float]]] = {
    # order: command, its field, least, most
    "audio_delay_ms": ("audio_delay", "ms", 0, MAX_AUDIO_DELAY_MS),
    "kbps": ("bitrate", "kbps", MIN_KBPS, MAX_KBPS),
    "jump_ms": ("jump", "ms", -MAX_JUMP_MS, MAX_JUMP_MS),
    "audio_ppm": ("audio_clock", "ppm", -MAX_PPM, MAX_PPM),
}
_PAUSES: Final = ("drop", "restart")
ENCODER_ORDERS: Final = (
    *_FIGURES, *_SWITCHES, "stop_track", *_PAUSES, "clear", "stop", "start",
)  # fmt: skip


class OrderError(ValueError):
    """An order that is not understood; the text says which part and what was expected."""


def encoder_commands(order: dict[str, Any]) -> list[dict[str, Json]]:
    """What to tell the encoder, lines as it reads them. Raises OrderError."""
    commands: list[dict[str, Json]] = [{"cmd": "clear"}] if flag(order, "clear") else []
    for name, (command, field, least, most) in _FIGURES.items():
        if name in order:
            commands.append({"cmd": command, field: round(number(order, name, least, most))})
    commands += [{"cmd": name, "on": flag(order, name)} for name in _SWITCHES if name in order]
    if "stop_track" in order:
        commands.append({"cmd": "stop_track", "track": _track(order["stop_track"])})
    for name in _PAUSES:
        if order.get(name, False) is not False:
            pause_ms = DROP_MS if order[name] is True else number(order, name, 0, MAX_PAUSE_MS)
            commands.append({"cmd": name, "ms": round(pause_ms)})
    return commands


def only(order: dict[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(order) - set(known)):
        raise OrderError(f"{unknown[0][:40]}: not known; known are {', '.join(known)}")


def number(order: dict[str, Any], name: str, least: float, most: float) -> float:
    value = order[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value <= most:
        raise OrderError(f"{name}: a number from {least} to {most} is needed")
    return float(value)


def flag(order: dict[str, Any], name: str) -> bool:
    value = order.get(name, False)
    if not isinstance(value, bool):
        raise OrderError(f"{name}: true or false is needed")
    return value


def _track(value: object) -> str:
    if not isinstance(value, str) or value not in TRACKS:
        raise OrderError(f"stop_track: one of {', '.join(TRACKS)} is needed")
    return value
