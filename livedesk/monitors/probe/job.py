"""What is a probe process told to do? One JSON line on standard input, as the URL is a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from livedesk.core.secrets import Secret
from livedesk.core.settings import Decode
from livedesk.core.status import Limits

Pace = Literal["clock", "at_once"]


@dataclass(frozen=True, slots=True)
class ProbeJob:
    """`pace` is for files: played by the clock, or measured at once with arrival = DTS."""

    url: Secret
    decode: Decode = "all"
    preview_fps: float = 2.0
    min_kbps: float = field(default_factory=lambda: Limits().min_kbps)
    max_skew_ms: float = field(default_factory=lambda: Limits().max_skew_ms)
    open_timeout_s: float = 5.0
    """Not more than 5: libav has ignored longer ones (PyAV issue 1243)."""
    read_timeout_s: float = 5.0
    analyse_s: float = 0.5
    """Media to look at before the tracks are taken for known. The relay's tap begins with a
    keyframe and needs little; nginx-rtmp sends a new player sound at once and the picture from the
    next keyframe on, seconds later (`FOREIGN_ANALYSE_S`)."""
    pace: Pace = "clock"
    seconds: float | None = None
    """Media seconds of a file to measure; None for all."""
    once: bool = False
    """End at the first loss instead of trying again."""
    name: str = ""
    """What texts call the source; without it they name the public part of its address."""

    @property
    def is_file(self) -> bool:
        return is_file(self.url.reveal())

    @property
    def place(self) -> str:
        """Where the media come from, fit to be shown: no key, no token, no password."""
        return self.name or public_place(self.url.reveal())


FOREIGN_ANALYSE_S: Final = 2.5
"""For a server that is not ours: longer than the usual keyframe interval of 2 s."""


class JobError(ValueError):
    """The job line is not one; the text does not contain it."""


def job_line(job: ProbeJob) -> bytes:
    """The job with its secret: for a pipe, never for an argument or a log."""
    return msgspec.json.encode(job, enc_hook=_revealed) + b"\n"


def parse_job(line: bytes) -> ProbeJob:
    """Raises JobError."""
    try:
        return msgspec.json.decode(line, type=ProbeJob, dec_hook=_hidden)
    except msgspec.DecodeError as error:
        raise JobError(f"the probe's job line cannot be read: {error}") from None


def _revealed(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"a probe's job holds no {type(value).__name__}")


def _hidden(kind: type, value: object) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise TypeError("the address is no text")


def is_file(url: str) -> bool:
    return "://" not in url or url.startswith("file:")


def public_place(url: str) -> str:
    """Scheme, host, port and the first part of the path: keys stand behind it."""
    if is_file(url):
        return url.removeprefix("file://").removeprefix("file:")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "the given address"
    host = f"[{host}]" if ":" in host else host
    authority = host if port is None else f"{host}:{port}"
    folders = parts.path.split("/")[1:-1]
    return f"{parts.scheme}://{authority}" + (f"/{folders[0]}" if folders else "")
