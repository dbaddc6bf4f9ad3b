from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from livedesk.core.clock import SystemClock
from livedesk.core.runtime import RelayRuntime, relay_file, write_runtime_file
from livedesk.core.secrets import Secret
from livedesk.doctor import Finding
from livedesk.doctor.settings import check_settings
from livedesk.keys import secret_resolver
from livedesk.paths import Paths

LOOPBACK = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that this process listens on."""
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def look(
    paths: Paths, listen: str, uplink: str = 'url = "rtmp://127.0.0.1:1/live/env:K"'
) -> list[Finding]:
    paths.prepare()
    config = paths.data / "livedesk.toml"
    config.write_text(
        f'[[store]]\nid = "glow"\n[store.feed]\nlisten = "{listen}"\n'
        f'[[store.uplink]]\nname = "primary"\n{uplink}\n'
    )
    return list(check_settings(config, secret_resolver({"K": "k3y"}), paths, SystemClock()))


def ports(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.topic == "port"]


def test_a_free_port_is_free(paths: Paths, taken: int) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        port = other.getsockname()[1]
    (found,) = ports(look(paths, f"rtmp://{LOOPBACK}:{port}/live/glow"))
    assert found.status == "ok"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_who_holds_a_port_is_named_without_its_arguments(paths: Paths, taken: int) -> None:
    (found,) = ports(look(paths, f"rtmp://{LOOPBACK}:{taken}/live/glow"))
    assert found.status == "fail"
    assert f"(process {os.getpid()})" in found.text


def test_the_stores_own_relay_may_hold_its_port(paths: Paths, taken: int) -> None:
    paths.prepare()
    relay = RelayRuntime("glow", os.getpid(), 4, Secret("t"), Secret("t"), 5, "0.1.0", "abc")
    write_runtime_file(relay_file(paths.runtime, "glow"), relay)
    (found,) = ports(look(paths, f"rtmp://{LOOPBACK}:{taken}/live/glow"))
    assert (found.status, "own relay" in found.text) == ("ok", True)


def test_an_address_of_another_machine_is_named(paths: Paths) -> None:
    (found,) = ports(look(paths, "rtmp://192.0.2.1:1935/live/glow"))
    assert (found.status, "no such address" in found.text) == ("fail", True)


def test_a_broken_file_fails_with_its_line_and_notices_warn(paths: Paths) -> None:
    broken = look(paths, "rtmp://h/live")
    assert [finding.status for finding in broken] == ["fail"]
    assert "livedesk.toml:4: store[0].feed.listen" in broken[0].text
    plain = look(paths, f"rtmp://{LOOPBACK}:49151/live/glow", 'url = "rtmp://127.0.0.1:1/live/k3y"')
    assert any(finding.status == "warn" and "env:NAME" in finding.text for finding in plain)
    assert not any("k3y" in finding.text for finding in plain)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ('play = "https://play.example/glow.flv?token=s3cret"', "ok"),
        ('statistics = "http://play.example:8080/stat"\napp = "live"\nstream = "s3cret"', "ok"),
        ('play = "rtmp://127.0.0.1:49151/live/s3cret"', "warn"),
    ],
)
def test_a_return_check_is_told_without_its_key_and_must_not_look_at_our_own_feed(
    paths: Paths, lines: str, status: str
) -> None:
    uplink = f'url = "rtmp://127.0.0.1:1/live/env:K"\n[store.return]\n{lines}'
    findings = look(paths, f"rtmp://{LOOPBACK}:49151/live/glow", uplink)
    (found,) = [finding for finding in findings if finding.topic == "return"]
    assert found.status == status, found
    assert "s3cret" not in found.text
