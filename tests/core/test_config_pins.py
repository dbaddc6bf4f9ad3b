"""How a store pins and where its products come from, as the settings file says it."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.pin_settings import (
    CatalogueSettings,
    HttpCallSettings,
    HttpGateway,
    ManualGateway,
    PinSettings,
    SandboxGateway,
    ShopeeGateway,
    TikTokProducts,
)
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import Settings
from livedesk.pins.catalogue_file import read_catalogue

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
[store.pins]
"""
FILE = '[store.pins.catalogue]\nsource = "file"\nfile = "products.csv"\n'
SANDBOX = """\
gateway = "sandbox"
[store.pins.sandbox]
url = "http://127.0.0.1:8090"
room = "glow"
token = "s3cret-plain"
"""
SHOPEE = """\
gateway = "shopee"
[store.pins.shopee]
partner_id = 2001234
partner_key = "env:KEY"
user_id = 88
shop_id = 99
session_id = 9007199254740993
refresh_token = "env:TOKEN"
"""
HTTP = """\
gateway = "http"
[store.pins.http]
keys = true
product_at = "data.item.id"
[store.pins.http.pin]
url = "https://pins.example/{shop}/pin?token=env:TOKEN"
headers = {Authorization = "Bearer env:TOKEN", Idempotency-Key = "{key}"}
body = '{"id": "{product_id}"}'
[store.pins.http.read]
url = "https://pins.example/{shop}/now"
"""


def resolve(reference: str) -> Secret:
    if reference not in STORED:
        raise SecretUnavailable(f"{reference} is not set")
    return Secret(STORED[reference])


def load(folder: Path, lines: str, platform: str = "shopee") -> Settings:
    path = folder / "livedesk.toml"
    path.write_text(FRONT.format(platform=platform) + lines, encoding="utf-8")
    path.chmod(0o600)
    settings = load_settings(path, resolve)
    assert "s3cret" not in repr(settings)
    return settings


def pins(folder: Path, lines: str, platform: str = "shopee") -> PinSettings:
    found = load(folder, lines, platform).stores[0].pins
    assert found is not None
    return found


def problems(folder: Path, lines: str, platform: str = "shopee") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, lines, platform)
    assert "s3cret" not in str(caught.value)
    return [str(problem) for problem in caught.value.problems]


def test_a_store_without_the_table_does_not_pin(tmp_path: Path) -> None:
    path = tmp_path / "livedesk.toml"
    path.write_text(FRONT.format(platform="x").removesuffix("[store.pins]\n"), encoding="utf-8")
    assert load_settings(path, resolve).stores[0].pins is None


def test_by_hand_with_a_file_beside_the_settings(tmp_path: Path) -> None:
    text = 'gateway = "manual"\ncalls_per_min = 500\nshow_hours = 6\narm_and_fire = true\n'
    text += "web_pad = true\n[store.pins.manual]\nremind_s = 5\n" + FILE
    assert pins(tmp_path, text, "tiktok") == PinSettings(
        ManualGateway(5.0),
        CatalogueSettings("file", tmp_path / "products.csv"),
        500,
        6.0,
        True,
        True,
    )


def test_the_sandbox_is_described_and_its_token_not_remarked_upon(tmp_path: Path) -> None:
    settings = load(tmp_path, SANDBOX)
    assert settings.notices == ()
    assert settings.stores[0].pins == PinSettings(
        SandboxGateway("http://127.0.0.1:8090", "glow", Secret("s3cret-plain"))
    )


def test_shopee_is_described_with_large_numbers_and_keys_by_reference(tmp_path: Path) -> None:
    key, token = Secret("s3cret-key"), Secret("s3cret-token")
    assert pins(tmp_path, SHOPEE).gateway == ShopeeGateway(
        2001234, key, 88, 99, 9007199254740993, token
    )


def test_a_key_in_the_file_is_used_and_remarked_upon(tmp_path: Path) -> None:
    settings = load(tmp_path, SHOPEE.replace("env:KEY", "s3cret-plain"))
    (notice,) = settings.notices
    assert "store[0].pins.shopee.partner_key: the app's partner key stands in this file" in notice
    plain = HTTP.replace("Bearer env:TOKEN", "Bearer s3cret-plain") + FILE
    (notice,) = load(tmp_path, plain).notices
    assert "headers" in notice
    assert "the value of Authorization stands in this file" in notice


def test_a_service_of_ones_own_is_described(tmp_path: Path) -> None:
    assert pins(tmp_path, HTTP + FILE).gateway == HttpGateway(
        pin=HttpCallSettings(
            Secret("https://pins.example/{shop}/pin?token=s3cret-token"),
            "POST",
            (
                ("Authorization", Secret("Bearer s3cret-token")),
                ("Idempotency-Key", Secret("{key}")),
            ),
            '{"id": "{product_id}"}',
        ),
        read=HttpCallSettings(Secret("https://pins.example/{shop}/now"), "GET"),
        product_at="data.item.id",
        keys=True,
    )


