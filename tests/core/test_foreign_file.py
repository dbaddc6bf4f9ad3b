"""A file that others wrote is read whole, as it was at one moment, or refused in words."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from livedesk.core.foreign_file import (
    ArchiveLimits,
    Fault,
    ForeignFileError,
    check_spreadsheet,
    read_at_once,
)

LIMITS = ArchiveLimits(parts=3, unpacked_bytes=2_000_000)


def packed(**parts: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n1,Serum\n")
    assert read_at_once(path, 17) == b"id,title\n1,Serum\n"


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    empty, large, pipe = tmp_path / "empty", tmp_path / "large", tmp_path / "pipe"
    empty.write_bytes(b" \n")
    large.write_bytes(b"x" * 1_000_001)
    os.mkfifo(pipe)
    cases: dict[Fault, Path] = {
        "empty": empty, "large": large, "kind": pipe, "unreadable": tmp_path / "none",
    }  # fmt: skip
    for fault, path in cases.items():
        with pytest.raises(ForeignFileError) as refused:
            read_at_once(path, 1_000_000)
        assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (packed(a=b"0" * 2_000_001), "unpacked"),
        (packed(a=b"", b=b"", c=b"", d=b""), "unpacked"),
        (packed(a=b"<x/>", b=b'<!DOCTYPE x [<!ENTITY a "b">]>'), "entities"),
    ],
)
def test_an_archive_that_would_grow_is_refused_before_it_does(content: bytes, fault: Fault) -> None:
    with pytest.raises(ForeignFileError) as refused:
        check_spreadsheet(content, LIMITS)
    assert refused.value.fault == fault


def test_a_spreadsheet_of_sane_size_is_taken() -> None:
    check_spreadsheet(packed(a=b"<x/>", b=b"0" * 1_000_000), LIMITS)


def test_the_sentence_says_what_to_do_where_there_is_something() -> None:
    error = ForeignFileError("large", "is larger than 64 MB")
    assert error.words({"large": "export a shorter time"}) == (
        "is larger than 64 MB; export a shorter time"
    )
    assert error.words({}) == "is larger than 64 MB"
