"""Is a feed told what its platform wishes, in words that hold still?"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import FeedStatus, Limits, SoundStatus
from livedesk.monitors.configuration import ConfigurationCheck, configuration_issues
from livedesk.monitors.mismatch import mismatches
from livedesk.monitors.wishes import PLATFORMS

GOOD = FeedStatus(
    state="OK",
    kbps=4_628,
    video_kbps=4_500,
    audio_kbps=128,
    fps=30.01,
    gop_s=2.0,
    width=1080,
    height=1920,
    video_codec="h264",
    audio_codec="aac",
    profile="High",
    sample_rate=48_000,
    channels=2,
)
HEARD = SoundStatus(state="ok")


def types(feed: FeedStatus, platform: str, sound: SoundStatus = HEARD) -> list[str]:
    issues = configuration_issues(feed, sound, Limits(), platform)
    assert issues is not None
    return [issue.type for issue in issues]


@pytest.mark.parametrize("platform", [*PLATFORMS, "", "another"])
def test_an_upright_1080p30_feed_of_4500_kbps_pleases_every_platform(platform: str) -> None:
    assert types(GOOD, platform) == []


@pytest.mark.parametrize(
    ("changed", "platform", "expected"),
    [
        (replace(GOOD, gop_s=8.3), "tiktok", ["gopSizeLong"]),
        (replace(GOOD, gop_s=3.9), "youtube", []),
        (replace(GOOD, gop_s=3.9), "twitch", ["gopSizeLong"]),
        (replace(GOOD, video_kbps=1_900), "youtube", ["bitrateLow"]),
        (replace(GOOD, video_kbps=1_900), "shopee", []),
        (replace(GOOD, video_kbps=7_900), "facebook", ["bitrateHigh"]),
        (replace(GOOD, video_kbps=7_900), "youtube", []),
        (replace(GOOD, video_kbps=1_700, width=1280, height=720), "facebook", []),
        (replace(GOOD, fps=60.02, video_kbps=8_900), "facebook", []),
        (replace(GOOD, fps=120.0, gop_s=1), "facebook", ["frameRateHigh"]),
        (replace(GOOD, width=3840, height=2160), "facebook", ["videoResolutionUnsupported"]),
        (replace(GOOD, video_codec="hevc"), "twitch", ["videoCodec"]),
        (replace(GOOD, video_codec="libdav1d"), "youtube", []),
        (replace(GOOD, audio_codec="mp3float"), "youtube", []),
        (replace(GOOD, audio_codec="mp3"), "facebook", ["audioCodec"]),
        (replace(GOOD, sample_rate=22_050), "tiktok", ["audioSampleRate"]),
        (replace(GOOD, channels=6), "youtube", ["audioTooManyChannels"]),
        (replace(GOOD, audio_kbps=64), "facebook", ["audioBitrateLow"]),
        (replace(GOOD, audio_kbps=320), "facebook", ["audioBitrateHigh"]),
        (replace(GOOD, audio_codec=None), "tiktok", ["noAudioStream"]),
        (replace(GOOD, video_codec=None, gop_s=None, fps=None), "tiktok", ["noVideoStream"]),
        (replace(GOOD, state="LOW", kbps=900, video_kbps=800), "tiktok", ["bitrateLow"]),
        (replace(GOOD, state="LOW", kbps=2_400, video_kbps=2_300), "tiktok", ["bitrateLow"]),
        (replace(GOOD, state="LOW", kbps=3_700, video_kbps=3_600), "tiktok", []),
        (replace(GOOD, state="LOW", kbps=900, video_kbps=800), "youtube", ["bitrateLow"]),
        (replace(GOOD, state="STARVED"), "tiktok", ["videoIngestionStarved"]),
    ],
)
def test_what_is_not_as_wished_is_named(
    changed: FeedStatus, platform: str, expected: list[str]
) -> None:
    assert types(changed, platform) == expected


@pytest.mark.parametrize(
    "unknown",
    [
        FeedStatus(),
        replace(GOOD, state="BLIND"),
        replace(GOOD, state="STALLED"),
        replace(GOOD, kbps=None),
        replace(GOOD, gop_s=None),
        replace(GOOD, video_codec=None, audio_codec=None),
    ],
)
def test_too_little_known_is_not_a_clean_bill(unknown: FeedStatus) -> None:
    assert configuration_issues(unknown, HEARD, Limits(), "youtube") is None


def test_an_issue_says_what_was_measured_what_is_wished_by_whom_and_what_to_do() -> None:
    issues = configuration_issues(replace(GOOD, gop_s=8.33), HEARD, Limits(), "facebook")
    assert issues is not None
    (issue,) = issues
    assert issue.severity == "warning"
    for words in ("8.3 s", "4 s", "Meta", "set the encoder's keyframe interval to 2 s"):
        assert words in issue.description


def test_the_worst_comes_first() -> None:
    feed = replace(GOOD, audio_codec=None, gop_s=9, video_kbps=9_000)
    issues = configuration_issues(feed, HEARD, Limits(), "facebook")
    assert issues is not None
    assert [issue.severity for issue in issues] == ["error", "warning", "info"]


def test_a_silent_sound_is_not_called_low() -> None:
    quiet = replace(GOOD, audio_kbps=3)
    assert types(quiet, "facebook", SoundStatus(state="silent")) == []
    assert types(quiet, "facebook", SoundStatus()) == []


def run(check: ConfigurationCheck, feeds: list[FeedStatus]) -> list[list[str] | None]:
    """The types at each of four samples a second."""
    lists = []
    for number, feed in enumerate(feeds):
        issues = check.update(number * NS_PER_S // 4, feed, HEARD)
        lists.append(None if issues is None else [issue.type for issue in issues])
    return lists


def test_nothing_is_said_in_the_first_ten_seconds_and_of_a_new_epoch() -> None:
    check = ConfigurationCheck(Limits(), "youtube")
    lists = run(check, [GOOD] * 44 + [replace(GOOD, epoch=1)] * 44)
    assert lists[:40] == [None] * 40
    assert lists[40:44] == [[]] * 4
    assert lists[44:84] == [None] * 40
    assert lists[84:] == [[]] * 4


def test_keyframe_bursts_around_the_wished_rate_do_not_make_the_list_flutter() -> None:
    rng = random.Random(7)
    rates = [4_100 if number // 4 % 2 else 1_500 for number in range(480)]
    feeds = [replace(GOOD, video_kbps=rate * rng.uniform(0.9, 1.1)) for rate in rates]
    lists = run(ConfigurationCheck(Limits(), "youtube"), feeds)[40:]
    changes = sum(before != after for before, after in itertools.pairwise(lists))
    assert changes <= 1


def test_cuts_in_the_picture_do_not_hide_a_long_keyframe_interval() -> None:
    feeds = [replace(GOOD, gop_s=1.0 if number % 20 else 8.3) for number in range(200)]
    lists = run(ConfigurationCheck(Limits(), "tiktok"), feeds)
    assert lists[40:] == [["gopSizeLong"]] * 160


def test_a_feed_that_never_sends_a_second_keyframe_is_named() -> None:
    feeds = [replace(GOOD, gop_s=None)] * 60
    assert run(ConfigurationCheck(Limits(), "tiktok"), feeds)[-1] == ["gopSizeLong"]


def test_a_primary_and_a_bonded_feed_that_are_alike_match() -> None:
    near = replace(GOOD, video_kbps=4_100, fps=29.97, gop_s=2.02)
    assert mismatches(GOOD, near) == ()
    assert mismatches(GOOD, FeedStatus()) == ()


def test_each_difference_between_primary_and_bonded_is_named_with_both_figures() -> None:
    other = replace(
        GOOD, video_codec="hevc", audio_codec="mp3", width=1280, height=720, fps=25.0, gop_s=4.0,
        profile="Main", sample_rate=44_100, channels=1, video_kbps=2_000, audio_kbps=64,
    )  # fmt: skip
    issues = mismatches(GOOD, other)
    assert [issue.type for issue in issues] == [
        "videoCodecMismatch", "audioCodecMismatch", "resolutionMismatch", "framerateMismatch",
        "gopMismatch", "videoProfileMismatch", "audioSampleRateMismatch", "audioStereoMismatch",
        "videoBitrateMismatch", "audioBitrateMismatch",
    ]  # fmt: skip
    assert "1080×1920" in issues[2].description
    assert "1280×720" in issues[2].description
    assert "48 kHz" in issues[6].description
    assert "44.1 kHz" in issues[6].description


def test_while_the_probe_is_away_nothing_is_called_as_wished_and_no_issue_is_over() -> None:
    check = ConfigurationCheck(Limits(), "twitch")
    seconds = itertools.count()

    def after(seconds_more: int, feed: FeedStatus) -> list[str] | None:
        for _ in range(seconds_more):
            issues = check.update(next(seconds) * NS_PER_S, feed, HEARD)
        return None if issues is None else [each.type for each in issues]

    measured = replace(GOOD, video_codec="hevc", probe_age_ms=200)
    assert after(12, measured) == ["videoCodec"]
    gone = replace(measured, fps=None, gop_s=None, probe_age_ms=1_600)
    assert after(1, gone) is None
    assert [each.type for each in check.unseen] == ["videoCodec"]
    assert after(1, measured) == ["videoCodec"]
    assert check.unseen == ()
    assert after(1, replace(gone, state="GONE")) is None
    assert check.unseen == ()
