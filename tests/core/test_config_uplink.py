"""The ways out and the source of the feed, as the settings file says them."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import Settings

STORED = {
    "env:GLOW_KEY": "k3y-glow",
    "env:PROXY": "socks5://crew:s3cret@10.0.0.1:1080",
    "env:ODD": "s3cret",
}
LISTEN = '[store.feed]\nlisten = "rtmp://0.0.0.0:1935/live/glow"\n'
PULL = '[store.feed]\npull = "rtmp://server.example/live/env:GLOW_KEY"\n'
PRIMARY = '[[store.uplink]]\nname = "primary"\nurl = "rtmp://ingest.example/live/env:GLOW_KEY"\n'
BONDED = PRIMARY.replace("primary", "bonded")


def resolve(reference: str) -> Secret:
    if reference not in STORED:
        raise SecretUnavailable(f"{reference} is not set")
    return Secret(STORED[reference])


def load(folder: Path, text: str) -> Settings:
    path = folder / "livedesk.toml"
    path.write_text('[[store]]\nid = "glow-us"\n' + text, encoding="utf-8")
    path.chmod(0o600)
    return load_settings(path, resolve)


def problem(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(folder, text)
    [only] = caught.value.problems
    assert "s3cret" not in str(only)
    assert "k3y" not in str(only)
    return str(only)


def test_all_uplinks_are_used_in_their_order(tmp_path: Path) -> None:
    more = 'bind = "192.168.8.2"\nproxy = "env:PROXY"\ncost = "LTE, 200 GB a month"\n'
    settings = load(tmp_path, LISTEN + PRIMARY + BONDED + more)
    primary, bonded = settings.stores[0].uplinks
    assert (primary.name, primary.bind, primary.proxy, primary.cost) == (
        "primary",
        None,
        None,
        None,
    )
    assert (bonded.name, bonded.bind, bonded.cost) == (
        "bonded",
        "192.168.8.2",
        "LTE, 200 GB a month",
    )
    assert bonded.proxy == Secret(STORED["env:PROXY"])
    assert settings.notices == ()
    assert "s3cret" not in repr(settings)


def test_two_uplinks_that_are_one_path_are_refused_by_name(tmp_path: Path) -> None:
    same = BONDED.replace("ingest.example", "INGEST.example:1935")
    said = problem(tmp_path, LISTEN + PRIMARY + same)
    assert "livedesk.toml:10: store[0].uplink[1].url:" in said
    assert '"bonded" is the same path as "primary" (same url, bind and proxy)' in said
    assert "give it a bind of another network, a proxy or another url" in said


@pytest.mark.parametrize(
    "more",
    ['bind = "wlan0"\n', 'proxy = "socks5://10.0.0.1:1080"\n'],
)
def test_one_address_by_two_ways_is_two_paths(tmp_path: Path, more: str) -> None:
    assert len(load(tmp_path, LISTEN + PRIMARY + BONDED + more).stores[0].uplinks) == 2


@pytest.mark.parametrize("url", ["rtmp://backup.example/live/env:GLOW_KEY", "rtmp://i/a/other"])
def test_another_address_or_key_is_another_path(tmp_path: Path, url: str) -> None:
    bonded = f'[[store.uplink]]\nname = "bonded"\nurl = "{url}"\n'
    assert len(load(tmp_path, LISTEN + PRIMARY + bonded).stores[0].uplinks) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('proxy = "https://10.0.0.1:1"', "begin with http:// or socks5://"),
        ('proxy = "socks5://10.0.0.1"', "no host and port"),
        ('proxy = "env:NONE"', "env:NONE is not set"),
        ('proxy = "env:ODD"', "in what it refers to"),
        ("proxy = 3", "found 3"),
        (f'cost = "{"x" * 81}"', "a note of up to 80 characters"),
        ('cost = ""', "a note of up to 80 characters"),
    ],
)
def test_a_fault_of_an_uplink_is_named(tmp_path: Path, line: str, words: str) -> None:
    assert words in problem(tmp_path, LISTEN + PRIMARY + line + "\n")


def test_an_unknown_scheme_is_named_with_an_example(tmp_path: Path) -> None:
    said = problem(tmp_path, LISTEN + PRIMARY.replace("rtmp://", "srt://"))
    assert 'uplink[0].url: uplink "primary": expected an rtmp:// or rtmps:// address' in said
    assert said.endswith("found srt://, which is not rtmp:// or rtmps://")
    assert "k3y" not in said


def test_a_password_of_a_proxy_in_the_file_is_remarked_upon(tmp_path: Path) -> None:
    text = LISTEN + PRIMARY + 'proxy = "http://crew:s3cret@10.0.0.1:3128"\n'
    (notice,) = load(tmp_path, text).notices
    assert "the proxy's password stands in this file; it is safer as env:NAME" in notice
    assert "s3cret" not in notice


def test_a_feed_that_is_only_watched_is_pulled(tmp_path: Path) -> None:
    feed = load(tmp_path, PULL + PRIMARY).stores[0].feed
    assert feed.pull == Secret("rtmp://server.example/live/k3y-glow")
    assert feed.public_url == "rtmp://server.example/live/•••"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[store.feed]\n" + PRIMARY, "feed.listen: expected an address with port, app and key"),
        (PULL.replace("rtmp:", "srt:") + PRIMARY, "feed.pull: expected an rtmp, rtmps, http"),
        (PULL + "grace_s = 3\n" + PRIMARY, "feed.grace_s: is only used with listen"),
        (PULL + PRIMARY + 'bind = "wlan0"\n', "uplink[0].bind: is only used with listen"),
        (PULL + PRIMARY + 'proxy = "env:PROXY"\n', "uplink[0].proxy: is only used with listen"),
    ],
)
def test_what_only_a_relay_does_is_refused_without_one(
    tmp_path: Path, text: str, words: str
) -> None:
    assert words in problem(tmp_path, text)
