"""The limits of classes and the return check, as the settings file says them."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.config_file import ConfigError, load_settings
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.settings import StoreSettings

GOOD = """\
[[store]]
id = "glow-us"
[store.feed]
listen = "rtmp://0.0.0.0:1935/live/glow"
[[store.uplink]]
name = "primary"
url = "rtmp://ingest.example/live/env:GLOW_KEY"
"""


def resolve(reference: str) -> Secret:
    if reference != "env:GLOW_KEY":
        raise SecretUnavailable(f"{reference} is not set")
    return Secret("k3y-glow")


def load(tmp_path: Path, more: str) -> StoreSettings:
    path = tmp_path / "livedesk.toml"
    path.write_text(GOOD + more, encoding="utf-8")
    return load_settings(path, resolve).stores[0]


def problem(tmp_path: Path, more: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, more)
    [only] = caught.value.problems
    assert "k3y" not in str(only)
    return str(only)


def test_the_levels_and_times_of_classes_are_read(tmp_path: Path) -> None:
    names = {
        "low_trip_s": 1.5,
        "low_clear_pct": 10.0,
        "low_clear_s": 5.0,
        "starved_lag_ms": 800.0,
        "starved_trip_s": 0.5,
        "starved_clear_ms": 300.0,
        "starved_clear_s": 4.0,
        "silence_ms": 350.0,
    }
    text = "".join(f"{name} = {value}\n" for name, value in names.items())
    limits = load(tmp_path, f"[store.limits]\n{text}").limits
    assert {name: getattr(limits, name) for name in names} == names


@pytest.mark.parametrize(
    ("lines", "where", "what"),
    [
        ("starved_clear_ms = 400", ":9: store[0].limits.starved_clear_ms", "which is 400 ms"),
        ("starved_lag_ms = 100", ":9: store[0].limits.starved_lag_ms", "set both"),
        ("silence_ms = 5", ":9: store[0].limits.silence_ms", "from 50 to 10000 ms"),
        ("low_clear_pct = -1", ":9: store[0].limits.low_clear_pct", "from 0 to 100 %"),
        ("low_trip_s = 0", ":9: store[0].limits.low_trip_s", "from 0.05 to 60 s"),
    ],
)
def test_limits_that_make_no_sense_are_refused(
    tmp_path: Path, lines: str, where: str, what: str
) -> None:
    text = problem(tmp_path, f"[store.limits]\n{lines}\n")
    assert where in text
    assert what in text


def test_a_playback_address_may_hold_a_reference(tmp_path: Path) -> None:
    for address, full in (
        ("rtmp://play.example/live/env:GLOW_KEY", "rtmp://play.example/live/k3y-glow"),
        ("https://play.example/a.flv?t=env:GLOW_KEY", "https://play.example/a.flv?t=k3y-glow"),
        ("http://play.example:8080/live/a.flv", "http://play.example:8080/live/a.flv"),
    ):
        check = load(tmp_path, f'[store.return]\nplay = "{address}"\n').return_check
        assert check is not None
        assert (check.kind, check.url.reveal()) == ("playback", full)
        assert "k3y" not in repr(check)


def test_statistics_name_the_application_and_the_stream(tmp_path: Path) -> None:
    text = 'statistics = "http://server.example:8080/stat"\napp = "live"\nstream = "env:GLOW_KEY"\n'
    check = load(tmp_path, f"[store.return]\n{text}").return_check
    assert check is not None
    assert (check.kind, check.app, check.stream.reveal()) == ("statistics", "live", "k3y-glow")
    assert check.url.reveal() == "http://server.example:8080/stat"
    assert load(tmp_path, "").return_check is None


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("", "found neither of the two"),
        ('play = "ftp://h/x"', "does not begin with rtmp://"),
        ('play = "env:NOPE"', "env:NOPE is not set"),
        ('play = "http://u:k3y@h:99999/x"', "no valid host and port"),
        ('play = "https://k3y.example"', "no path after the host"),
        ('play = "rtmp://h/live/x"\napp = "live"', "only used with statistics"),
        ('statistics = "rtmp://h/x"\napp = "a"\nstream = "s"', "does not begin with http://"),
        ('statistics = "http://h/stat"\nstream = "k3y"', "return.app: expected an application"),
        ('statistics = "http://h/stat"\napp = "live"', "return.stream: expected a stream name"),
        ('statistics = "http://h/stat"\napp = "a"\nstream = "s"\nplay = "rtmp://h/a/k3y"', "both"),
        ('play = "rtmp://h/live/x"\nplays = "k3y"', "did you mean play?"),
    ],
)
def test_a_return_check_that_cannot_work_is_told(tmp_path: Path, lines: str, what: str) -> None:
    assert what in problem(tmp_path, f"[store.return]\n{lines}\n")
