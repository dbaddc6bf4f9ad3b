"""Does a person who reads the table see what is wrong, since when, and which way round?"""

from __future__ import annotations

import pytest

from livedesk.core.status import (
    ConfigurationIssue,
    FeedStatus,
    PictureStatus,
    SoundStatus,
    SyncStatus,
)
from livedesk.monitors.probe.lines import SampleLine
from livedesk.monitors.probe.table import Summary, in_words, issue_rows, row

FEED = FeedStatus(
    state="OK", kbps=4_500, video_kbps=4_370, audio_kbps=130, fps=30, gop_s=2, width=1080,
    height=1920, video_codec="h264", audio_codec="aac", video_age_ms=20, audio_age_ms=10,
)  # fmt: skip


def line(
    feed: FeedStatus = FEED,
    sync: SyncStatus | None = None,
    picture: PictureStatus | None = None,
    sound: SoundStatus | None = None,
) -> SampleLine:
    return SampleLine(
        mono_ns=0,
        utc_ns=0,
        feed=feed,
        sync=sync or SyncStatus(),
        picture=picture or PictureStatus(state="ok"),
        sound=sound or SoundStatus(state="ok", peak_dbfs=-3.2, short_term_lufs=-18.4),
    )


@pytest.mark.parametrize(
    ("sync", "words"),
    [
        (SyncStatus(), "no data"),
        (SyncStatus(skew_ms=0.2, state="ok"), "in step (ok)"),
        (SyncStatus(skew_ms=61, state="notice"), "sound 61 ms early (notice)"),
        (
            SyncStatus(skew_ms=-61, slope_ppm=-20.04, state="ok"),
            "sound 61 ms late (ok), drifting -20.0 ppm",
        ),
        (
            SyncStatus(skew_ms=0, state="ok", offset_ms=-40, offset_pairs=3),
            "in step (ok); slate: sound 40 ms late",
        ),
    ],
)
def test_words_for_a_skew(sync: SyncStatus, words: str) -> None:
    assert in_words(sync) == words


def test_a_row_says_what_is_out_of_order_and_since_when() -> None:
    healthy = row(line(), 1)
    for words in ("OK", "4500", "1080×1920 ", "-18.4 LUFS", "-3 dBFS"):
        assert words in healthy
    ill = row(
        line(picture=PictureStatus("frozen", for_s=5.2), sound=SoundStatus("silent", for_s=3.1)),
        2,
    )
    assert "frozen 5 s" in ill
    assert "silent 3 s" in ill


def test_what_is_not_known_is_a_dash_and_no_zero() -> None:
    unknown = row(line(FeedStatus(state="BLIND"), picture=PictureStatus(), sound=SoundStatus()), 1)
    assert "0" not in unknown
    assert "–" in unknown


def test_the_summary_counts_classes_and_names_what_went_wrong() -> None:
    summary = Summary()
    low = FeedStatus(state="LOW", kbps=900, video_age_ms=3_000, audio_age_ms=10)
    for sample in [line()] * 8 + [line(low, picture=PictureStatus("black"))] * 9:
        summary.add(sample)
    said = summary.sentence(4)
    for words in ("4 s measured", "OK 2 s", "LOW 2 s", "(900 to 4,500)", "black 2 s",
                  "no picture for the last 3 s"):  # fmt: skip
        assert words in said


def test_a_track_that_was_announced_and_never_came_is_missing() -> None:
    summary = Summary()
    summary.add(line(FeedStatus(state="OK", video_codec="h264", audio_codec="aac", kbps=900,
                                video_kbps=900, audio_kbps=0)))  # fmt: skip
    assert summary.has("video")
    assert not summary.has("audio")


def test_an_issue_not_checked_is_not_shown_as_none_found() -> None:
    issue = ConfigurationIssue("gopSizeLong", "warning", "Keyframes too rare", "Each 8 s; set 2 s.")
    assert "not checked" in "".join(issue_rows("Wishes", None))
    assert "nothing" in "".join(issue_rows("Wishes", ()))
    assert "gopSizeLong" in "\n".join(issue_rows("Wishes", (issue,)))
