"""When the stream may move and what moves it, as the settings file says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import (
    CommandActuator,
    FailoverSettings,
    HttpActuator,
    ObsActuator,
    Settings,
)

STORED = {"env:OBS": "s3cret-obs", "env:TOKEN": "s3cret-token", "env:LINES": "s3cret\r\nX: y"}
LISTEN = '[[store]]\nid = "glow"\n[store.feed]\nlisten = "rtmp://0.0.0.0:1935/live/glow"\n'
PULL = '[[store]]\nid = "glow"\nsandbox = true\n[store.feed]\npull = "rtmp://s.example/live/glow"\n'
UPLINKS = """\
[[store.uplink]]
name = "primary"
url = "rtmp://ingest.example/live/key"
[[store.uplink]]
name = "bonded"
url = "rtmp://bonded.example/live/key"
"""


def resolve(reference: str) -> Secret:
    if reference not in STORED:
        raise SecretUnavailable(f"{reference} is not set")
    return Secret(STORED[reference])


def read(folder: Path, text: str) -> Settings:
    path = folder / "livedesk.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return load_settings(path, resolve)


def failover(folder: Path, lines: str, front: str = LISTEN) -> FailoverSettings:
    return read(folder, front + UPLINKS + "[store.failover]\n" + lines).stores[0].failover


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    assert "s3cret" not in str(caught.value)
    return [str(problem) for problem in caught.value.problems]


def test_without_the_table_the_product_decides(tmp_path: Path) -> None:
    assert read(tmp_path, LISTEN + UPLINKS).stores[0].failover == FailoverSettings()


def test_every_setting_is_read(tmp_path: Path) -> None:
    text = """\
automatic = false
fail_back = "automatic"
fail_back_after_s = 60
min_dwell_s = 5
flap_limit = 2
flap_window_s = 120
max_lag_ms = 2000
catch_up_s = 4.5
actuator = "relay"
"""
    assert failover(tmp_path, text) == FailoverSettings(
        False, "automatic", 60.0, 5.0, 2, 120.0, 2000.0, 4.5, None
    )


def test_obs_is_described_with_its_password_by_reference(tmp_path: Path) -> None:
    text = (
        'actuator = "obs"\n[store.failover.obs]\nhost = "10.0.0.5"\nport = 4456\n'
        'password = "env:OBS"\ntimeout_s = 8\n'
    )
    found = failover(tmp_path, text, PULL).actuator
    assert found == ObsActuator("10.0.0.5", 4456, Secret("s3cret-obs"), 8.0)
    assert failover(tmp_path, 'actuator = "obs"\n', PULL).actuator == ObsActuator()


def test_a_call_is_described_with_its_secrets_by_reference(tmp_path: Path) -> None:
    text = """\
