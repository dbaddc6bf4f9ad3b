"""How a store's chat is moderated, as the settings file says it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.moderation_settings import (
    LinesChat,
    ModerationSettings,
    SandboxChat,
    ShopeeChat,
)
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import Settings

HOOK = "whsec_" + base64.b64encode(b"s3cret-hook-of-24-bytes.").decode()
STORED = {"env:TOKEN": "s3cret-token", "env:KEY": "s3cret-key", "env:HOOK": HOOK}
FRONT = """\
[[store]]
id = "glow"
platform = "{platform}"
[store.feed]
listen = "rtmp://0.0.0.0:1935/live/glow"
[[store.uplink]]
name = "primary"
url = "rtmp://ingest.example/live/env:KEY"
"""
PINS = """\
[store.pins]
gateway = "shopee"
[store.pins.shopee]
partner_id = 2001234
partner_key = "env:KEY"
user_id = 88
shop_id = 99
session_id = 77
refresh_token = "env:TOKEN"
"""
PLAIN = """\
[store.moderation]
url = "https://rules.example/glow/"
token = "env:TOKEN"
"""
LINES = PLAIN + 'chat = "lines"\n[store.moderation.lines]\nrun = ["read-chat", "glow"]\n'
SANDBOX = (
    PLAIN
    + """\
