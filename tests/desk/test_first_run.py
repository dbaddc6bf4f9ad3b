"""What is typed to connect a first store: is it fit to be used, and do the settings say it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.config_file import load_settings
from livedesk.core.secrets import Secret
from livedesk.desk.first_run import (
    FirstStore,
    key_reference,
    key_variable,
    problems,
    settings_text,
    store_id,
)

KEY = "sk-9-canary-platform-key"


def store(**changed: object) -> FirstStore:
    given: dict[str, object] = {
        "name": "Glow Beauty US", "platform": "tiktok", "server": "rtmp://ingest.example/live",
        "key": Secret(KEY), "encoder_key": Secret("encoder-key-1"), "standby": "",
    }  # fmt: skip
    return FirstStore(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Glow Beauty US", "glow-beauty-us"), ("Crème & Café №1", "creme-cafe-no1"),
        ("美妆", "store"), ("--", "store"), ("x" * 200, "x" * 48),
    ],
)  # fmt: skip
def test_a_store_gets_an_id_from_its_name(name: str, expected: str) -> None:
    assert store_id(name) == expected


@pytest.mark.parametrize(
    "wanted",
    [
        store(),
        store(standby="wwan0"),
        store(name='A "quoted" \\ name', server="rtmps://ingest.example:443/app/"),
        store(name="美妆 🌸", platform=""),
    ],
)
def test_the_settings_that_are_written_are_read_as_they_were_meant(
    wanted: FirstStore, tmp_path: Path
) -> None:
    asked = []

    def resolve(reference: str) -> Secret:
        asked.append(reference)
        return Secret(KEY)

    assert problems(wanted) == {}
    file = tmp_path / "livedesk.toml"
    text = settings_text(wanted, "keyring:" + "/".join(key_reference(wanted)))
    file.write_text(text, encoding="utf-8")
    [read] = load_settings(file, resolve).stores
    assert (read.id, read.name, read.platform) == (wanted.id, wanted.name, wanted.platform)
    assert read.feed.key == wanted.encoder_key
    ways = [(uplink.name, uplink.bind) for uplink in read.uplinks]
    assert ways == [("primary", None)] + [("bonded", wanted.standby)] * bool(wanted.standby)
    assert read.uplinks[0].url.reveal() == f"{wanted.server.rstrip('/')}/{KEY}"
    assert KEY not in text
    assert set(asked) == {f"keyring:livedesk-{wanted.id}/stream-key"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"), ({"name": "a\nb"}, "name"), ({"name": "x" * 121}, "name"),
        ({"server": ""}, "server"), ({"server": "ingest.example/live"}, "server"),
        ({"server": "rtmp://ingest.example"}, "server"),
        ({"server": "http://ingest.example/live"}, "server"),
        ({"server": f"rtmp://ingest.example/live?key={KEY}"}, "server"),
        ({"server": 'rtmp://x/live"\nkey = "1'}, "server"),
        ({"key": Secret("")}, "key"), ({"key": Secret("two words")}, "key"),
        ({"key": Secret("rtmp://x/y")}, "key"),
        ({"standby": "wlan 0"}, "standby"), ({"standby": '"'}, "standby"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_by_field_and_never_repeated(
    changed: dict[str, object], field: str
) -> None:
    found = problems(store(**changed))
    assert list(found) == [field]
    assert found[field].endswith(".") or ":" in found[field]
    assert KEY not in found[field]


def test_without_a_keyring_the_key_has_a_variable_of_its_own() -> None:
    assert key_variable(store()) == "LIVEDESK_GLOW_BEAUTY_US_KEY"
