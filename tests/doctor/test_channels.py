"""Does doctor say which channel's server is there, without its address?"""

from __future__ import annotations

import socket

from livedesk.core.channel_settings import ChannelSettings, EmailChannel, SlackChannel
from livedesk.core.secrets import Secret
from livedesk.core.settings import Settings
from livedesk.doctor.channels import check_channels
from livedesk.doctor.finding import Finding
from tests.ports import free_port

CANARY = "canary-4f1d9a77"


def checked(*channels: ChannelSettings) -> list[Finding]:
    findings = list(check_channels(Settings((), channels=channels)))
    assert CANARY not in str(findings)
    return findings


def slack(port: int, heartbeat_min: float = 30) -> ChannelSettings:
    way = SlackChannel(Secret(f"http://127.0.0.1:{port}/{CANARY}"))
    return ChannelSettings("ops", way, heartbeat_min=heartbeat_min)


def test_servers_that_are_there_and_one_that_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        mail = EmailChannel("127.0.0.1", "a@b.example", ("c@d.example",), port, "none")
        there, quiet, gone = checked(slack(port), ChannelSettings("mail", mail), slack(free_port()))
    assert there.status == "ok"
    assert quiet.status == "warn"
    assert "heartbeat" in quiet.text
    assert gone.status == "fail"
    assert "cannot be reached" in gone.text


def test_without_channels_nothing_is_said() -> None:
    assert checked() == []
