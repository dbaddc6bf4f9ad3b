"""The operator's token file: made when missing, refused when others could read it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from livedesk.engine.token_file import TokenFileError, read_token_file


def test_a_missing_file_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "token"
    made = read_token_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made.reveal()) >= 32
    assert read_token_file(path) == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "token"
    path.write_text("secret-token\n")
    path.chmod(mode)
    with pytest.raises(TokenFileError, match="chmod 600") as refused:
        read_token_file(path)
    assert "secret-token" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "\n", "one\ntwo\n", "two words\n", "x" * 5_000])
def test_anything_but_one_token_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "token"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(TokenFileError, match="one line"):
        read_token_file(path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(TokenFileError, match="cannot be used"):
        read_token_file(tmp_path / "missing" / "token")
