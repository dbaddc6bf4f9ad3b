"""`livedesk pad` ends in words when there is nothing to attach to."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.cli import main
from livedesk.core.pins import GatewayStatus, PinsStatus
from livedesk.core.status import StoreStatus
from livedesk.paths import Paths
from tests.desk.fake_engine import TOKEN, FakeEngine, Script

PINS = PinsStatus(GatewayStatus("sandbox"))


@pytest.fixture
def arguments(engine: FakeEngine, tmp_path: Path) -> list[str]:
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    return ["pad", "--engine", engine.access.url, "--token-file", str(token)]


def stores(script: Script, *names: str, pins: PinsStatus | None = PINS) -> None:
    for name in names:
        script.statuses[name] = StoreStatus(name, name, 0, pins=pins)


def test_without_an_engine(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIVEDESK_RUNTIME_DIR", str(paths.runtime))
    assert main(["pad"]) == 1
    assert "livedesk engine --config FILE" in capsys.readouterr().err


def test_without_a_display(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert main(["pad"]) == 2
    assert "web pad" in capsys.readouterr().err


def test_with_a_wrong_token(
    arguments: list[str], script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stores(script, "lumen")
    (tmp_path / "token").write_text("another\n")
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert "Wrong token" in said
    assert "another" not in said


def test_with_several_stores_one_is_to_be_chosen(
    arguments: list[str], script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    stores(script, "lumen", "aurora")
    assert main(arguments) == 2
    assert "lumen, aurora" in capsys.readouterr().err


def test_with_a_store_that_there_is_not(
    arguments: list[str], script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    stores(script, "lumen")
    script.refusals["/v1/stores/lumne/status"] = (404, "unknown_store", "No such store.", "")
    assert main([*arguments, "--store", "lumne"]) == 2
    assert 'no store "lumne"; it has lumen' in capsys.readouterr().err


def test_with_a_store_that_does_not_pin(
    arguments: list[str], script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    stores(script, "lumen", pins=None)
    assert main(arguments) == 1
    assert "[store.pins]" in capsys.readouterr().err


def test_with_an_engine_that_does_not_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "token").write_text("t\n")
    there = ["--engine", "http://127.0.0.1:9", "--token-file", str(tmp_path / "token")]
    assert main(["pad", *there]) == 1
    assert "Check that the engine runs." in capsys.readouterr().err


def test_a_hosts_token_may_not_list_stores_and_needs_none(
    arguments: list[str], script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    stores(script, "lumen", pins=None)
    script.refusals["/v1/stores"] = (403, "own_store", "This is for its store only.", "")
    assert main(arguments) == 2
    assert "--store ID" in capsys.readouterr().err
    assert main([*arguments, "--store", "lumen"]) == 1
    assert "[store.pins]" in capsys.readouterr().err
