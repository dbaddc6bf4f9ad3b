"""Orders to the encoder over the control API become commands that the encoder understands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from livedesk.rtmp.messages import AUDIO, VIDEO
from livedesk.sandbox.encoder.job import Command, parse_command
from livedesk.sandbox.orders import OrderError, encoder_commands


@pytest.mark.parametrize(
    ("order", "commands"),
    [
        ({"kbps": 772}, [Command("bitrate", 772)]),
        ({"audio_delay_ms": 300}, [Command("audio_delay", 300)]),
        ({"audio_ppm": -2000}, [Command("audio_clock", -2000)]),
        ({"jump_ms": -10_000}, [Command("jump", -10_000)]),
        ({"jump_ms": 3_600_000}, [Command("jump", 3_600_000)]),
        ({"freeze": True, "black": False}, [Command("freeze", 1), Command("black", 0)]),
        ({"mute": True, "clip": True}, [Command("mute", 1), Command("clip", 1)]),
        ({"stop_track": "audio"}, [Command("stop_track", AUDIO)]),
        ({"stop_track": "video"}, [Command("stop_track", VIDEO)]),
        ({"stop_track": "none"}, [Command("stop_track", 0)]),
        ({"restart": True}, [Command("restart", 1000)]),
        ({"drop": 250, "restart": False}, [Command("drop", 250)]),
        ({"clear": True, "freeze": True}, [Command("clear"), Command("freeze", 1)]),
        ({}, []),
    ],
)
def test_what_is_ordered_is_what_the_encoder_reads(
    order: dict[str, Any], commands: list[Command]
) -> None:
    assert [parse_command(json.dumps(line)) for line in encoder_commands(order)] == commands


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ({"audio_ppm": 1e9}, "audio_ppm: a number from"),
        ({"jump_ms": None}, "jump_ms: a number from"),
        ({"black": 1}, "black: true or false"),
        ({"stop_track": "both"}, "stop_track: one of none, audio, video"),
        ({"restart": -1}, "restart: a number from"),
        ({"clear": "all"}, "clear: true or false"),
    ],
)
def test_what_is_not_understood_is_named(order: dict[str, Any], fault: str) -> None:
    with pytest.raises(OrderError, match=fault):
        encoder_commands(order)
