"""Is a slip in an address named before anything is opened, without repeating the key?"""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.monitors.probe.source import SourceError, check_source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing to measure"),
        ("rmtp://h.example/live/s3cret", "did you mean rtmp://"),
        ("rtmpss://h.example/live/s3cret", "did you mean rtmps://"),
        ("srt://h.example:9000?streamid=s3cret", "no such protocol"),
        ("rtmp:///live/s3cret", "no valid host"),
        ("rtmp://[::1/live/s3cret", "no valid host"),
        ("rtmp://h.example:19e5/live/s3cret", "h.example: its port is no number"),
        ("rtmp://user:s3cret@h.example:0/live/s3cret", "h.example: its port is no number"),
        ("rtmp://h.example/live/s3 cret", "a blank"),
        ("rtmp:/h.example/live/s3cret", "begins with rtmp://"),
        ("rtmp:h.example/live/s3cret", "begins with rtmp://"),
        ("rtmp//h.example/live/s3cret", "begins with rtmp://"),
        ("localhost:1935/live/s3cret", "begins with its protocol"),
        ("ingest.shop.example/live/s3cret", "begins with its protocol"),
    ],
)
def test_a_slip_in_an_address_is_named_without_the_key(text: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        check_source(text)
    assert "s3" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "rtmp://h.example/live/key",
        "rtmps://u:p@[::1]:443/app/inst/key?a=b",
        "https://h.example/live.flv",
        "udp://:5000",
    ],
)
def test_an_address_in_order_passes(text: str) -> None:
    check_source(text)


def test_a_path_that_cannot_be_read_is_named_with_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "empty.flv").touch()
    for path, words in (
        (tmp_path, "a folder"),
        (tmp_path / "empty.flv", "is empty"),
        (tmp_path / "rtmp.flv", "no such file"),
    ):
        with pytest.raises(SourceError, match=words) as caught:
            check_source(str(path))
        assert str(path) in str(caught.value)
