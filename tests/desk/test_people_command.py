"""`livedesk user` and `livedesk audit` against an engine's answers."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from livedesk.cli import main
from livedesk.core.audit_chain import sealed
from livedesk.core.engine_status import AuditEntry

FIRST = sealed(
    AuditEntry(1, 1_700_000_000_000_000_000, "Ana", "producer", "POST /v1/stores/glow/hold",
               "glow", 200, {"on": "true"}), "",
)  # fmt: skip
SECOND = sealed(AuditEntry(2, FIRST.utc_ns + 1, "Mei", "admin", "engine.stopped"), FIRST.digest)
USER = {"name": "Ana Lim", "role": "host", "created_utc_ns": 1, "created_by": "admin"}


class Engine(BaseHTTPRequestHandler):
    intact: ClassVar[bool] = True
    trail: ClassVar[tuple[AuditEntry, ...]] = ()
    calls: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if self.path.startswith("/v1/audit"):
            broken_at = None if self.intact else 1
            trail = [asdict(entry) for entry in self.trail]
            self._answer(200, {"entries": trail, "intact": self.intact, "head": "what it says",
                               "count": len(trail), "broken_at": broken_at})  # fmt: skip
        else:
            self._answer(200, {"users": [USER], "limit": 50})

    def do_POST(self) -> None:
        self.calls.append(self.path)
        if self.path.endswith("/role"):
            error = {"code": "unknown_user", "message": "Nobody.", "action": "See the list."}
            self._answer(404, {"error": error})
        else:
            self._answer(201, {"user": USER, "token": "t0ken"})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def access(tmp_path: Path) -> Any:
    Engine.intact, Engine.calls, Engine.trail = True, [], (FIRST, SECOND)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    token = tmp_path / "token"
    token.write_text("mine\n")
    yield ["--engine", f"http://127.0.0.1:{server.server_port}", "--token-file", str(token)]
    server.shutdown()
    server.server_close()


def test_a_token_goes_into_a_file_of_its_owner_and_onto_no_pipe(
    tmp_path: Path, access: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "add", "Ana Lim", "host", *access]) == 2
    assert Engine.calls == []
    file = tmp_path / "ana.token"
    assert main(["user", "add", "Ana Lim", "host", "--out", str(file), *access]) == 0
    assert file.read_text() == "t0ken\n"
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert main(["user", "token", "Ana Lim", "--out", str(file), *access]) == 2
    assert Engine.calls == ["/v1/users"]
    told = capsys.readouterr()
    assert "t0ken" not in told.out + told.err
    assert "choose another with --out" in told.err


def test_people_are_listed_and_refusals_told(
    access: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "list", *access]) == 0
    assert capsys.readouterr().out == "Ana Lim  host             not seen yet\n"
    assert main(["user", "role", "Bo", "admin", *access]) == 1
    assert "Nobody. See the list." in capsys.readouterr().err


def test_the_trail_is_written_with_its_head_and_a_changed_one_is_a_failure(
    tmp_path: Path, access: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "trail.jsonl"
    assert main(["audit", "--out", str(file), *access]) == 0
    act, _, head = map(json.loads, file.read_text().splitlines())
    assert (act["type"], act["actor"], act["time"]) == ("act", "Ana", "2023-11-14T22:13:20.000Z")
    assert (head["type"], head["head"], head["entries"]) == ("head", SECOND.digest, 2)
    Engine.intact = False
    assert main(["audit", *access]) == 1
    assert "entry 1 is not as it was written" in capsys.readouterr().err


def test_a_head_that_was_kept_elsewhere_tells_a_trail_that_was_written_anew(
    access: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for head, at in ((FIRST.digest, 1), (SECOND.digest, 2)):
        assert main(["audit", "--head", head, *access]) == 0
        assert f"entry {at}: nothing before was changed" in capsys.readouterr().err
    Engine.trail = (FIRST,)
    assert main(["audit", "--head", SECOND.digest, *access]) == 1
    assert "its end was taken off" in capsys.readouterr().err
    other = sealed(replace(FIRST, actor="Kim"), "")
    Engine.trail = (other, sealed(replace(SECOND, digest=""), other.digest))
    assert main(["audit", *access]) == 0
    assert main(["audit", "--head", SECOND.digest, *access]) == 1
    Engine.trail = (replace(FIRST, actor="Kim"), SECOND)
    assert main(["audit", *access]) == 1, "also when the engine says that it is intact"
    assert "entry 1 is not as it was written" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["audit", "--head", "d1", *access])
    assert "64 hexadecimal digits" in capsys.readouterr().err


def test_a_command_does_not_take_the_consoles_engine_for_its_own(
    access: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*access, "user", "list"]) == 2
    assert "stand behind the command" in capsys.readouterr().err
