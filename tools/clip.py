"""How does the sandbox's show become a file? Drawn and encoded as fast or slowly as the machine is.

The encoder skips frames on a machine that is busy; a clip that was made before has all of them.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S, ManualClock, SystemClock
from livedesk.core.rtmp_address import RtmpAddress
from livedesk.rtmp.flv_file import flv_header, flv_tag
from livedesk.rtmp.messages import VIDEO
from livedesk.sandbox.encoder.job import EncoderJob
from livedesk.sandbox.encoder.show import Paced, Show

_FPS: Final = 25


class ClipError(Exception):
    """The clip could not be made; the text says why."""


def record_show(file: Path, seconds: float) -> None:
    """As FLV, 720p at 4,000 kbps. Raises ClipError."""
    job = EncoderJob(RtmpAddress("rtmp", "127.0.0.1", 1935, "live", "clip"), fps=_FPS)
    # Its time is that of the next frame, whenever that comes.
    clock = ManualClock(0, SystemClock().utc_ns())
    is_over, failures, shot = threading.Event(), list[BaseException](), list[Paced]()

    def keep(paced: Paced) -> None:
        shot.append(paced)
        if paced.message.type_id == VIDEO and not paced.is_header:
            clock.advance(1 / _FPS)
            if clock.mono_ns() >= seconds * NS_PER_S:
                is_over.set()

    def fail(failure: BaseException) -> None:
        failures.append(failure)
        is_over.set()

    show = Show(job, clock, 0, keep, fail)
    show.prepare()
    show.go()
    is_over.wait()
    show.close()
    if failures:
        raise ClipError(f"the show could not be recorded: {failures[0]}")
    # Players look for the headers of both tracks at the beginning.
    shot.sort(key=lambda paced: (not paced.is_header, paced.message.timestamp_ms))
    tags = (flv_tag(paced.message) for paced in shot)
    file.write_bytes(flv_header() + b"".join(tags))
