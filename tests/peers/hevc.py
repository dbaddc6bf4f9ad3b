"""A stream in another codec, which Debian's ffmpeg cannot put into FLV."""

from __future__ import annotations

import json

from livedesk.rtmp.messages import Message
from livedesk.sandbox.encoder.job import EncoderJob, parse_job
from livedesk.sandbox.encoder.media import VideoTrack
from tests.peers.tape import Tape, Timed


def hevc_tape(seconds: int) -> Tape:
    """Picture alone, 320×180 at 30 fps with a keyframe a second, by the sandbox's encoder."""
    job = parse_job(
        json.dumps({"url": "rtmp://127.0.0.1/live/x", "codec": "hevc", "width": 320, "height": 180})
    )
    assert isinstance(job, EncoderJob)
    video = VideoTrack(job, 800)
    video.planes.fill_black()
    try:
        tape: Tape = []
        for frame in range(seconds * 30):
            video.planes.y[:] = 40 + frame % 160
            messages = video.encode(frame, keyframe=frame % 30 == 0)
            tape += [Timed(frame / 30, _at(message, frame * 1000 // 30)) for message in messages]
        return tape
    finally:
        video.close()


def _at(message: Message, stamp_ms: int) -> Message:
    return Message(message.type_id, 0, stamp_ms, message.payload)
