"""Do the ways to people lead anywhere? Each channel's server is looked for; no message is sent.

Whether a message arrives, only a message shows: that is what the test button is for, and
`POST /v1/channels/{name}/test`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from livedesk.core.channel_settings import ChannelSettings, EmailChannel
from livedesk.core.settings import Settings
from livedesk.doctor.finding import Finding

_PATIENCE_S: Final = 5.0
_TOPIC: Final = "channel"


def check_channels(settings: Settings) -> Iterator[Finding]:
    """Takes some seconds when a server does not answer."""
    if settings.channels:
        yield from asyncio.run(_all(settings.channels))


async def _all(channels: tuple[ChannelSettings, ...]) -> list[Finding]:
    return await asyncio.gather(*(_check(channel) for channel in channels))


async def _check(channel: ChannelSettings) -> Finding:
    host, port, tls = _place(channel)
    fault = await _fault(host, port, tls)
    text = f"{channel.name} ({channel.kind}): {host}:{port}"
    if fault:
        action = f"check [[channel]] {channel.name}, and this machine's way to the network"
        return Finding("fail", _TOPIC, f"{text} {fault}", action)
    text += " answers; nothing was sent"
    if not channel.heartbeat_min:
        action = "set heartbeat_min, so that a way that broke is noticed before it is needed"
        return Finding("warn", _TOPIC, f"{text}, and no heartbeat proves it", action)
    return Finding("ok", _TOPIC, text)


def _place(channel: ChannelSettings) -> tuple[str, int, bool]:
    """Host, port, and whether it speaks TLS at once. Never the path, which is a password."""
    way = channel.way
    if isinstance(way, EmailChannel):
        return way.host, way.port, way.security == "tls"
    parts = urlsplit(way.url.reveal())
    tls = parts.scheme.lower() == "https"
    return parts.hostname or "", parts.port or (443 if tls else 80), tls


async def _fault(host: str, port: int, tls: bool) -> str:
    """What is wrong, in words; empty when it can be connected to."""
    context = ssl.create_default_context() if tls else None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except TimeoutError:
        return f"does not answer within {_PATIENCE_S:.0f} s"
    except ssl.SSLCertVerificationError as error:
        return f"has a certificate that is not accepted ({error.verify_message})"
    except ssl.SSLError:
        return "speaks no TLS that we understand"
    except OSError:
        return "cannot be reached"
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
    return ""
