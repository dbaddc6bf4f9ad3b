"""Players that are found, started and ended; the player is a script that says what it was asked."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from livedesk.slate.show import Player, ShowError, find_player, show

_DEADLINE_S = 10.0


def _script(folder: Path, name: str, lines: str) -> str:
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{lines}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("installed", "first"),
    [("vlc mpv ffplay", "mpv"), ("cvlc ffplay", "ffplay"), ("cvlc vlc", "vlc"), ("cvlc", "cvlc")],
)
def test_players_are_taken_in_order(installed: str, first: str) -> None:
    player = find_player(lambda name: f"/bin/{name}" if name in installed.split() else None)
    assert player == Player(first, f"/bin/{first}")


def test_no_player_says_what_to_install() -> None:
    with pytest.raises(ShowError, match="install mpv"):
        find_player(lambda _: None)


@pytest.mark.parametrize("name", ["mpv", "ffplay", "vlc", "cvlc"])
def test_clip_is_named_as_a_file_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    clip = Path("-http:..slate.mp4")
    command = Player(name, f"/bin/{name}").command(clip)
    assert command[0] == f"/bin/{name}"
    assert command[-1] == str(Path.cwd() / clip)
    assert any("full" in word or word == "-fs" for word in command)
    assert any("loop" in word or "repeat" in word for word in command)


def test_show_ends_when_the_player_is_closed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = _script(tmp_path, "mpv", f"open({str(told)!r}, 'w').write(sys.argv[-1])")
    show(Player("mpv", program), tmp_path / "slate.mp4")
    assert told.read_text() == str(tmp_path / "slate.mp4")


def test_player_that_fails_is_told_with_its_own_words(tmp_path: Path) -> None:
    lines = "print('first', file=sys.stderr)\nsys.exit('could not open a display')"
    program = _script(tmp_path, "ffplay", lines)
    with pytest.raises(ShowError, match=r"ffplay could not show it \(could not open a display\)"):
        show(Player("ffplay", program), tmp_path / "slate.mp4")


def test_player_that_cannot_be_started(tmp_path: Path) -> None:
    program = str(tmp_path / "mpv")
    with pytest.raises(ShowError, match="cannot be started"):
        show(Player("mpv", program), tmp_path / "slate.mp4")


def _running(pid_file: Path) -> int:
    deadline = time.monotonic() + _DEADLINE_S
    while not (pid_file.exists() and pid_file.read_text().endswith("\n")):
        assert time.monotonic() < deadline, "the player did not start"
        time.sleep(0.01)
    return int(pid_file.read_text())


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _waiting_player(folder: Path, pid_file: Path) -> Player:
    lines = f"open({str(pid_file)!r}, 'w').write(f'{{os.getpid()}}\\n')\ntime.sleep(60)"
    return Player("mpv", _script(folder, "mpv", lines))


def test_show_ends_after_its_seconds(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    show(_waiting_player(tmp_path, pid_file), tmp_path / "slate.mp4", seconds=1)
    assert not pid_file.exists() or _is_gone(_running(pid_file))


def test_interrupt_ends_the_player_and_is_no_error(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    player = _waiting_player(tmp_path, pid_file)

    def interrupt() -> None:
        _running(pid_file)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    show(player, tmp_path / "slate.mp4")
    thread.join()
    assert _is_gone(_running(pid_file))
