from __future__ import annotations

import dataclasses
import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from livedesk.core.secrets import MASK, Secret, mask_url, redact

# A key as platforms hand them out; long enough not to turn up in ordinary text by chance.
KEYS = st.from_regex(r"[A-Za-z0-9?=&%+~@:/ -]{8,40}", fullmatch=True).filter(
    lambda key: key.strip()
)
PLAIN_KEYS = st.from_regex(r"k3y[A-Za-z0-9_?=&-]{6,30}", fullmatch=True)
TEXTS = st.text(max_size=60)


def test_a_secret_shows_itself_to_nobody_who_prints_it() -> None:
    @dataclasses.dataclass
    class Holder:
        key: Secret

    secret = Secret("live_12345")
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret:>20}",
        str(Holder(secret)),
    ]
    assert not any("12345" in text for text in shown)
    with pytest.raises(TypeError):
        json.dumps(secret)


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("rtmp://ingest.example/live/KEY", f"rtmp://ingest.example/live/{MASK}"),
        ("rtmps://h.example:443/app/KEY?token=1#x", f"rtmps://h.example:443/app/{MASK}"),
        ("rtmp://user:pass@h.example/live/KEY", f"rtmp://h.example/live/{MASK}"),
        ("rtmp://h.example/live/a@b", f"rtmp://{MASK}"),
        ("rtmp://h.example/KEY", f"rtmp://h.example/{MASK}"),
        ("rtmp://h.example/KEY/", f"rtmp://h.example/{MASK}"),
        ("http://h.example?token=KEY", f"http://h.example/{MASK}"),
        ("rtmp://h.example", "rtmp://h.example"),
        ("just-a-key", MASK),
        ("", MASK),
    ],
)
def test_a_masked_address_still_says_where_it_leads(url: str, masked: str) -> None:
    assert mask_url(url) == masked


@given(
    key=KEYS, user=st.sampled_from(["", "bob:k3y-secret/1@"]), app=st.sampled_from(["live", "a"])
)
def test_no_key_survives_masking(key: str, user: str, app: str) -> None:
    masked = mask_url(f"rtmp://{user}ingest.example:1935/{app}/{key}")
    assert key not in masked.replace(f"rtmp://ingest.example:1935/{app}/", "")
    assert "k3y-secret" not in masked


@given(url=st.text(max_size=80) | KEYS.map(lambda key: f"rtmp://h.example/live/{key}"))
def test_masking_twice_changes_nothing_and_never_fails(url: str) -> None:
    assert mask_url(mask_url(url)) == mask_url(url)


@given(
    parts=st.lists(TEXTS | PLAIN_KEYS, max_size=6),
    keys=st.lists(PLAIN_KEYS, min_size=1, max_size=3),
)
def test_no_secret_survives_redaction(parts: list[str], keys: list[str]) -> None:
    text = "".join(f"{part}{key}" for part, key in zip(parts, keys * 6, strict=False))
    cleaned = redact(text, [Secret(key) for key in keys])
    assert not any(key in cleaned for key in keys)


@given(before=TEXTS, after=TEXTS, key=PLAIN_KEYS)
def test_the_key_of_a_secret_address_is_redacted_also_when_it_stands_alone(
    before: str, after: str, key: str
) -> None:
    secret = Secret(f"rtmp://ingest.example/live/{key}")
    text = f"{before} NetStream.Publish.BadName {key} {after} {quote(key, safe='')}"
    cleaned = redact(text, [secret])
    assert key not in cleaned
    assert quote(key, safe="") not in cleaned


@pytest.mark.parametrize(
    "told",
    ['{"key": "caf\\u00e9/k3y\\"x"}', '{"key": "caf\\u00e9\\/k3y\\"x"}', '{"key": "café/k3y\\"x"}'],
)
def test_a_secret_that_comes_back_in_json_is_redacted_however_it_is_escaped(told: str) -> None:
    assert "k3y" not in redact(told, [Secret('café/k3y"x')])


def test_an_address_in_foreign_text_loses_its_key_although_nobody_named_it() -> None:
    text = "[Errno 5] Input/output error: 'rtmp://127.0.0.1:1935/tap/k3y-unknown'"
    assert redact(text, []) == f"[Errno 5] Input/output error: 'rtmp://127.0.0.1:1935/tap/{MASK}'"


@given(text=TEXTS)
def test_text_without_secrets_stays_as_it_is(text: str) -> None:
    assume("rtmp" not in text.lower())
    assert redact(text, [Secret("k3y-not-in-there"), Secret("")]) == text
