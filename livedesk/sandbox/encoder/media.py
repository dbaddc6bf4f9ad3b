"""How do planes and samples become RTMP messages? The only file of the sandbox that imports av.

Each track is encoded and muxed into FLV by itself, into memory: with two tracks in one muxer it
would hold packets back to interleave them, and opening one encoder anew would disturb the other.
PyAV never sees the network, where its write mode can freeze a process on a silent peer.
"""

from __future__ import annotations

import fractions
from typing import Any, Final

import av
import numpy as np

from livedesk.rtmp.flv_file import FlvReader
from livedesk.rtmp.messages import Message
from livedesk.sandbox.encoder.job import EncoderJob
from livedesk.sandbox.encoder.paint import Planes
from livedesk.sandbox.encoder.sound import RATE_HZ, Sound

BLOCK_SAMPLES: Final = 1024
"""What one AAC frame holds; also the delay of FFmpeg's AAC encoder."""

_VBV_S: Final = 0.15
"""Rate buffer: small, so that a second of the feed always holds a second's worth of bits."""

_MUXER: Final = {"flvflags": "no_duration_filesize+no_metadata", "flush_packets": "1"}


class _Sink:
    """The file an FLV muxer writes to; what it wrote comes out as messages."""

    def __init__(self) -> None:
        self._tags = FlvReader()
        self._messages: list[Message] = []

    def write(self, data: bytes) -> int:
        self._messages += self._tags.feed(bytes(data))
        return len(data)

    def take(self) -> list[Message]:
        taken, self._messages = self._messages, []
        return taken


class VideoTrack:
    """One opened video encoder. Draw into `planes`, then `encode`."""

    def __init__(self, job: EncoderJob, kbps: int) -> None:
        self._sink = _Sink()
        self._container = av.open(self._sink, "w", format="flv", options=dict(_MUXER))
        self._stream: Any = self._container.add_stream(
            "libx265" if job.codec == "hevc" else "libx264", rate=job.fps
        )
        self._frame = av.VideoFrame(job.width, job.height, "yuv420p")
        self._frame.time_base = fractions.Fraction(1, job.fps)
        self.planes = _planes(self._frame)
        context = self._stream.codec_context
        context.width, context.height, context.pix_fmt = job.width, job.height, "yuv420p"
        context.time_base = fractions.Fraction(1, job.fps)
        context.bit_rate = kbps * 1000
        context.thread_count = 1
        context.color_range = 1  # limited
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.options = _video_options(job, kbps)
        context.open()

    def encode(self, frame_index: int, keyframe: bool) -> list[Message]:
        """The planes as they are now; timestamps count from frame 0."""
        self._frame.pts = frame_index
        self._frame.pict_type = (
            av.video.frame.PictureType.I if keyframe else av.video.frame.PictureType.NONE
        )
        self._container.mux(self._stream.encode(self._frame))
        return self._sink.take()

    def close(self) -> None:
        self._container.close()


def _planes(frame: av.VideoFrame) -> Planes:
    """The frame's own memory."""
    views = [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]  # type: ignore[call-overload]
        for plane in frame.planes
    ]
    return Planes(*views)


def _video_options(job: EncoderJob, kbps: int) -> dict[str, str]:
    """Constant rate with padding, no frame held back, keyframes at fixed distances only."""
    group = job.fps * job.keyframe_s
    buffer_kbit = round(kbps * _VBV_S)
    shared = f"keyint={group}:min-keyint={group}:scenecut=0:bframes=0"
    options = {
        "preset": job.preset,
        "tune": "zerolatency",
        "forced-idr": "1",
        "maxrate": f"{kbps}k",
        "bufsize": f"{buffer_kbit}k",
        "g": str(group),
        "bf": "0",
    }
    if job.codec == "hevc":
        rate = f"vbv-maxrate={kbps}:vbv-bufsize={buffer_kbit}:strict-cbr=1:hrd=1"
        options["x265-params"] = f"{shared}:{rate}:repeat-headers=0:pools=none:log-level=none"
    else:
        options["x264-params"] = f"{shared}:nal-hrd=cbr:force-cfr=1"
    return options


class AudioTrack:
    """The AAC encoder. Its first packet describes what came before the first block it is given."""

    def __init__(self, job: EncoderJob) -> None:
        self._sink = _Sink()
        self._container = av.open(self._sink, "w", format="flv", options=dict(_MUXER))
        self._stream: Any = self._container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        self._stream.codec_context.bit_rate = job.audio_kbps * 1000
        self._stream.codec_context.open()

    def encode(self, first_sample: int, samples: Sound) -> list[Message]:
        """One block; the message that comes out is stamped one block earlier than it."""
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.time_base = fractions.Fraction(1, RATE_HZ)
        frame.pts = first_sample
        self._container.mux(self._stream.encode(frame))
        return self._sink.take()

    def close(self) -> None:
        self._container.close()


def quiet() -> None:
    """No codec may write to our standard error; call before any thread is started."""
    av.logging.set_level(None)
