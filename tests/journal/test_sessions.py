"""Which files are sessions, and how a stray one is listed."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from livedesk.core.records import RecordedSession
from livedesk.journal.sessions import describe, recorded, session_files


def test_what_is_no_file_or_has_no_readable_name_keeps_no_other_from_being_listed(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "sessions" / "glow"
    (folder / "folder.livedesk").mkdir(parents=True)
    os.mkfifo(folder / "pipe.livedesk")
    (folder / "loop.livedesk").symlink_to("loop.livedesk")
    (folder / "nowhere.livedesk").symlink_to("/nowhere")
    odd = Path(os.fsdecode(bytes(folder) + b"/odd\xff.livedesk"))
    odd.write_bytes(b"")
    session = recorded(describe(odd))
    assert session_files(tmp_path) == [odd]
    assert msgspec.json.decode(msgspec.json.encode(session), type=RecordedSession) == session
    assert session.problem
