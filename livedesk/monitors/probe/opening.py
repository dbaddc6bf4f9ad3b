"""How is an address opened, and what does it mean when that fails?

No text that libav wrote about the address leaves this file: it may hold a key.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import av
from av.container import InputContainer
from av.error import FFmpegError

from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.sink import InputError, NoMediaError

# `nobuffer` is left out on purpose: it does not open sooner, and throws away what was read to know
# the streams, which is the first half second with its keyframe.
_OPTIONS: Final = {"probesize": "32768"}
_RTMP_OPTIONS: Final = {"rtmp_live": "live", "rtmp_buffer": "100"}


@contextmanager
def opened(job: ProbeJob, analyse_s: float) -> Iterator[InputContainer]:
    """Raises InputError, also for what goes wrong while it is read."""
    url = job.url.reveal()
    options = _OPTIONS | {"analyzeduration": str(round(analyse_s * 1_000_000))}
    if url.startswith(("rtmp:", "rtmps:")):
        options |= _RTMP_OPTIONS
    timeout_s = (job.open_timeout_s, job.read_timeout_s)
    try:
        container = av.open(url, options=options, timeout=timeout_s, metadata_errors="replace")
    except av.error.ExitError:
        text = f"cannot open {job.place}: {no_media(job.open_timeout_s)}"
        raise NoMediaError(text) from None
    except (FFmpegError, OSError, ValueError, UnicodeError) as error:
        raise InputError(f"cannot open {job.place}: {_cause(error, job.open_timeout_s)}") from None
    try:
        yield container
    except (FFmpegError, OSError) as error:
        raise InputError(f"lost {job.place}: {_cause(error, job.read_timeout_s)}") from None
    finally:
        container.close()


def _cause(error: Exception, timeout_s: float) -> str:
    """libav's own words without the address that it puts behind them, and what to do."""
    if isinstance(error, av.error.ExitError):
        return no_media(timeout_s)
    if isinstance(error, FileNotFoundError):
        return "no such file; check the path"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused; check that a server runs at this address and port"
    if isinstance(error, av.error.InvalidDataError):
        return "not audio or video that can be read; check what is stored or sent there"
    if isinstance(error, av.error.ProtocolNotFoundError):
        return "the protocol is not supported; use rtmp, rtmps, http or a file"
    words = getattr(error, "strerror", None) or type(error).__name__
    return f"{words.lower()}; check the address, the name's resolution and the server"


def no_media(timeout_s: float) -> str:
    return f"no media within {timeout_s:g} s; check that something is sent there"