actuator = "http"
[store.failover.http]
url = "https://switch.example/move?token=env:TOKEN"
method = "PUT"
headers = {Authorization = "Bearer env:TOKEN", Accept = "text/plain"}
body = '{"to": "{to}"}'
timeout_s = 3
"""
    assert failover(tmp_path, text, PULL).actuator == HttpActuator(
        Secret("https://switch.example/move?token=s3cret-token"),
        "PUT",
        (("Authorization", Secret("Bearer s3cret-token")), ("Accept", Secret("text/plain"))),
        '{"to": "{to}"}',
        3.0,
    )


def test_a_command_is_a_list_of_texts(tmp_path: Path) -> None:
    text = 'actuator = "command"\n[store.failover.command]\nrun = ["/bin/move", "{to}", ""]\n'
    found = failover(tmp_path, text, PULL).actuator
    assert found == CommandActuator(("/bin/move", "{to}", ""), 10.0)


def test_a_password_in_the_file_is_used_and_remarked_upon(tmp_path: Path) -> None:
    text = '[store.failover]\nactuator = "obs"\nobs = {password = "s3cret-plain"}\n'
    settings = read(tmp_path, PULL + UPLINKS + text)
    (notice,) = settings.notices
    assert "store[0].failover.obs.password: a password stands in this file" in notice
    assert "s3cret" not in notice + repr(settings)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("automatc = true\n", "automatc: this key is not known; did you mean automatic?"),
        ('fail_back = "auto"\n', 'fail_back: expected "manual" or "automatic"; found "auto"'),
        ("flap_limit = 0\n", "flap_limit: expected a number from 1 to 100 switches"),
        ("flap_limit = 1.5\n", "flap_limit: expected a whole number of switches"),
        ("catch_up_s = -1\n", "catch_up_s: expected a number from 0 to 60 s"),
        ("max_lag_ms = inf\n", "max_lag_ms: expected a number from 300 to 60000 ms"),
        ('actuator = "OBS"\n', 'actuator: expected "relay", "obs", "http" or "command"'),
        ('actuator = "obs"\n', "with listen the relay moves it: remove actuator, or set pull"),
        ('[store.failover.obs]\nport = 1\n', 'obs: is only used with actuator = "obs"'),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place_and_its_cure(
    tmp_path: Path, lines: str, words: str
) -> None:
    (said,) = problems(tmp_path, LISTEN + UPLINKS + f"[store.failover]\n{lines}")
    assert words in said


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", 'actuator: expected "obs", "http" or "command", as with pull no relay carries'),
        ('actuator = "relay"\n', 'found "relay"'),
        (
            'actuator = "obs"\n[store.failover.obs]\nport = 0\n',
            "obs.port: expected a number from 1",
        ),
        ('actuator = "obs"\nobs = {host = "ws://x"}\n', "obs.host: expected a host without port"),
        ('actuator = "obs"\nobs = {password = "env:NO"}\n', "obs.password: env:NO is not set"),
        ('actuator = "obs"\nobs = {timeout_s = 1}\n', "obs.timeout_s: expected a number from 2"),
        ('actuator = "http"\n', "http.url: expected an http or https address"),
        ('actuator = "http"\nhttp = {url = "ftp://x/y"}\n', "does not begin with http://"),
        ('actuator = "command"\n', "command.run: expected a list of the program and its arguments"),
        ('actuator = "command"\ncommand = {run = []}\n', "command.run: expected a list"),
        ('actuator = "command"\ncommand = {run = "rm x"}\n', 'found "rm x"'),
        ('actuator = "command"\ncommand = {run = ["a", 1]}\n', "command.run: expected a list"),
        ('actuator = "command"\ncommand = {run = ["{to}"]}\n', "expected a program first"),
        ('actuator = "command"\ncommand = {run = ["a", "env:OBS"]}\n', "run: may hold no secret"),
    ],
)
def test_a_fault_of_what_moves_a_watched_stream_is_named(
    tmp_path: Path, lines: str, words: str
) -> None:
    (said,) = problems(tmp_path, PULL + UPLINKS + f"[store.failover]\n{lines}")
    assert words in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('method = "GET"\nbody = "x"\n', "body: is not sent with GET"),
        ('headers = {"a b" = "x"}\n', "is not a name that a header of HTTP can have"),
        ('headers = {a = "env:LINES"}\n', "found others, or a line end"),
        ("headers = {a = 3}\n", "headers.a: expected a text"),
        ("headers = 3\n", 'expected a table, written as headers = {Name = "value"}'),
        ("timeout_s = 31\n", "timeout_s: expected a number from 0.5 to 30 s"),
    ],
)
def test_a_fault_of_a_call_is_named(tmp_path: Path, more: str, words: str) -> None:
    text = '[store.failover]\nactuator = "http"\n[store.failover.http]\nurl = "http://x/y"\n'
    (said,) = problems(tmp_path, PULL + UPLINKS + text + more)
    assert words in said


def test_two_uplinks_to_one_address_are_two_places_unless_only_the_address_tells(
    tmp_path: Path,
) -> None:
    same = UPLINKS.replace("bonded.example", "ingest.example")
    (said,) = problems(tmp_path, PULL + same + '[store.failover]\nactuator = "obs"\n')
    assert 'uplink[1].url: "bonded" is the same place as "primary" (same url)' in said
    by_name = '[store.failover]\nactuator = "command"\ncommand = {run = ["move", "{to}"]}\n'
    assert len(read(tmp_path, PULL + same + by_name).stores[0].uplinks) == 2


def test_a_stream_with_one_way_out_may_be_watched_alone(tmp_path: Path) -> None:
    one = UPLINKS.partition('[[store.uplink]]\nname = "bonded"')[0]
    assert read(tmp_path, PULL + one).stores[0].failover.actuator is None
