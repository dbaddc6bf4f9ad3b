"""What is the encoder asked to do? Its job and its commands, as values read from JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast, get_args

from livedesk.core.rtmp_address import RtmpAddress, parse_address
from livedesk.rtmp.messages import AUDIO, VIDEO

Codec = Literal["h264", "hevc"]

MAX_AUDIO_DELAY_MS: Final = 10_000
MIN_KBPS: Final = 200
MAX_KBPS: Final = 50_000
MAX_JUMP_MS: Final = 86_400_000
MAX_PPM: Final = 100_000


class JobError(ValueError):
    """The job or a command cannot be carried out; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class EncoderJob:
    """What to send where. The target holds the stream key, so a job is never an argument."""

    target: RtmpAddress = field(repr=False)
    width: int = 1280
    height: int = 720
    fps: int = 30
    kbps: int = 4000
    """Video only; sound comes on top."""
    audio_kbps: int = 128
    codec: Codec = "h264"
    keyframe_s: int = 2
    preset: str = "superfast"
    first_timestamp_ms: int = 0
    """Timestamp of the first sample: RTMP lets an encoder start anywhere (modulo 2^32)."""
    tls_ca: str | None = None
    """PEM file with the certificates to trust for rtmps, instead of the machine's."""


_WHOLE: Final = {
    "width": (320, 3840),
    "height": (180, 2160),
    "fps": (5, 60),
    "kbps": (MIN_KBPS, MAX_KBPS),
    "audio_kbps": (32, 320),
    "keyframe_s": (1, 10),
    "first_timestamp_ms": (0, 2**32 - 1),
}
_PRESETS: Final = ("ultrafast", "superfast", "veryfast", "faster", "fast")


def parse_job(line: str) -> EncoderJob:
    """Raises JobError; its text never holds the URL."""
    job = _object(line)
    url = job.pop("url", None)
    if not isinstance(url, str):
        raise JobError("url: an RTMP address is needed")
    target, fault = parse_address(url)
    if target is None:
        raise JobError(f"url: {fault}")
    return EncoderJob(target, **_options(job))


def _options(job: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, value in job.items():
        if name in _WHOLE:
            options[name] = whole(name, value, *_WHOLE[name])
        elif name in ("codec", "preset"):
            known = get_args(Codec) if name == "codec" else _PRESETS
            if value not in known:
                raise JobError(f"{name}: one of {', '.join(known)} is needed")
            options[name] = value
        elif name == "tls_ca" and isinstance(value, str | None):
            options[name] = value
        else:
            raise JobError(f"{name[:40]}: not a setting of the encoder")
    return options


CommandName = Literal[
    "audio_clock", "audio_delay", "bitrate", "black", "clear", "clip", "drop", "freeze", "jump",
    "mute", "restart", "stop", "stop_track",
]  # fmt: skip
TRACKS: Final = {"none": 0, "audio": AUDIO, "video": VIDEO}


@dataclass(frozen=True, slots=True)
class Command:
    """An order while running.

    `value` is milliseconds for `audio_delay` and `jump`, kbps for `bitrate`, parts per million for
    `audio_clock`, 0 or 1 for `freeze`, `black`, `mute` and `clip`, the message type (0 for none)
    for `stop_track`, and milliseconds until the reconnect for `drop` and `restart`.
    """

    name: CommandName
    value: int = 0


DROP_MS: Final = 1000

_COMMANDS: Final[dict[str, tuple[str, int, int, int]]] = {
    # name: field, default, least, most
    "audio_delay": ("ms", 0, 0, MAX_AUDIO_DELAY_MS),
    "bitrate": ("kbps", 0, MIN_KBPS, MAX_KBPS),
    "freeze": ("on", 1, 0, 1),
    "black": ("on", 1, 0, 1),
    "mute": ("on", 1, 0, 1),
    "clip": ("on", 1, 0, 1),
    "drop": ("ms", DROP_MS, 0, 600_000),
    "restart": ("ms", DROP_MS, 0, 600_000),
    "jump": ("ms", 0, -MAX_JUMP_MS, MAX_JUMP_MS),
    "audio_clock": ("ppm", 0, -MAX_PPM, MAX_PPM),
}


def parse_command(line: str) -> Command:
    """Raises JobError."""
    order = _object(line)
    name = order.get("cmd")
    if name == "stop" or name == "clear":
        return Command(name)
    if name == "stop_track":
        return Command(name, _track(order.get("track")))
    if not isinstance(name, str) or name not in _COMMANDS:
        known = ", ".join(("stop", "clear", "stop_track", *_COMMANDS))
        raise JobError(f"cmd: one of {known} is needed")
    key, default, least, most = _COMMANDS[name]
    value = order.get(key, default)
    if isinstance(value, bool) and key == "on":
        value = int(value)
    return Command(cast(CommandName, name), whole(key, value, least, most))


def _track(name: object) -> int:
    if not isinstance(name, str) or name not in TRACKS:
        raise JobError(f"track: one of {', '.join(TRACKS)} is needed")
    return TRACKS[name]


def whole(name: str, value: object, least: int, most: int) -> int:
    """The value as a whole number within limits. Raises JobError."""
    is_whole = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_whole or not least <= cast(float, value) <= most or int(value) != value:  # type: ignore[call-overload]
        raise JobError(f"{name}: a whole number from {least} to {most} is needed")
    return int(cast(float, value))


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise JobError("not a line of JSON") from None
    if not isinstance(value, dict):
        raise JobError("not a JSON object")
    return value
