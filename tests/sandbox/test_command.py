"""`livedesk sandbox` says what can be pasted: a whole file of settings."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from livedesk.core.config_file import load_settings
from livedesk.keys import secret_resolver


@pytest.mark.slow
def test_what_it_says_is_a_file_of_settings(tmp_path: Path) -> None:
    file = tmp_path / "livedesk.toml"
    command = [sys.executable, "-m", "livedesk", "sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        lines = []
        for line in sandbox.stdout:
            lines.append(line)
            if line.startswith("# control:"):
                break
        sandbox.send_signal(signal.SIGINT)
        assert sandbox.wait(10) == 0
    file.write_text("".join(lines))
    file.chmod(0o600)
    [store] = load_settings(file, secret_resolver({})).stores
    assert [uplink.name for uplink in store.uplinks] == ["primary", "bonded"]
    assert store.pins is not None
    assert store.moderation is not None
