"""What is typed, what is answered, and with which exit status."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from livedesk import __version__
from livedesk.cli import main
from livedesk.core.clock import ManualClock
from livedesk.core.process import is_alive
from livedesk.core.runtime import (
    EngineRuntime,
    RelayRuntime,
    engine_file,
    list_runtime_files,
    read_runtime_file,
    relay_file,
)
from livedesk.journal.sessions import session_path
from livedesk.journal.values import SampleRow, SessionInfo
from livedesk.journal.writer import JournalWriter
from livedesk.paths import Paths
from tests.ports import free_port
from tests.waiting import wait_until

LIVEDESK = [sys.executable, "-m", "livedesk"]


def settings_file(folder: Path, feed_port: int, store: str = "glow") -> Path:
    path = folder / f"{store}.toml"
    path.write_text(
        f'[[store]]\nid = "{store}"\nname = "Glow"\nplatform = "tiktok"\nsandbox = true\n'
        f'[store.feed]\nlisten = "rtmp://127.0.0.1:{feed_port}/live/feed-secret"\n'
        f'[[store.uplink]]\nname = "primary"\nurl = "rtmp://127.0.0.1:1/live/uplink-secret"\n'
    )
    return path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LIVEDESK, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    for option, text in (("--version", f"livedesk {__version__}"), ("--help", "engine")):
        with pytest.raises(SystemExit) as left:
            main([option])
        assert left.value.code == 0
        assert text in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["pad", "--token-file", "missing"], "--engine URL"),
        (["engine"], "--config FILE"),
        (["engine", "--config", "missing.toml"], "missing.toml"),
        (["export", "nothing", "--out", "out"], "no session"),
        (["export"], "--since"),
        (["probe", "a.flv", "--platform", "tik-tok"], "tiktok"),
    ],
)
def test_what_is_asked_wrongly_is_said_in_a_sentence(
    arguments: list[str],
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if arguments[-1] == "missing.toml":
        arguments = [*arguments, "--no-watch"]
    assert main(arguments) == 2
    assert text in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["fly"], ["demo", "--seconds", "0"], ["evidence"]])
def test_unknown_words_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: livedesk" in capsys.readouterr().err


def test_a_broken_settings_file_is_named_with_line_and_key_and_without_keys(
    tmp_path: Path,
) -> None:
    config = settings_file(tmp_path, 1935)
    config.write_text(config.read_text().replace('id = "glow"', "id = 7"))
    answer = run("engine", "--config", str(config))
    assert answer.returncode == 2
    assert f"{config}:2" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "secret" not in answer.stderr


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:x", ":80", "127.0.0.1:70000"])
def test_a_wrong_api_address_is_refused(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings_file(tmp_path, 1935)
    assert main(["engine", "--config", str(config), "--api", address, "--no-watch"]) == 2
    assert "HOST:PORT" in capsys.readouterr().err


def test_an_unknown_store_is_answered_with_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings_file(tmp_path, 1935)
    assert main(["engine", "--config", str(config), "--store", "x", "--no-watch"]) == 2
    assert "glow" in capsys.readouterr().err


def test_the_sandbox_cannot_push_to_a_feed_that_is_pulled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings_file(tmp_path, 1935)
    config.write_text(config.read_text().replace("listen =", "pull ="))
    assert main(["sandbox", "--config", str(config)]) == 2
    assert "name a store that has listen" in capsys.readouterr().err


def test_an_api_port_in_use_ends_it_before_anything_starts(tmp_path: Path, paths: Paths) -> None:
    config = settings_file(tmp_path, free_port())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run("engine", "--config", str(config), "--api", f"127.0.0.1:{port}")
    assert answer.returncode == 2
    assert f"127.0.0.1:{port}" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert list_runtime_files(paths.runtime) == {}


def test_stopping_needs_neither_windows_nor_codecs() -> None:
    code = (
        "import sys; from livedesk.cli import main; status = main(['engine', '--stop']); "
        "heavy = {'PySide6', 'av', 'numpy', 'starlette', 'uvicorn', 'httpx', 'keyring'}; "
        "print(sorted(heavy & set(sys.modules))); sys.exit(status)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert answer.returncode == 0
    assert answer.stdout == "nothing of livedesk was running\n[]\n"


def wait_for_engine(paths: Paths) -> EngineRuntime:
    def found() -> EngineRuntime | None:
        runtime = read_runtime_file(engine_file(paths.runtime))
        return runtime if isinstance(runtime, EngineRuntime) else None

    runtime = wait_until(found, "the engine's runtime file")
    assert isinstance(runtime, EngineRuntime)
    return runtime


def ask(runtime: EngineRuntime, path: str, token: str) -> dict[str, object]:
    request = urllib.request.Request(runtime.url + path)
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=5) as answer:
        content = json.load(answer)
        assert isinstance(content, dict)
        return content


def wait_for_relay(paths: Paths, runtime: EngineRuntime, state: str) -> dict[str, object]:
    def found() -> dict[str, object] | None:
        status = ask(runtime, "/v1/stores/glow/status", runtime.token.reveal())
        relay = status["relay"]
        assert isinstance(relay, dict)
        return relay if relay["state"] == state else None

    return dict(wait_until(found, f"the relay is {state}"))


def test_the_engine_with_its_real_relay_ends_without_a_trace_on_sigterm(
    tmp_path: Path, paths: Paths
) -> None:
    config = settings_file(tmp_path, free_port())
    token_file = tmp_path / "token"
    command = [*LIVEDESK, "engine", "--config", str(config), "--token-file", str(token_file)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watch:
        runtime = wait_for_engine(paths)
        wait_for_relay(paths, runtime, "up")
        stores = ask(runtime, "/v1/stores", token_file.read_text().strip())["stores"]
        assert isinstance(stores, list)
        relay = read_runtime_file(relay_file(paths.runtime, "glow"))
        assert isinstance(relay, RelayRuntime)
        second = run("engine", "--config", str(config))
        assert second.returncode == 2
        assert "another engine" in second.stderr
        for pid in (runtime.pid, relay.pid, watch.pid):
            words = Path(f"/proc/{pid}/cmdline").read_text()
            assert "secret" not in words
        watch.send_signal(signal.SIGTERM)
        _, said = watch.communicate(timeout=30)
    assert watch.returncode == 0
    assert "secret" not in said
    assert runtime.token.reveal() not in said
    assert not is_alive(runtime.pid, runtime.process)
    assert not is_alive(relay.pid, relay.process)
    assert list_runtime_files(paths.runtime) == {}


def test_a_feed_port_in_use_is_shown_while_the_engine_goes_on(
    tmp_path: Path, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = settings_file(tmp_path, taken.getsockname()[1])
        command = [*LIVEDESK, "engine", "--config", str(config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as watch:
            runtime = wait_for_engine(paths)
            relay = wait_for_relay(paths, runtime, "down")
            assert str(taken.getsockname()[1]) in str(relay["reason"])
            assert main(["engine", "--stop"]) == 0
            assert watch.wait(20) == 0
    assert "ended the engine" in capsys.readouterr().out


def test_a_session_is_exported_by_its_id(
    tmp_path: Path, paths: Paths, clock: ManualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.prepare()
    info = SessionInfo("glow-1", "glow", "Glow", "tiktok", clock.utc_ns(), clock.mono_ns())
    file = session_path(paths.data, "glow", clock.utc_ns())

    async def record() -> None:
        writer = JournalWriter.create(file, info, clock)
        now = (clock.utc_ns(), clock.mono_ns())
        writer.sample([SampleRow(0, *now, "feed_kbps", "", 0, 4, 1.0, 2.0, 3.0)])
        await writer.close()

    asyncio.run(record())
    out = tmp_path / "out"
    assert main(["export", "glow-1", "--format", "jsonl, html", "--out", str(out)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.suffix for path in written] == [".jsonl", ".json", ".html"]
    assert all(path.stat().st_size for path in written)
    assert main(["export", str(file), "--format", "docx", "--out", str(out)]) == 2
    assert "docx" in capsys.readouterr().err
    (tmp_path / "no.livedesk").write_text("no session")
    assert main(["export", str(tmp_path / "no.livedesk"), "--out", str(out)]) == 1


def test_a_source_that_is_not_there_is_a_failure_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", str(tmp_path / "none.flv")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("livedesk: ")
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("rmtp://ingest.example/live/s3cret", "rtmp://"),
        ("rtmp:///live/s3cret", "host"),
        ("rtmp://ingest.example:19e5/live/s3cret", "port"),
    ],
)
def test_a_slip_in_an_address_is_answered_with_one_line_and_without_the_key(
    source: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", source]) == 1
    answer = capsys.readouterr()
    assert answer.out == ""
    (line,) = answer.err.splitlines()
    assert words in line
    assert "s3cret" not in line


def test_a_slate_is_written_and_one_that_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = tmp_path / "slate.mp4"
    wish = ["slate", "--no-show", "--out", str(clip), "--seconds", "8", "--fps", "25"]
    assert main(wish) == 0
    assert clip.stat().st_size > 0
    assert str(clip) in capsys.readouterr().out
    assert main([*wish[:-1], "7"]) == 1
    assert capsys.readouterr().err.startswith("livedesk: ")


def test_the_doctor_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) in (0, 1)
    assert "in the way" in capsys.readouterr().out


def test_without_a_display_the_console_says_so_instead_of_aborting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert main([]) == 2
    assert "no display" in capsys.readouterr().err
