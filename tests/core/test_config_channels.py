"""Are channels and the agency read, every fault named, and no address repeated?"""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.channel_settings import EmailChannel, NtfyChannel, WebhookChannel
from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import Settings

CANARY = "canary-4f1d9a77"
SECRETS = {
    "env:OPS": f"https://hooks.example/{CANARY}",
    "env:HOOK": "whsec_" + "QUJD" * 12,
    "env:TOKEN": CANARY,
}
STORE = """
[[store]]
id = "glow"
[store.feed]
listen = "rtmp://127.0.0.1:1935/live/env:TOKEN"
[[store.uplink]]
name = "primary"
url = "rtmp://ingest.example/live/env:TOKEN"
"""


def resolve(reference: str) -> Secret:
    if reference not in SECRETS:
        raise SecretUnavailable(f"{reference} is not set")
    return Secret(SECRETS[reference])


def load(folder: Path, text: str) -> Settings:
    file = folder / "livedesk.toml"
    file.write_text(text + STORE)
    return load_settings(file, resolve)


def problems(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    assert CANARY not in str(caught.value)
    return str(caught.value)


def channel(kind: str, more: str) -> str:
    return f'[[channel]]\nname = "ops"\nkind = "{kind}"\n{more}\n'


def test_without_any_there_are_none(tmp_path: Path) -> None:
    settings = load(tmp_path, "")
    assert settings.channels == ()
    assert settings.agency.show_hours == 4


def test_every_kind_is_read(tmp_path: Path) -> None:
    text = """
[agency]
name = "North Agency"
show_hours = 6
time_zone = "Asia/Singapore"
[[channel]]
name = "ops-slack"
kind = "slack"
url = "env:OPS"
priority = "high"
stores = ["glow"]
resolved = false
heartbeat_min = 30
per_min = 10
[[channel]]
name = "night"
kind = "ntfy"
url = "env:OPS"
token = "env:TOKEN"
[[channel]]
name = "own"
kind = "webhook"
url = "http://127.0.0.1:9000/alarms"
secret = "env:HOOK"
[channel.headers]
X-Key = "env:TOKEN"
[[channel]]
name = "mail"
kind = "email"
host = "smtp.example"
security = "tls"
user = "ops"
password = "env:TOKEN"
sender = "livedesk@agency.example"
to = ["ops@agency.example"]
"""
    settings = load(tmp_path, text)
    slack, night, own, mail = settings.channels
    assert settings.agency.time_zone == "Asia/Singapore"
    assert (slack.priority, slack.stores, slack.resolved) == ("high", ("glow",), False)
    assert (slack.heartbeat_min, slack.per_min) == (30, 10)
    assert isinstance(night.way, NtfyChannel)
    assert isinstance(own.way, WebhookChannel)
    assert own.way.headers == (("X-Key", Secret(CANARY)),)
    assert isinstance(mail.way, EmailChannel)
    assert mail.way.port == 465
    assert CANARY not in repr(settings)


def test_an_address_in_the_file_is_used_and_remarked_upon(tmp_path: Path) -> None:
    settings = load(tmp_path, channel("slack", f'url = "https://hooks.example/{CANARY}"'))
    assert any("channel[0].url" in notice for notice in settings.notices)
    assert CANARY not in "".join(settings.notices)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (channel("pager", ""), "channel[0].kind"),
        (channel("slack", ""), "channel[0].url: expected an address"),
        (channel("slack", f'url = "http://hooks.example/{CANARY}"'), "use https://"),
        (channel("slack", f'url = "ftp://hooks.example/{CANARY}"'), "no address of https"),
        (channel("slack", 'url = "https://hooks.example"'), "no path"),
        (channel("slack", 'url = "env:NOT"'), "env:NOT is not set"),
        (channel("slack", 'url = "env:OPS"\nstores = ["gone"]'), '"gone"'),
        (channel("slack", 'url = "env:OPS"\nheartbeat_min = 0.5'), "at least 1 minute"),
        (channel("slack", 'url = "env:OPS"\nprioriy = "low"'), "did you mean priority?"),
        (channel("slack", 'url = "env:OPS"') * 2, "a name of its own"),
        (channel("webhook", 'url = "env:OPS"\nsecret = "env:TOKEN"'), "whsec_"),
        (channel("email", ""), "channel[0].host"),
        (
            channel("email", 'host = "m.example"\nsecurity = "none"\nsender = "a@b"\nto = ["c@d"]'),
            "mail server of this machine",
        ),
        (
            channel("email", 'host = "m.example"\nsender = "a@b"\nto = ["c@d"]\nuser = "x"'),
            "user and password together",
        ),
        ('[agency]\ntime_zone = "Mars/Olympus"\n', "does not know"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in problems(tmp_path, text)
