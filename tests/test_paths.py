from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from livedesk.paths import FolderError, Paths, find_paths, prepare_runtime_dir

posix = pytest.mark.skipif(os.name != "posix", reason="about POSIX permissions")


def test_the_environment_says_where_files_live(tmp_path: Path) -> None:
    found = find_paths(
        {"LIVEDESK_RUNTIME_DIR": str(tmp_path / "r"), "LIVEDESK_DATA_DIR": str(tmp_path / "d")}
    )
    assert found == Paths(tmp_path / "r", tmp_path / "d")
    assert found.sessions == tmp_path / "d" / "sessions"


def test_without_it_the_platform_does(tmp_path: Path) -> None:
    found = find_paths({})
    assert found.runtime.is_absolute()
    assert found.runtime.name == found.data.name == "livedesk"


@posix
def test_the_runtime_folder_is_made_for_its_owner_alone(paths: Paths) -> None:
    paths.prepare().prepare()
    assert stat.S_IMODE(paths.runtime.stat().st_mode) == 0o700
    assert paths.data.is_dir()


@posix
def test_a_runtime_folder_that_others_may_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    folder.mkdir()
    folder.chmod(0o770)
    with pytest.raises(FolderError, match="chmod 700"):
        prepare_runtime_dir(folder)


@posix
def test_a_runtime_folder_that_others_may_replace_is_refused(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    with pytest.raises(FolderError, match="could replace"):
        prepare_runtime_dir(shared / "runtime")
    shared.chmod(0o1777)
    prepare_runtime_dir(shared / "runtime")


@posix
def test_a_link_in_place_of_the_runtime_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "runtime").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FolderError, match="LIVEDESK_RUNTIME_DIR"):
        prepare_runtime_dir(tmp_path / "runtime")


@posix
def test_a_runtime_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_runtime_dir(tmp_path / "runtime")
    us = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: us + 1)
    with pytest.raises(FolderError, match="belongs to another user"):
        prepare_runtime_dir(tmp_path / "runtime")


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for paths in (
        Paths(tmp_path / "file" / "r", tmp_path / "d"),
        Paths(tmp_path / "r", tmp_path / "file"),
    ):
        with pytest.raises(FolderError, match="cannot be used"):
            paths.prepare()
