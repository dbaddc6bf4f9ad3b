"""Is `[record]` read, and every fault named?"""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.secrets import Secret
from livedesk.core.settings import RecordSettings

STORE = """
[[store]]
id = "glow"
[store.feed]
listen = "rtmp://127.0.0.1:1935/live/env:TOKEN"
[[store.uplink]]
name = "primary"
url = "rtmp://ingest.example/live/env:TOKEN"
"""


def read(folder: Path, text: str) -> RecordSettings:
    file = folder / "livedesk.toml"
    file.write_text(text + STORE)
    return load_settings(file, lambda _reference: Secret("key-of-the-feed")).record


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("", RecordSettings(10, 0)),
        ("[record]\nstills_s = 0\nkeep_days = 90\n", RecordSettings(0, 90)),
        ("[record]\nstills_s = 2.5\n", RecordSettings(2.5, 0)),
    ],
)
def test_it_is_read(tmp_path: Path, text: str, record: RecordSettings) -> None:
    assert read(tmp_path, text) == record


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("stills_s = 0.5", "record.stills_s: expected 0 for no pictures, or at least 1 second"),
        ("stills_s = -1", "record.stills_s: expected a number from 0 to 3600 seconds"),
        ("keep_days = 1.5", "record.keep_days: expected a whole number of days"),
        ("keep_day = 3", "record.keep_day: this key is not known; did you mean keep_days?"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, line: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, f"[record]\n{line}\n")
    assert fault in str(caught.value)