chat = "sandbox"
[store.moderation.sandbox]
url = "http://127.0.0.1:8091"
room = "glow"
token = "s3cret-plain"
"""
)
SHOPEE = PINS + PLAIN + 'chat = "shopee"\n'
SERVICE = "https://rules.example/glow"
TOKEN = Secret("s3cret-token")


def resolve(reference: str) -> Secret:
    if reference not in STORED:
        raise SecretUnavailable(f"{reference} is not set")
    return Secret(STORED[reference])


def load(folder: Path, lines: str, platform: str = "shopee", front: str = FRONT) -> Settings:
    path = folder / "livedesk.toml"
    path.write_text(front.format(platform=platform) + lines, encoding="utf-8")
    path.chmod(0o600)
    settings = load_settings(path, resolve)
    assert "s3cret" not in repr(settings)
    return settings


def moderation(folder: Path, lines: str, platform: str = "shopee") -> ModerationSettings | None:
    settings = load(folder, lines, platform)
    assert settings.notices == ()
    return settings.stores[0].moderation


def problems(folder: Path, lines: str, platform: str = "shopee") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, lines, platform)
    assert "s3cret" not in str(caught.value)
    return [str(problem) for problem in caught.value.problems]


def test_a_store_without_the_table_is_not_moderated(tmp_path: Path) -> None:
    assert moderation(tmp_path, "") is None


def test_rules_without_a_chat_and_with_signed_warnings(tmp_path: Path) -> None:
    text = PLAIN + 'chat = "none"\nwebhook_secret = "env:HOOK"\n'
    assert moderation(tmp_path, text) == ModerationSettings(SERVICE, TOKEN, None, Secret(HOOK))
    assert moderation(tmp_path, PLAIN) == ModerationSettings(SERVICE, TOKEN)


@pytest.mark.parametrize("platform", ["TikTok Shop", "other"])
def test_a_program_that_writes_comments(tmp_path: Path, platform: str) -> None:
    expected = ModerationSettings(SERVICE, TOKEN, LinesChat(("read-chat", "glow")))
    assert moderation(tmp_path, LINES, platform) == expected


def test_the_sandboxs_chat(tmp_path: Path) -> None:
    chat = SandboxChat("http://127.0.0.1:8091", "glow", Secret("s3cret-plain"))
    assert moderation(tmp_path, SANDBOX) == ModerationSettings(SERVICE, TOKEN, chat)


def test_shopees_comments_come_with_the_sign_in_of_the_pins(tmp_path: Path) -> None:
    assert moderation(tmp_path, SHOPEE) == ModerationSettings(SERVICE, TOKEN, ShopeeChat())


def test_a_token_in_the_file_is_used_and_remarked_upon_unless_nothing_is_real(
    tmp_path: Path,
) -> None:
    text = PLAIN.replace("env:TOKEN", "s3cret-plain")
    (notice,) = load(tmp_path, text).notices
    assert "store[0].moderation.token: the rule service's token stands in this file" in notice
    unreal = FRONT.replace('id = "glow"', 'id = "glow"\nsandbox = true')
    assert load(tmp_path, text, front=unreal).notices == ()


@pytest.mark.parametrize("host", ["127.0.0.1:8092", "localhost:8092", "[::1]:8092"])
def test_a_service_on_this_machine_needs_no_certificate(tmp_path: Path, host: str) -> None:
    found = moderation(tmp_path, PLAIN.replace("https://rules.example/glow/", f"http://{host}"))
    assert found is not None
    assert found.url == f"http://{host}"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("[store.moderation]\n", "store[0].moderation.url: expected the rule service's address"),
        ("[store.moderation]\n", "moderation.token: expected the rule service's token"),
        (PLAIN.replace("https", "http"), "url: expected the rule service's address, such as"),
        (
            PLAIN.replace("https://rules", "http://127.0.0.1.rules"),
            "found http:// to another machine; it has to be https://",
        ),
        (PLAIN.replace("https", "ftp"), "found no http or https address"),
        (PLAIN.replace("rules.", "u:s3cret@rules."), "or blanks, @, ? or # in it"),
        (PLAIN.replace(".example", ".example:99999"), "found no valid host and port"),
        (PLAIN.replace("https://rules", "https://[rules"), "found no valid host and port"),
        (PLAIN.replace("env:TOKEN", "env:GONE"), "moderation.token: env:GONE is not set"),
        (PLAIN + 'chat = "tiktok"\n', 'chat: expected "sandbox", "shopee", "lines" or "none"'),
        (PLAIN + "chat = false\n", 'chat: expected "sandbox"'),
        (PLAIN + 'cat = "lines"\n', "did you mean chat?"),
        (
            PLAIN + 'webhook_secret = "whsec_czNjcmV0"\n',
            "moderation.webhook_secret: expected whsec",
        ),
        (PLAIN + 'chat = "lines"\n', "moderation.lines.run: expected a list of the program"),
        (LINES.replace('"glow"]', '"env:TOKEN"]'), "lines.run: may hold no secret"),
        (LINES.replace('"lines"', '"none"'), 'lines: is only used with chat = "lines"'),
        (LINES + "every_s = 3\n", "lines.every_s: this key is not known"),
        (SANDBOX.replace('"glow"', '"g/low"'), "sandbox.room: expected a room of the sandbox"),
        (SANDBOX.replace('"sandbox"', '"lines"'), 'sandbox: is only used with chat = "sandbox"'),
        (PLAIN + 'chat = "shopee"\n', 'it needs [store.pins] with gateway = "shopee"'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, lines: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(tmp_path, lines)), problems(
        tmp_path, lines
    )


def test_a_word_in_place_of_the_table_is_named(tmp_path: Path) -> None:
    front = FRONT.replace('id = "glow"', 'id = "glow"\nmoderation = "on"')
    with pytest.raises(ConfigError, match=r"written as \[store\.moderation\]"):
        load(tmp_path, "", front=front)


def test_shopee_by_other_pins_is_refused(tmp_path: Path) -> None:
    manual = '[store.pins]\ngateway = "manual"\n'
    manual += '[store.pins.catalogue]\nsource = "file"\nfile = "p.csv"\n'
    (problem,) = problems(tmp_path, manual + PLAIN + 'chat = "shopee"\n')
    assert "store[0].moderation.chat" in problem
    assert 'it needs [store.pins] with gateway = "shopee"' in problem


@pytest.mark.parametrize("lines", [PLAIN + 'chat = "shopee"\n', SANDBOX])
def test_tiktok_has_no_official_call_for_comments(tmp_path: Path, lines: str) -> None:
    (problem,) = problems(tmp_path, lines, "TikTok Shop")
    assert "livedesk.toml:12: store[0].moderation.chat" in problem
    assert 'TikTok has no official call for comments: use "lines"' in problem


def test_a_rehearsal_of_tiktok_may_use_the_sandboxs_chat(tmp_path: Path) -> None:
    unreal = FRONT.replace('id = "glow"', 'id = "glow"\nsandbox = true')
    assert load(tmp_path, SANDBOX, "tiktok", unreal).stores[0].moderation is not None


def test_what_the_example_shows_in_comments_is_valid_when_uncommented(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "examples" / "livedesk.toml").read_text(encoding="utf-8")
    before, header, after = text.partition("# [agency]")[0].partition("# [store.moderation]")
    after = re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", header + after)
    path = tmp_path / "livedesk.toml"
    path.write_text(before + after, encoding="utf-8")
    settings = load_settings(path, lambda name: Secret(HOOK if "HOOK" in name else "s3cret-k3y"))
    found = settings.stores[0].moderation
    assert found is not None
    assert (found.url, found.chat) == (
        "https://rules.example",
        LinesChat(("/usr/local/bin/read-chat", "glow")),
    )
    assert found.webhook_secret == Secret(HOOK)
    assert settings.notices == ()
