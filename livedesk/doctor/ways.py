"""Does each way out lead to its platform now, and can what moves the stream be reached?

Connections are made as the relay makes them, so that what fails before the show is what would fail
in it. Nothing is published.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from livedesk.core.clock import SystemClock
from livedesk.core.proxy_address import parse_proxy
from livedesk.core.rtmp_address import RtmpAddress, parse_address
from livedesk.core.settings import Actuator, ObsActuator, Settings, StoreSettings, UplinkSettings
from livedesk.doctor.finding import Finding
from livedesk.relay.dialing import Dialer, DialError
from livedesk.relay.lookup import AddressCache

_LIMIT_S: Final = 3.0
"""For a connection, and again for TLS; all ways are tried at once."""
_ACTUATOR_LIMIT_S: Final = 6.0
_EXPIRED: Final = 10  # X509_V_ERR_CERT_HAS_EXPIRED


@dataclass(frozen=True, slots=True)
class _Way:
    """What came of trying one uplink. `action` is None when it leads there."""

    text: str
    action: str | None = None


def check_ways(settings: Settings) -> Iterator[Finding]:
    """Takes some seconds when something does not answer."""
    for findings in asyncio.run(_all(settings)):
        yield from findings


async def _all(settings: Settings) -> list[list[Finding]]:
    return await asyncio.gather(*map(_store, settings.stores))


async def _store(store: StoreSettings) -> list[Finding]:
    findings = []
    if store.feed.pull is None:  # else it is not we who connect to the platform
        cache = AddressCache()
        ways = await asyncio.gather(*(_try(store, each, cache) for each in store.uplinks))
        findings += _judged(ways)
    if store.failover.actuator is not None:
        findings.append(await _actuator(store, store.failover.actuator))
    return findings


def _judged(ways: Sequence[_Way]) -> list[Finding]:
    """A dead way is in the way of the show only if there is no other."""
    is_there_one = any(way.action is None for way in ways)
    return [
        Finding("ok", "uplink", way.text)
        if way.action is None
        else Finding("warn" if is_there_one else "fail", "uplink", way.text, way.action)
        for way in ways
    ]


async def _try(store: StoreSettings, uplink: UplinkSettings, cache: AddressCache) -> _Way:
    target, _ = parse_address(uplink.url.reveal())
    if target is None:
        raise ValueError("settings were read without a check")
    place = f"{uplink.name} of {store.id} to {target.authority}{_by(uplink)}"
    begun_s = perf_counter()
    try:
        sock = await Dialer(target, uplink.bind, uplink.proxy, cache).connect(_LIMIT_S)
    except DialError as error:
        reason, _, action = error.reason.partition("; ")
        return _Way(f"{place}: {reason}", action or _advice(uplink, reason))
    took_ms = (perf_counter() - begun_s) * 1000
    if target.is_tls:
        try:
            async with asyncio.timeout(_LIMIT_S):
                _, writer = await asyncio.open_connection(
                    sock=sock, ssl=ssl.create_default_context(), server_hostname=target.host
                )
        except (OSError, TimeoutError) as error:
            sock.close()
            return _tls_fault(place, target, error)
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return _Way(f"{place}: connected in {took_ms:.0f} ms, certificate verified")
    sock.close()
    return _Way(f"{place}: connected in {took_ms:.0f} ms")


def _advice(uplink: UplinkSettings, reason: str) -> str:
    """Where to look; only at what this uplink has."""
    if "proxy" in reason:
        return "see whether the proxy runs, and check proxy in the settings"
    parts = ["url", *(["bind"] if uplink.bind else []), *(["proxy"] if uplink.proxy else [])]
    return f"check {', '.join(parts)} and this network"


def _by(uplink: UplinkSettings) -> str:
    """The local end and the proxy, without what is said to the proxy."""
    words = f" from {uplink.bind}" if uplink.bind is not None else ""
    proxy, _ = parse_proxy(uplink.proxy.reveal()) if uplink.proxy is not None else (None, "")
    return f"{words} through {proxy.scheme}://{proxy.authority}" if proxy is not None else words


def _tls_fault(place: str, target: RtmpAddress, error: Exception) -> _Way:
    match error:
        case ssl.SSLCertVerificationError(verify_code=code):
            text = f"the certificate is not valid: {error.verify_message}".rstrip(".")
            action = f"check that {target.host} is the platform's own address"
            if code == _EXPIRED:
                action = "check this machine's clock; if it is right, tell the platform"
            return _Way(f"{place}: {text}", action)
        case ssl.SSLError():
            text = f"TLS failed ({error.reason or 'unknown error'})"
            return _Way(f"{place}: {text}", "check the port, or begin url with rtmp://")
        case TimeoutError():
            return _Way(f"{place}: connected, but TLS was not answered", "check the port in url")
        case _:
            return _Way(f"{place}: the platform closed the connection", "check the port in url")


async def _actuator(store: StoreSettings, settings: Actuator) -> Finding:
    """Whether it could move the stream now, in its own words."""
    try:
        from livedesk.engine.actuators.make import make_actuator
    except ImportError as error:
        return Finding("fail", "actuator", f"{store.id}: {error}", "install livedesk again")
    actuator = make_actuator(settings, SystemClock())
    try:
        async with asyncio.timeout(_ACTUATOR_LIMIT_S):
            problem = await actuator.check()
    except TimeoutError:
        problem = f"No answer within {_ACTUATOR_LIMIT_S:.0f} s; see whether it runs."
    finally:
        await actuator.close()
    if problem is None:
        # Only OBS tells of itself; a command or a server shows what it does when it is used.
        drill = "" if isinstance(settings, ObsActuator) else "; a drill shows whether it moves it"
        return Finding("ok", "actuator", f"what moves the stream of {store.id} is there{drill}")
    text, _, action = problem.partition("; ")
    return Finding("fail", "actuator", f"{store.id}: {text}", action or None)
