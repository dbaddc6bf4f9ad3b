"""Is a file whole or the one before, whatever happens while it is written?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from livedesk.core.whole_file import write_whole


@pytest.mark.parametrize("durable", [True, False])
def test_takes_the_place_of_the_file_before_and_is_private(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "shows.json"
    path.write_bytes(b"before")
    path.chmod(0o644)

    write_whole(path, b"after", durable=durable)

    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fails_leaves_the_file_before_and_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pads.json"
    path.write_bytes(b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
