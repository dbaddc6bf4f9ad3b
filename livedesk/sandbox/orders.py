"""What does an order to the sandbox's control ask for? JSON read into checked values."""

from __future__ import annotations

from dataclasses import replace
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
from livedesk.sandbox.platform import Rules, Second
from livedesk.sandbox.shape import Flap, Shape
from livedesk.sandbox.supply import ConstantRate, Ramp, Supply

MAX_PAUSE_MS: Final = 600_000
MAX_DELAY_MS: Final = 10_000
MAX_PATH_KBPS: Final = 10_000_000
MAX_TIME_S: Final = 3600
MAX_LOSS_PCT: Final = 90

PATH_ORDERS: Final = (
    "path", "rate_kbps", "from_kbps", "ramp_s", "recording", "trace", "delay_ms", "jitter_ms",
    "loss_pct", "flap", "blackhole", "cut", "down", "reset", "clear",
)  # fmt: skip
PLATFORM_ORDERS: Final = ("second", "idle_drop_s", "session_drop_s", "forget", "clear")
_SECONDS: Final[tuple[Second, ...]] = ("refuse", "refuse_close", "take_over")

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


def shape_ordered(order: dict[str, Any], before: Shape) -> Shape:
    """The path's new shape, but for `recording` and `trace`. Raises OrderError."""
    shape = Shape() if flag(order, "clear") else before
    if "rate_kbps" in order:
        shape = replace(shape, supply=_rate(order, shape.supply))
    elif "ramp_s" in order or "from_kbps" in order:
        raise OrderError("ramp_s and from_kbps: a rate_kbps to arrive at is needed")
    if "delay_ms" in order:
        shape = replace(shape, delay_ms=number(order, "delay_ms", 0, MAX_DELAY_MS))
    if "jitter_ms" in order:
        shape = replace(shape, jitter_ms=number(order, "jitter_ms", 0, MAX_DELAY_MS))
    if "loss_pct" in order:
        shape = replace(shape, loss_pct=number(order, "loss_pct", 0, MAX_LOSS_PCT))
    if "flap" in order:
        shape = replace(shape, flap=_flap(order["flap"]))
    if "blackhole" in order:
        shape = replace(shape, blackhole=flag(order, "blackhole"))
    if "cut" in order:
        shape = replace(shape, cut=flag(order, "cut"))
    return shape


def _rate(order: dict[str, Any], before: Supply | None) -> Supply | None:
    if order["rate_kbps"] is None:
        return None
    kbps = number(order, "rate_kbps", 1, MAX_PATH_KBPS)
    if "ramp_s" not in order:
        return ConstantRate(kbps)
    over_s = number(order, "ramp_s", 0, MAX_TIME_S)
    if "from_kbps" in order:
        return Ramp(number(order, "from_kbps", 1, MAX_PATH_KBPS), kbps, over_s)
    if before is None:
        raise OrderError("ramp_s: the path has no rate yet, so from_kbps is needed")
    return Ramp(before.mean_kbps, kbps, over_s)


def _flap(wish: object) -> Flap | None:
    if wish is None:
        return None
    times = wish if isinstance(wish, list) and len(wish) == 2 else [None, None]
    if not all(isinstance(ms, int) and 20 <= ms <= MAX_PAUSE_MS for ms in times):
        raise OrderError(f"flap: null, or milliseconds on and off, each 20 to {MAX_PAUSE_MS}")
    return Flap(*times)


def rules_ordered(order: dict[str, Any], before: Rules) -> Rules:
    """How the platform treats its guests from now on. Raises OrderError."""
    rules = Rules() if flag(order, "clear") else before
    if "second" in order:
        if order["second"] not in _SECONDS:
            raise OrderError(f"second: one of {', '.join(_SECONDS)} is needed")
        rules = replace(rules, second=order["second"])
    if "idle_drop_s" in order:
        rules = replace(rules, idle_drop_s=_limit(order, "idle_drop_s"))
    if "session_drop_s" in order:
        rules = replace(rules, session_drop_s=_limit(order, "session_drop_s"))
    return rules


def _limit(order: dict[str, Any], name: str) -> float | None:
    return None if order[name] is None else number(order, name, 0.1, MAX_TIME_S)


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
