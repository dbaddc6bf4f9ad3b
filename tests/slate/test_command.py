"""`livedesk slate`: the clip is there whatever becomes of the showing."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from livedesk.slate.command import SlateError, main_slate


def _nothing(_: str) -> str | None:
    return None


def test_clip_is_written_and_named(tmp_path: Path) -> None:
    out, path = io.StringIO(), tmp_path / "s.mp4"
    main_slate(out, path=path, seconds=8, fps=25, with_show=False, environ={}, which=_nothing)
    assert path.stat().st_size > 10_000
    assert out.getvalue() == f"{path}: 8 s, 25 frames a second\n"


@pytest.mark.parametrize(
    ("which", "says"), [(_nothing, "no player was found"), (str, "there is no screen here")]
)
def test_without_a_player_or_a_screen_the_clip_is_still_there(
    tmp_path: Path,
    which: Callable[[str], str | None],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    path = tmp_path / "s.mp4"
    with pytest.raises(SlateError, match=says) as raised:
        main_slate(io.StringIO(), path=path, seconds=8, fps=25, environ={}, which=which)
    assert f"the clip is {path}" in str(raised.value)
    assert path.exists()


def test_wrong_wish_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SlateError, match="choose one of 25, 30, 50, 60"):
        main_slate(io.StringIO(), path=tmp_path / "s.mp4", fps=31, with_show=False)
    assert not list(tmp_path.iterdir())
