from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import FailoverSettings, Settings
from livedesk.core.status import Limits

STORED = {
    "env:GLOW_KEY": "k3y-glow?x=1",
    "env:URL": "rtmps://h.example/app/k3y",
    "env:BAD": "k3y-bad",
}

GOOD = """\
[[store]]
id = "glow-us"

[store.feed]
listen = "rtmp://0.0.0.0:1935/live/glow"

[[store.uplink]]
name = "primary"
url = "rtmp://ingest.example/live/env:GLOW_KEY"
"""

Load = Callable[[str], Settings]


def resolve(reference: str) -> Secret:
    if reference not in STORED:
        raise SecretUnavailable(f"{reference} is not set")
    return Secret(STORED[reference])


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    monkeypatch.chdir(tmp_path)

    def read(text: str) -> Settings:
        path = Path("livedesk.toml")
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return load_settings(path, resolve)

    return read


def problems(load: Load, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return [str(problem) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_short_file_is_filled_up_with_the_products_defaults(load: Load) -> None:
    (store,) = load(GOOD).stores
    assert (store.id, store.name, store.platform, store.sandbox) == (
        "glow-us",
        "glow-us",
        "",
        False,
    )
    assert (store.feed.host, store.feed.port, store.feed.app) == ("0.0.0.0", 1935, "live")
    assert store.feed.key.reveal() == "glow"
    assert store.uplinks[0].url.reveal() == "rtmp://ingest.example/live/k3y-glow?x=1"
    assert store.limits == Limits()
    assert (store.probe.decode, store.probe.preview_fps, store.feed.grace_s) == ("all", 2.0, 30.0)
    assert load(GOOD).notices == ()


def test_every_key_that_is_documented_is_read(load: Load, tmp_path: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("")
    text = GOOD.replace(
        'id = "glow-us"', 'id = "a"\nname = "Glow"\nplatform = "tiktok"\nsandbox = true'
    )
    text = text.replace("rtmp://0.0.0.0:1935", "rtmps://[::1]:1936")
    text = text.replace(
        "[[store.uplink]]",
        'tls_cert = "cert.pem"\ntls_key = "key.pem"\ngrace_s = 5\n[[store.uplink]]',
    )
    text += 'bind = "wlan0"\nmax_backlog_ms = 4000\n[store.limits]\nmin_kbps = 3000.5\n'
    text += '[store.probe]\ndecode = "keyframes"\npreview_fps = 0\n'
    (store,) = load(text).stores
    feed, uplink = store.feed, store.uplinks[0]
    assert (store.name, store.platform, store.sandbox) == ("Glow", "tiktok", True)
    assert (feed.scheme, feed.host, feed.port, feed.grace_s) == ("rtmps", "::1", 1936, 5.0)
    assert feed.tls_cert is not None
    assert Path(feed.tls_cert).is_file()
    assert (uplink.bind, uplink.max_backlog_ms) == ("wlan0", 4000)
    assert store.limits.min_kbps == 3000.5
    assert (store.probe.decode, store.probe.preview_fps) == ("keyframes", 0.0)


def test_the_example_in_the_project_is_a_valid_file() -> None:
    example = Path(__file__).parents[2] / "examples" / "livedesk.toml"
    settings = load_settings(example, resolve)
    assert settings.notices == ()
    (store,) = settings.stores
    assert [uplink.name for uplink in store.uplinks] == ["primary", "bonded"]
    assert store.failover == FailoverSettings()


@pytest.mark.parametrize("kind", ["obs", "http", "command"])
def test_what_the_example_shows_in_comments_is_valid_when_uncommented(
    load: Load, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name in ("OBS_PASSWORD", "SWITCH_TOKEN"):
        monkeypatch.setitem(STORED, f"env:{name}", "k3y")
    text = (Path(__file__).parents[2] / "examples" / "livedesk.toml").read_text()
    text = re.sub(r"^listen = .*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^# (pull = .*)$", r"\1", text, flags=re.MULTILINE)
    text = text.replace('actuator = "relay"', f'actuator = "{kind}"')
    before, header, after = text.partition(f"# [store.failover.{kind}]")
    block, blank, rest = after.partition("\n\n")
    text = before + (header + block).replace("# ", "", 1).replace("\n# ", "\n") + blank + rest
    (store,) = load(text).stores
    assert type(store.failover.actuator).__name__.lower() == f"{kind}actuator"


def test_all_problems_are_named_at_once_each_with_its_line_and_an_example(load: Load) -> None:
    text = changed("rtmp://ingest.example/live/env:GLOW_KEY", "http://x").replace('"glow-us"', "7")
    assert problems(load, text + "[store.limits]\nmin_kbps = -1\n") == [
        "livedesk.toml:2: store[0].id: expected a short name of small letters, digits, "
        '"-" and "_", such as "glow-us"; found 7',
        'livedesk.toml:9: store[0].uplink[0].url: uplink "primary": expected an rtmp:// or '
        "rtmps:// address with an app and a key, such as "
        '"rtmp://ingest.example/live/env:GLOW_KEY"; '
        "found http://, which is not rtmp:// or rtmps://",
        "livedesk.toml:11: store[0].limits.min_kbps: expected a number from 0.001 to 100000 kbps, "
        "such as 2500; found -1",
    ]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "livedesk.toml: store", "expected at least one table [[store]]; the key is missing"),
        ("[store]\n", "livedesk.toml:1: store", "(with two pairs of brackets); found a table"),
        ("a = \n", "livedesk.toml:1", "this is not valid TOML: Invalid value"),
        ("[[store]]\nid = glow\n", "livedesk.toml:2", "not valid TOML"),
        ('[[store]]\nid = "a\n', "livedesk.toml:2", "not valid TOML"),
        ('a = """\n\n', "livedesk.toml:1", "not valid TOML"),
        ("a = 1\na = 2\n", "livedesk.toml:2", "not valid TOML"),
        ("a = " + "[" * 100_000, "livedesk.toml", "nested too deeply"),
        (GOOD + "[stroe]\n", "livedesk.toml:10: stroe", "not known; did you mean store?"),
        (GOOD + "bnid = 'x'\n", ":10: store[0].uplink[0].bnid", "did you mean bind?"),
        (GOOD + "[store.limits]\nmin_kbps = nan\n", ":11: store[0].limits.min_kbps", "found nan"),
        (GOOD + "[store.limits]\nmin_kbps = inf\n", ":11: store[0].limits.min_kbps", "found inf"),
        (GOOD + "[store.limits]\nmin_kbps = true\n", ":11: store[0].limits.min_kbps", "found true"),
        (GOOD + "[store.limits]\nmin_kbps = '2'\n", ":11: store[0].limits.min_kbps", 'found "2"'),
        (GOOD + "max_backlog_ms = 900.5\n", ":10:", "a whole number of ms, such as 10000"),
        (GOOD + 'bind = "192.168.1.300"\n', ":10: store[0].uplink[0].bind", "a local address"),
        (GOOD + '[store.probe]\ndecode = "some"\n', ":11:", '"all", "keyframes" or "none"'),
        (GOOD + "limits = 3\n", ":10:", "not known"),
        (changed('id = "glow-us"', 'sandbox = "yes"'), ":2: store[0].sandbox", "true or false"),
        (
            changed("[store.feed]", '[store.feed]\npull = "rtmp://s.example/live/x"'),
            ":5: store[0].feed.pull",
            "expected one of listen and pull; found both",
        ),
        (changed(":1935", ":99999"), ":5: store[0].feed.listen", "port 99999"),
        (changed("/live/glow", "/glow"), ":5: store[0].feed.listen", "no app and key"),
        (changed("/live/glow", "/live/a/b"), ":5: store[0].feed.listen", "more than one app"),
        (changed("rtmp://0", "rtmps://0"), ":4: store[0].feed.tls_cert", "the key is missing"),
        (changed('glow"\n', 'glow"\ntls_key = "no.pem"\n'), ":6: store[0].feed.tls_key", "rtmps"),
        (changed('name = "primary"\n', ""), ":7: store[0].uplink[0].name", "the key is missing"),
        (changed("env:GLOW_KEY", "env:NONE"), ":9: store[0].uplink[0].url", "env:NONE is not set"),
        (changed("rtmp://ingest.example/live/env:GLOW_KEY", ""), ":9:", "found an empty text"),
        (GOOD + GOOD.replace("1935", "1936"), ":11: store[1].id", "already store[0]"),
        (GOOD + GOOD.replace("glow-us", "b"), ":14: store[1].feed.listen", "1935 is already taken"),
        (
            GOOD + GOOD.replace("glow-us", "b").replace("0.0.0.0", "127.0.0.1"),
            ":14: store[1].feed.listen",
            "1935 is already taken",
        ),
        (
            GOOD + '[[store.uplink]]\nname = "primary"\nurl = "env:URL"\n',
            ":11: store[0].uplink[1].name",
            '"primary" is already uplink[0]',
        ),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place_and_its_cure(
    load: Load, text: str, place: str, words: str
) -> None:
    found = problems(load, text)
    assert any(place in problem and words in problem for problem in found), found


def test_two_stores_may_share_a_port_on_two_addresses(load: Load) -> None:
    one = GOOD.replace("0.0.0.0", "127.0.0.1")
    other = GOOD.replace("0.0.0.0", "127.0.0.2").replace("glow-us", "b")
    assert len(load(one + other).stores) == 2


def test_a_reference_may_stand_for_the_whole_address(load: Load) -> None:
    (store,) = load(changed("rtmp://ingest.example/live/env:GLOW_KEY", "env:URL")).stores
    assert store.uplinks[0].url.reveal() == STORED["env:URL"]


def test_a_key_in_the_file_is_used_and_remarked_upon(load: Load, tmp_path: Path) -> None:
    text = changed("env:GLOW_KEY", "k3y-plain")
    settings = load(text)
    assert settings.stores[0].uplinks[0].url.reveal().endswith("k3y-plain")
    (notice,) = settings.notices
    assert notice.startswith(
        "livedesk.toml:9: store[0].uplink[0].url: the stream key stands in this file"
    )
    (tmp_path / "livedesk.toml").chmod(0o644)
    (louder,) = load_settings(Path("livedesk.toml"), resolve).notices
    assert "other users can read" in louder


@pytest.mark.parametrize(
    "url",
    [
        "k3y-pasted-alone",
        "rtmp://ingest.example/k3y-no-app",
        "rtmp://u:k3y-password@ingest.example/live/x",
        "rtmp://ingest.example:99999/live/k3y",
        "rtmp://ingest.example/live/k3y with blank",
        "env:BAD",
        "rtmp://ingest.example:0/live/env:GLOW_KEY",
    ],
)
def test_no_error_text_holds_a_key(load: Load, url: str) -> None:
    (problem,) = problems(load, changed("rtmp://ingest.example/live/env:GLOW_KEY", url))
    assert "k3y" not in problem


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "none.toml", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigError, match=words):
            load_settings(path, resolve)


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "livedesk.toml"
    path.write_bytes(GOOD.encode() + b"# caf\xe9\n")
    with pytest.raises(ConfigError, match=r"livedesk\.toml:10: byte 0xe9 is not UTF-8"):
        load_settings(path, resolve)


def test_what_windows_editors_add_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "livedesk.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_settings(path, resolve).stores[0].id == "glow-us"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(at=st.integers(0, len(GOOD)), junk=st.text(max_size=8), cut=st.integers(0, 12))
def test_a_damaged_file_is_told_in_lines_whatever_the_damage(
    tmp_path: Path, at: int, junk: str, cut: int
) -> None:
    path = tmp_path / "livedesk.toml"
    path.write_text(GOOD[:at] + junk + GOOD[at + cut :], encoding="utf-8", errors="replace")
    try:
        said = str(load_settings(path, resolve).stores)
    except ConfigError as error:
        said = str(error)
    assert said
    assert "k3y" not in said
