"""The reader on real media: what it sees, what it refuses, and that it never tells a key."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.events import Json, Level
from livedesk.core.secrets import Secret
from livedesk.core.settings import Decode
from livedesk.core.status import Limits
from livedesk.monitors.facts import PacketFact, PictureFact, SoundFact, StreamFacts
from livedesk.monitors.loudness import dbfs
from livedesk.monitors.meters import Meters, Reading
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.reader import run_reader
from livedesk.monitors.probe.sink import InputError, Outcome
from tests.monitors.probe.conftest import Media, joined, read_tags, with_size, write_tags
from tests.ports import free_port


@dataclass
class Seen:
    """A sink that feeds meters and keeps what it was told."""

    meters: Meters = field(default_factory=lambda: Meters(Limits()))
    streams: list[StreamFacts] = field(default_factory=list)
    facts: list[PacketFact] = field(default_factory=list)
    pictures: list[tuple[bytes, int, int]] = field(default_factory=list)
    images: list[PictureFact] = field(default_factory=list)
    sounds: list[SoundFact] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    errors: int = 0

    def opened(self, mono_ns: int, streams: StreamFacts) -> None:
        self.streams.append(streams)
        self.meters.opened(mono_ns, streams)

    def changed(self, mono_ns: int, streams: StreamFacts) -> None:
        self.streams.append(streams)
        self.meters.changed(mono_ns, streams)

    def packet(self, fact: PacketFact) -> None:
        self.facts.append(fact)
        self.meters.packet(fact)

    def picture(self, fact: PictureFact) -> None:
        self.images.append(fact)
        self.meters.picture(fact)

    def sound(self, fact: SoundFact) -> None:
        self.sounds.append(fact)
        self.meters.sound(fact)

    def preview(self, mono_ns: int, jpeg: bytes, width: int, height: int) -> None:
        self.pictures.append((jpeg, width, height))

    def decoding(self, load: float | None, errors: int) -> None:
        self.errors = errors

    def note(self, event: str, level: Level, text: str, data: dict[str, Json]) -> None:
        self.notes.append(event)

    def reading(self) -> Reading:
        return self.meters.read(self.facts[-1].arrival_ns)


def read(source: Path, decode: Decode = "none", seconds: float | None = None) -> Seen:
    seen = Seen()
    job = ProbeJob(Secret(str(source)), decode=decode, pace="at_once", seconds=seconds)
    assert run_reader(job, seen, threading.Event(), SystemClock()) == "ended"
    return seen


def failure(url: str, open_timeout_s: float = 0.5) -> str:
    job = ProbeJob(Secret(url), open_timeout_s=open_timeout_s)
    with pytest.raises(InputError) as caught:
        run_reader(job, Seen(), threading.Event(), SystemClock())
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return str(caught.value)


def test_a_plain_feed(media: Media) -> None:
    seen = read(media.flv)
    reading = seen.reading()
    assert reading.feed.fps == pytest.approx(30, abs=0.1)
    assert reading.feed.gop_s == pytest.approx(1, abs=0.01)
    assert (reading.feed.width, reading.feed.height) == (320, 180)
    assert (reading.feed.video_codec, reading.feed.audio_codec) == ("h264", "aac")
    sent = sum(len(payload) for kind, _, payload in read_tags(media.flv) if kind in (8, 9))
    got = sum(fact.payload_bytes for fact in seen.facts)
    assert got == pytest.approx(sent, rel=0.01)
    assert reading.faults.backward == reading.faults.missing == 0
    peak = max(float(np.abs(fact.samples).max()) for fact in seen.sounds)
    assert dbfs(peak) == pytest.approx(-18, abs=3)  # ffmpeg's sine is an eighth of full scale


@pytest.mark.parametrize("name", ["flv", "b_frames"])
def test_a_right_feed_is_in_step_with_and_without_b_frames(media: Media, name: str) -> None:
    assert read(getattr(media, name)).reading().sync.skew_ms == pytest.approx(0, abs=5)


@pytest.mark.parametrize("name", ["flv", "b_frames"])
@pytest.mark.parametrize("audio_ms", [-500, -263, -40, 137, 500])
def test_shifted_sound_reads_its_shift(
    media: Media, name: str, audio_ms: int, tmp_path: Path
) -> None:
    source = media.shifted(getattr(media, name), audio_ms, tmp_path)
    assert read(source).reading().sync.skew_ms == pytest.approx(audio_ms, abs=3)


def test_the_wrap_of_32_bits_passes_unnoticed(media: Media, tmp_path: Path) -> None:
    start_ms = 2**32 - 4_000
    tags = [(kind, (at + start_ms) % 2**32, load) for kind, at, load in read_tags(media.flv)]
    reading = read(write_tags(tmp_path / "wrap.flv", tags)).reading()
    assert reading.feed.epoch == 0
    assert reading.feed.fps == pytest.approx(30, abs=0.1)
    assert reading.sync.skew_ms == pytest.approx(0, abs=5)


def test_other_codecs_and_single_tracks(media: Media) -> None:
    assert read(media.hevc).reading().feed.video_codec == "hevc"
    sound = read(media.audio_only).reading()
    assert (sound.feed.video_codec, sound.feed.fps, sound.sync.skew_ms) == (None, None, None)
    picture = read(media.video_only, decode="all").reading()
    assert (picture.feed.audio_codec, picture.sync.skew_ms) == (None, None)
    assert picture.feed.fps == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("name", ["mp4", "ts"])
def test_containers_that_do_not_keep_the_senders_order_have_no_skew(
    media: Media, name: str
) -> None:
    reading = read(getattr(media, name)).reading()
    assert reading.feed.fps == pytest.approx(30, abs=0.2)
    assert reading.sync.state == "no_data"


@pytest.mark.parametrize("decode", ["all", "keyframes", "none"])
def test_a_change_of_size_is_seen_however_little_is_decoded(
    media: Media, tmp_path: Path, decode: Decode
) -> None:
    seen = read(joined(tmp_path / "sizes.flv", media.flv, media.big), decode)
    assert [streams.width for streams in seen.streams] == [320, 320, 640]
    assert [streams.sample_rate for streams in seen.streams] == [None, 48_000, 48_000]
    assert seen.reading().feed.epoch == 1
    assert seen.reading().sync.skew_ms == pytest.approx(0, abs=5)


def test_previews_are_small_jpegs_at_their_rate(media: Media) -> None:
    seen = read(media.big, decode="all")
    assert len(seen.pictures) == pytest.approx(2 * 3, abs=1)
    for jpeg, width, height in seen.pictures:
        assert jpeg.startswith(b"\xff\xd8")
        assert jpeg.endswith(b"\xff\xd9")
        assert (width, height) == (320, 180)
        assert len(jpeg) < 40_000
    assert len(read(media.big, decode="keyframes").pictures) == pytest.approx(3, abs=1)
    assert not read(media.big, decode="none").pictures


def test_only_the_asked_seconds_of_a_file(media: Media) -> None:
    facts = read(media.flv, seconds=3).facts
    assert (facts[-1].arrival_ns - facts[0].arrival_ns) / 1e9 == pytest.approx(3, abs=0.1)


def test_a_truncated_file_is_measured_as_far_as_it_goes(media: Media, tmp_path: Path) -> None:
    data = media.flv.read_bytes()
    half = tmp_path / "half.flv"
    half.write_bytes(data[: len(data) // 2])
    assert read(half, decode="all").reading().feed.fps == pytest.approx(30, abs=0.2)


def test_damaged_pictures_are_counted_and_survived(media: Media, tmp_path: Path) -> None:
    tags = [
        (kind, at, load[:5] + bytes(len(load) - 5) if kind == 9 and 1_000 < at < 4_000 else load)
        for kind, at, load in read_tags(media.flv)
    ]
    seen = read(write_tags(tmp_path / "damaged.flv", tags), decode="all")
    assert seen.errors > 0
    assert seen.reading().feed.fps == pytest.approx(30, abs=0.2)


def test_stop_ends_it(media: Media) -> None:
    stop = threading.Event()

    @dataclass
    class Stopping(Seen):
        def packet(self, fact: PacketFact) -> None:
            super().packet(fact)
            if len(self.facts) == 20:
                stop.set()

    seen = Stopping()
    outcome: Outcome = run_reader(
        ProbeJob(Secret(str(media.flv)), pace="clock"), seen, stop, SystemClock()
    )
    assert (outcome, len(seen.facts)) == ("stopped", 20)


def test_what_cannot_be_read_is_named(media: Media, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.flv"
    garbage.write_bytes(b"these are not media " * 500)
    assert "not audio or video" in failure(str(garbage))
    assert "no such file" in failure(str(tmp_path / "absent.flv"))
    assert "protocol is not supported" in failure("nosuch://127.0.0.1/live/s3cret")


@pytest.mark.parametrize(
    "url",
    [
        "rtmp://127.0.0.1:{port}/live/s3cret?token=s3cret",
        "rtmp://s3cret:s3cret@127.0.0.1:{port}/live/s3cret",
        "http://127.0.0.1:{port}/live/s3cret.flv?k=s3cret",
        "rtmp://no-such-host.invalid:{port}/live/s3cret",
        "rtmp://[::1]:{port}/live/s3cret",
        "rtmp://127.0.0.1:{port}/s3cret",
    ],
)
def test_no_key_in_any_text(url: str) -> None:
    port = free_port()
    text = failure(url.format(port=port))
    assert "s3cret" not in text
    assert str(port) in text


def test_a_server_that_accepts_and_says_nothing_ends_within_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = failure(f"rtmp://127.0.0.1:{server.getsockname()[1]}/live/s3cret", 0.3)
    assert "no media within 0.3 s" in text
    assert "s3cret" not in text


def test_the_job_shows_no_key() -> None:
    job = ProbeJob(Secret("rtmp://127.0.0.1/live/s3cret"))
    assert "s3cret" not in repr(job) + job.place
    assert "s3cret" not in repr(replace(job, once=True))


def test_loudness_is_that_of_ffmpegs_own_meter(media: Media) -> None:
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(media.swelling), "-vn"]
    command += ["-af", "ebur128=framelog=info", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr
    theirs = {
        round(float(at_s) * 10): (float(momentary), float(short_term))
        for at_s, momentary, short_term in re.findall(
            r"t:\s*([\d.]+) .* M:\s*(\S+)\s*S:\s*(\S+)", said
        )
    }
    heard_s, compared = 0.0, 0
    for fact in read(media.swelling).sounds:
        heard_s += fact.duration_ms / 1_000
        momentary, short_term = theirs.get(int(heard_s * 10 + 1e-6), (0.0, 0.0))
        assert (fact.momentary_lufs is None) == (heard_s < 0.4)
        assert (fact.short_term_lufs is None) == (heard_s < 3.0)
        if momentary and fact.short_term_lufs is not None:
            assert fact.momentary_lufs == pytest.approx(momentary, abs=0.1)
            assert fact.short_term_lufs == pytest.approx(short_term, abs=0.1)
            compared += 1
    assert compared > 20


def test_sound_comes_in_blocks_that_hold_every_sample(media: Media, tmp_path: Path) -> None:
    sounds = read(media.flv).sounds
    assert sum(fact.duration_ms for fact in sounds) == pytest.approx(8_000, abs=50)
    assert max(fact.duration_ms for fact in sounds) < 130
    holed = [tag for tag in read_tags(media.flv) if tag[0] != 8 or not 3_000 < tag[1] < 3_500]
    sounds = read(write_tags(tmp_path / "holed.flv", holed)).sounds
    ends_ms = [(fact.pts_ms or 0) + fact.duration_ms for fact in sounds]
    gaps_ms = [(b.pts_ms or 0) - end for b, end in zip(sounds[1:], ends_ms, strict=False)]
    assert max(gaps_ms) == pytest.approx(500, abs=45)


@pytest.mark.parametrize("name", ["plain", "ten_bits"])
def test_brightness_is_read_from_the_pictures_own_plane(media: Media, name: str) -> None:
    """Left half black, right half white, whatever the bits."""
    images = read(getattr(media, name), decode="all").images
    luma = images[-1].luma
    assert luma.dtype == np.uint8
    assert luma.shape == (135, 240)
    assert not images[-1].full_range
    assert luma[:, :110].mean() == pytest.approx(16, abs=1)
    assert luma[:, 130:].mean() == pytest.approx(235, abs=1)


def test_pictures_are_handed_on_as_far_as_they_are_decoded(media: Media) -> None:
    assert len(read(media.flv, decode="all").images) == 240
    keyframes = read(media.flv, decode="keyframes").images
    steps_ms = [(b.pts_ms or 0) - (a.pts_ms or 0) for a, b in pairwise(keyframes)]
    assert steps_ms == pytest.approx([1_000] * 7, abs=1)
    assert all(fact.keyframe for fact in keyframes)
    assert not read(media.flv, decode="none").images


def test_other_rate_and_channels_in_mid_stream_are_seen(media: Media, tmp_path: Path) -> None:
    seen = read(joined(tmp_path / "sound.flv", media.flv, media.mono_44k))
    known = [(streams.sample_rate, streams.channels) for streams in seen.streams]
    assert known == [(None, None), (48_000, 1), (44_100, 1)]
    seen = read(joined(tmp_path / "stereo.flv", media.swelling, media.mono_44k))
    known = [(streams.sample_rate, streams.channels) for streams in seen.streams]
    assert known == [(None, None), (48_000, 2), (44_100, 1)]
    assert seen.sounds[-1].samples.shape[0] == 1


def test_another_profile_in_mid_stream_is_seen(media: Media, tmp_path: Path) -> None:
    seen = read(joined(tmp_path / "profile.flv", media.flv, media.main), decode="none")
    profiles = [streams.profile for streams in seen.streams]
    assert profiles[0] == "Constrained Baseline"
    assert profiles[-1] == "Main"


def test_pictures_of_absurd_size_are_named_and_not_decoded(media: Media, tmp_path: Path) -> None:
    seen = read(with_size(media.flv, tmp_path / "wide.flv", 1_024, 512), decode="all")
    assert seen.notes == ["probe.too_large"]
    assert not seen.images
    assert seen.reading().feed.fps == pytest.approx(30, abs=0.2)
