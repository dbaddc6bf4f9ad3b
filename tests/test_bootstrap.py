from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from livedesk.core.system_packages import (
    BROWSER,
    CONSOLE_LIBRARIES,
    FONTS,
    TEST_PEERS,
    Need,
    missing,
)
from tools import bootstrap

NOT_HERE = Need("library", "libnot-here.so.9", "libnot-here9")
UGLY = Need("file", "not-here/*.ttf", "fonts-not-here", optional=True)

linux = pytest.mark.skipif(os.name != "posix", reason="packages are Debian's")


@linux
def test_what_is_here_is_not_missing_and_what_is_not_is() -> None:
    here = [
        Need("program", "sh", "dash"),
        Need("file", "etc/pass*", "x"),
        Need("module", "os", "x"),
    ]
    assert missing([*here, NOT_HERE, UGLY]) == [NOT_HERE, UGLY]


@linux
def test_a_user_gets_the_exact_command_and_lesser_looks_stop_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(
        bootstrap.SetupError, match="sudo apt-get install fonts-not-here libnot-here9"
    ):
        bootstrap.provide_system([NOT_HERE, UGLY])
    bootstrap.provide_system([UGLY])
    said = capsys.readouterr()
    assert "sudo apt-get install fonts-not-here" in said.err
    assert not said.out, "standard output belongs to the demo"


def test_pip_would_install_the_same_versions_as_uv() -> None:
    locked = list(bootstrap.locked_versions())
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line) for line in locked)
    for name in ("pyside6-essentials", "av", "pytest"):
        assert any(line.startswith(f"{name}==") for line in locked)
    twice = [line for line in locked if line.startswith("av==")]
    assert all(" ; python_full_version" in line for line in twice) or len(twice) == 1


def test_the_environment_without_qt_has_the_tests_and_no_windows() -> None:
    wanted = bootstrap.group_requirements(bootstrap.WITHOUT_QT.groups)
    assert any(entry.startswith("pytest>=") for entry in wanted)
    assert not any("qt" in entry for entry in wanted)
    assert "console" not in bootstrap.WITHOUT_QT.extras
    assert set(wanted) < set(bootstrap.group_requirements(bootstrap.FULL.groups))


def test_a_changed_lock_file_makes_an_environment_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((bootstrap.ROOT / name).read_bytes())
    before = bootstrap.fingerprint(bootstrap.FULL)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    assert bootstrap.fingerprint(bootstrap.FULL) == before
    (tmp_path / "uv.lock").write_text("")
    assert bootstrap.fingerprint(bootstrap.FULL) != before


@pytest.mark.ui
@linux
def test_what_the_windows_and_the_tests_need_is_known_to_be_here() -> None:
    """On a machine where `make test` has run, the list must be complete and met."""
    assert missing([*CONSOLE_LIBRARIES, *FONTS, *TEST_PEERS, *BROWSER]) == []
