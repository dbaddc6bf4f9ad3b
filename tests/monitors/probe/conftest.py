"""Real media, made once by ffmpeg, and what the probe's tests wait with."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from livedesk.rtmp.flv_file import FlvReader, flv_header, flv_tag
from livedesk.rtmp.messages import Message

_PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30"]
_SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
_H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p"]
_AAC = ["-c:a", "aac", "-b:a", "96k"]

Tag = tuple[int, int, bytes]  # type, timestamp in ms, payload


@dataclass(frozen=True)
class Media:
    """Small files: 8 s of 320×180 at 30 fps with a keyframe a second, and AAC of 48 kHz."""

    folder: Path
    flv: Path
    b_frames: Path
    big: Path
    hevc: Path
    audio_only: Path
    video_only: Path
    mp4: Path
    ts: Path
    swelling: Path
    mono_44k: Path
    main: Path
    plain: Path
    ten_bits: Path

    def shifted(self, source: Path, audio_ms: int, folder: Path) -> Path:
        """The same FLV with other stamps on its sound, in the same order."""
        tags = [
            (kind, max(0, at_ms + audio_ms) if kind == 8 else at_ms, payload)
            for kind, at_ms, payload in read_tags(source)
        ]
        return write_tags(folder / f"shifted{audio_ms}.flv", tags)


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    folder = tmp_path_factory.mktemp("media")

    def make(name: str, *arguments: str, seconds: float = 8) -> Path:
        path = folder / name
        command = ["ffmpeg", "-v", "error", "-y", *arguments, "-t", str(seconds), str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
        return path

    big = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30"]
    swelling = ["-f", "lavfi", "-i", "anoisesrc=color=pink:amplitude=0.4:sample_rate=48000:seed=5"]
    swelling += ["-af", "volume='0.3+0.3*sin(PI*t/2)':eval=frame,aformat=channel_layouts=stereo"]
    halves = ["-f", "lavfi", "-i", "color=white:size=1920x1080:rate=5"]
    halves += ["-vf", "drawbox=x=0:y=0:w=iw/2:h=ih:color=black:t=fill"]
    hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]
    flv = make("plain.flv", *_PICTURE, *_SOUND, *_H264, "-bf", "0", *_AAC)
    return Media(
        folder=folder,
        flv=flv,
        b_frames=make("b.flv", *_PICTURE, *_SOUND, *_H264, "-bf", "2", *_AAC),
        big=make("big.flv", *big, *_SOUND, *_H264, "-bf", "0", *_AAC, seconds=3),
        hevc=make("hevc.mkv", *_PICTURE, *_SOUND, *hevc, *_AAC, seconds=2),
        audio_only=make("sound.flv", *_SOUND, *_AAC),
        video_only=make("picture.flv", *_PICTURE, *_H264, "-bf", "0", seconds=4),
        mp4=make("plain.mp4", "-i", str(flv), "-c", "copy"),
        ts=make("plain.ts", "-i", str(flv), "-c", "copy"),
        swelling=make("swelling.flv", *swelling, *_AAC, seconds=6),
        mono_44k=make("mono.flv", *_SOUND, "-ar", "44100", "-ac", "1", *_AAC, seconds=2),
        main=make("main.flv", *_PICTURE, *_H264, "-coder", "1", "-bf", "0", seconds=2),
        plain=make("halves.flv", *halves, *_H264, seconds=1),
        ten_bits=make("ten.mkv", *halves, *hevc, "-pix_fmt", "yuv420p10le", seconds=1),
    )


def read_tags(path: Path) -> list[Tag]:
    """The tags of an FLV file, its metadata included."""
    found = FlvReader().feed(path.read_bytes())
    return [(message.type_id, message.timestamp_ms, message.payload) for message in found]


def write_tags(path: Path, tags: Iterable[Tag]) -> Path:
    body = (flv_tag(Message(kind, 0, at_ms, payload)) for kind, at_ms, payload in tags)
    path.write_bytes(flv_header() + b"".join(body))
    return path


def joined(path: Path, *sources: Path, gap_ms: int = 33) -> Path:
    """One FLV after the other on one timeline."""
    tags: list[Tag] = []
    start_ms = 0
    for source in sources:
        tags += [(kind, at_ms + start_ms, payload) for kind, at_ms, payload in read_tags(source)]
        start_ms = tags[-1][1] + gap_ms
    return write_tags(path, tags)


@pytest.fixture
def serve_live() -> Iterable[Callable[[Path, int], str]]:
    """ffmpeg as an RTMP server that plays a file in real time to the one who comes."""
    running: list[subprocess.Popen[bytes]] = []

    def serve(source: Path, port: int) -> str:
        url = f"rtmp://127.0.0.1:{port}/live/s3cret-key"
        send = ["-re", "-stream_loop", "-1", "-i", str(source), "-c", "copy", "-f", "flv"]
        command = ["ffmpeg", "-v", "quiet", *send, "-listen", "1", url]
        running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))
        return url

    yield serve
    for process in running:
        process.kill()
        process.wait(10)


def with_size(source: Path, path: Path, columns: int, rows: int, crop: int | None = None) -> Path:
    """The same FLV with a codec header that tells of so many macroblocks (16×16) a picture.

    `crop`: how many pairs of columns and rows are said to be cut away again.
    """
    sps = _sps(columns, rows, crop)

    def changed(kind: int, payload: bytes) -> bytes:
        if kind != 9 or payload[1] != 0:
            return payload
        old_size = int.from_bytes(payload[11:13], "big")
        pps = payload[13 + old_size :]
        length = len(sps).to_bytes(2, "big")
        return payload[:5] + b"\x01" + sps[1:4] + b"\xff\xe1" + length + sps + pps

    return write_tags(
        path, [(kind, at, changed(kind, load)) for kind, at, load in read_tags(source)]
    )


def _sps(columns: int, rows: int, crop: int | None) -> bytes:
    """A sequence parameter set (ITU-T H.264, 7.3.2.1.1) of baseline profile."""

    def ue(value: int) -> str:
        digits = f"{value + 1:b}"
        return "0" * (len(digits) - 1) + digits

    cropping = "0" if crop is None else "1" + ue(0) + ue(crop) + ue(0) + ue(crop)
    size = ue(columns - 1) + ue(rows - 1)
    bits = f"{66:08b}{0:08b}{52:08b}" + ue(0) + ue(0) + ue(2) + ue(1) + "0" + size + "11" + cropping
    bits += "01"
    bits += "0" * (-len(bits) % 8)
    raw = b"\x67" + bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return raw.replace(b"\0\0\1", b"\0\0\3\1").replace(b"\0\0\0", b"\0\0\3\0")
