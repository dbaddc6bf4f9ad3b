"""An editor finds pins, switches and incidents where they are in the recording."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.journal.exports.edl import edl_lists
from livedesk.journal.exports.export import export
from livedesk.journal.exports.markers import Marker
from livedesk.journal.exports.options import ExportOptions
from livedesk.journal.exports.timecode import RATES, FrameRate, WrongTimecodeError, nearest_rate
from livedesk.journal.exports.vtt import vtt_lines
from tests.journal.big import Size, make_big

NTSC = nearest_rate(29.97)


def counted(rate: FrameRate, frames: int) -> list[str]:
    """Frame by frame, as SMPTE ST 12-1 counts: at each minute but every tenth, numbers are left
    out."""
    found: list[str] = []
    seconds = number = 0
    while len(found) < frames:
        is_left_out = (
            rate.is_drop and seconds % 60 == 0 and seconds % 600 != 0 and number < rate.count // 15
        )
        if not is_left_out:
            hours, minutes = seconds // 3600, seconds // 60 % 60
            found.append(f"{hours:02d}:{minutes:02d}:{seconds % 60:02d}:{number:02d}")
        number += 1
        if number == rate.count:
            seconds, number = seconds + 1, 0
    return found


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
def test_timecode_counts_as_the_standard_does(rate: FrameRate) -> None:
    # Numbers are left out where a minute begins.
    codes = counted(rate, rate.count * 60 * 11)
    near = {at: code for at, code in enumerate(codes) if code[6:8] in ("59", "00", "01")}
    assert {at: rate.timecode(at) for at in near} == near
    assert {at: rate.frame_of(code) for at, code in near.items()} == {at: at for at in near}


def test_drop_frame_keeps_up_with_the_clock() -> None:
    assert NTSC.timecode(NTSC.frame_at(3 * 3_600_000)) == "03:00:00:00"


@given(st.text(max_size=12))
def test_a_start_is_a_timecode_or_refused(text: str) -> None:
    with suppress(WrongTimecodeError):
        assert NTSC.timecode(NTSC.frame_of(text)) == text.replace(";", ":")


@pytest.mark.parametrize("text", ["00:01:00:00", "24:00:00:00", "01:00:00:30", "1:2:3:4"])
def test_a_frame_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(WrongTimecodeError, match="hh:mm:ss:ff"):
        NTSC.frame_of(text)


def many(count: int) -> list[Marker]:
    return [Marker("pin", at, at * 1000, at * 1000 + 500, "1|2", "3 <b>") for at in range(count)]


def test_more_markers_than_a_list_can_number_go_into_further_lists() -> None:
    lists = edl_lists("Show", many(2_000), NTSC, "01:00:00:00", is_measured=True)
    numbers = [re.findall(r"^(\d{3})  AX", text, re.M) for text in lists]
    assert [len(each) for each in numbers] == [999, 999, 2]
    assert numbers[1][0] == "001"
    assert all(text.startswith(f"TITLE: Show {at} of 3\nFCM: DROP FRAME\n* 29.97 FRAMES")
               for at, text in enumerate(lists, 1))  # fmt: skip
    first = lists[0].split("\n\n")[1].splitlines()
    assert first[0].split()[4:] == ["01:00:00:00", "01:00:00:14"] * 2
    assert first[1] == "* LOC: 01:00:00:00 GREEN   1¦2"
    assert first[2] == " 3 <b> |C:ResolveColorGreen |M:1¦2 |D:14"


def test_a_cue_is_text_and_lasts() -> None:
    text = "".join(vtt_lines("a --> b", 0, many(3)))
    assert text.startswith("WEBVTT a --&gt; b\n\nNOTE\n")
    assert "pin-2\n00:00:02.000 --> 00:00:02.500\n1|2\n3 &lt;b&gt;\n" in text
    assert len(re.findall(r"-->", text)) == 3


def test_markers_of_a_show_are_in_order(tmp_path: Path) -> None:
    session = make_big(tmp_path / "a.livedesk", Size(0.2, 20, 10))
    options = ExportOptions(start_timecode="10:00:00:00")
    vtt, edl = export(session, ["vtt", "edl"], tmp_path, options)
    text = vtt.read_text(encoding="utf-8")
    assert len(re.findall(r"^pin-\d+$", text, re.M)) == 20
    assert "incident-1\n00:10:00.000 --> 00:10:2" in text
    starts = re.findall(r"^(\S+) --> (\S+)$", text, re.M)
    assert all(start <= later for (start, _), (later, _) in pairwise(starts))
    assert all(start < end for start, end in starts)
    assert "  10:00:05:" in edl.read_text(encoding="utf-8").replace("C        ", "  ")