def test_products_from_tiktok_and_a_signed_webhook(tmp_path: Path) -> None:
    text = """\
gateway = "manual"
[store.pins.catalogue]
source = "tiktok"
refresh_s = 120
webhook_secret = "env:HOOK"
[store.pins.catalogue.tiktok]
app_key = "6abc"
app_secret = "env:KEY"
refresh_token = "env:TOKEN"
shop_cipher = "env:TOKEN"
"""
    key, token = Secret("s3cret-key"), Secret("s3cret-token")
    assert pins(tmp_path, text, "tiktok").catalogue == CatalogueSettings(
        "tiktok", None, TikTokProducts("6abc", key, token, token), 120.0, Secret(HOOK)
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('gateway = "facebook"\n', 'store[0].pins.gateway: expected "sandbox"'),
        ("show_hours = 4\n", "store[0].pins.gateway: expected"),
        ('gateway = "manual"\n', 'catalogue.source: expected "file" or "tiktok"'),
        (HTTP, 'catalogue.source: expected "file" or "tiktok"'),
        (HTTP.replace("data.item.id", "") + FILE, "pins.http.product_at: expected where"),
        (HTTP.replace('product_at = "data.item.id"\n', "") + FILE, "product_at: expected where"),
        (HTTP.partition("[store.pins.http.read]")[0] + FILE, "product_at: is only used with"),
        (HTTP.replace("{key}", "k") + FILE, "pins.http.keys: expected {key}"),
        (HTTP.replace("{product_id}", "7") + FILE, "pins.http.pin: expected {product_id}"),
        (HTTP.replace("{shop}/now", "{stor}/now") + FILE, "http.read.url: holds a word in braces"),
        (HTTP + "body = 'x'\n" + FILE, "http.read.body: is not sent with GET"),
        (SHOPEE.replace("88", '"88"'), "shopee.user_id: expected the platform's number"),
        (SHOPEE.replace("88", "-1"), "shopee.user_id: expected the platform's number"),
        (SHOPEE + 'host = "http://shopee.example"\n', "shopee.host: expected https://"),
        (SHOPEE.replace("env:KEY", "env:GONE"), "shopee.partner_key: env:GONE is not set"),
        (SHOPEE.replace("env:KEY", "s3cret key "), "partner_key: expected the app's partner key"),
        (SHOPEE + "[store.pins.manual]\n", 'manual: is only used with gateway = "manual"'),
        (SHOPEE + "patner_id = 1\n", "did you mean partner_id?"),
        (SANDBOX + '[store.pins.catalogue]\nfile = "a.csv"\n', "catalogue.file: is only used"),
        (SANDBOX + "[store.pins.catalogue]\nrefresh_s = 0\n", "from 5 to 86400 s"),
        (SANDBOX + '[store.pins.catalogue]\nsource = "file"\n', "catalogue.file: expected the"),
        ('gateway = "manual"\n' + FILE.replace(".csv", ".pdf"), "ends in one of .csv"),
        (SANDBOX + '[store.pins.catalogue]\nwebhook_secret = "whsec_czNjcmV0"\n', "only 6 bytes"),
        (SANDBOX + '[store.pins.catalogue]\nwebhook_secret = "s3cret!"\n', "not base64"),
        (SANDBOX + "[store.pins.catalogue.tiktok]\n", 'is only used with source = "tiktok"'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, lines: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(tmp_path, lines)), problems(
        tmp_path, lines
    )


def test_tiktok_cannot_be_pinned_through_another_platforms_calls(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, SHOPEE, "TikTok Shop")
    assert "livedesk.toml:10: store[0].pins.gateway" in problem
    assert "TikTok has no call that pins" in problem


def test_a_store_of_the_sandbox_may_hold_its_keys(tmp_path: Path) -> None:
    text = FRONT.format(platform="shopee").replace('id = "glow"', 'id = "glow"\nsandbox = true')
    path = tmp_path / "livedesk.toml"
    path.write_text(text + SHOPEE.replace("env:KEY", "s3cret-plain"), encoding="utf-8")
    assert load_settings(path, resolve).notices == ()


@pytest.mark.parametrize("gateway", ["manual", "shopee", "http"])
@pytest.mark.parametrize("source", ["file", "tiktok"])
def test_what_the_example_shows_in_comments_is_valid_when_uncommented(
    tmp_path: Path, gateway: str, source: str
) -> None:
    text = (Path(__file__).parents[2] / "examples" / "livedesk.toml").read_text()
    before, header, after = text.partition("# [agency]")[0].partition("[store.pins]")
    after = re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", after)
    others = {"manual", "shopee", "http", "catalogue.tiktok"} - {gateway, f"catalogue.{source}"}
    for other in others:
        after = re.sub(rf"(?ms)^\[store\.pins\.{other}[].].*?(?=^\[|\Z)", "", after)
    after = after.replace('gateway = "manual"', f'gateway = "{gateway}"')
    if source == "tiktok":
        after = re.sub(
            r"(?m)^file = .*$", "", after.replace('source = "file"', f'source = "{source}"')
        )
    path = tmp_path / "livedesk.toml"
    path.write_text(before.replace('platform = "tiktok"', "") + header + after, encoding="utf-8")
    hook = Secret(HOOK)
    settings = load_settings(path, lambda name: hook if "HOOK" in name else Secret("s3cret-k3y"))
    found = settings.stores[0].pins
    assert found is not None
    assert type(found.gateway).__name__.lower() == f"{gateway}gateway"
    assert found.catalogue.source == source
    assert settings.notices == ()


def test_the_examples_catalogue_can_be_read() -> None:
    products, problems = read_catalogue(Path(__file__).parents[2] / "examples" / "products.csv")
    assert (len(products), problems) == (3, ())
